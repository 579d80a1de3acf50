"""The desk's web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desk.console.guard import LoginNeeded, to_login
from desk.console.pages import refused_page
from desk.console.routes import CONSOLE_ROUTES
from desk.errors import DeskError
from desk.parts import build
from desk.settings import Settings
from desk.slack.endpoint import SLACK_ROUTES
from desk.website.api import ROUTES
from desk.website.headers import SecurityHeaders
from desk.website.metrics_page import metrics
from desk.website.refusals import refuse
from desk.website.site import site_routes
from desk.website.visit import VISIT_ROUTES

RASA_CONNECTIONS = 256  # turns in flight at once; more wait for one of them


def create_app(
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    rasa: aiohttp.ClientSession | None = None,
) -> Starlette:
    """The application. Tests give a `transport` in place of the way to other servers, and a
    `rasa` in place of the way to Rasa. Nothing is opened before it starts.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # trust_env: straight to our own servers, whatever proxy the environment names
        async with (
            httpx.AsyncClient(transport=transport, trust_env=False) as http,
            rasa or _to_rasa() as session,
        ):
            app.state.desk = desk = build(settings, http, session)
            await run_in_threadpool(desk.database.migrate)
            await desk.notices.start()
            await desk.turns.start()
            desk.keeper.start()
            await desk.slack.start()
            yield
            desk.events.close()
            await desk.slack.stop()
            await desk.keeper.stop()
            await desk.notices.stop()
            await desk.turns.stop()
            desk.database.close()

    return Starlette(
        routes=[
            *ROUTES,
            *VISIT_ROUTES,
            *CONSOLE_ROUTES,
            *SLACK_ROUTES,
            Route("/metrics", metrics),
            *site_routes(),
        ],
        middleware=_middleware(settings),
        exception_handlers={DeskError: _refuse, HTTPException: _refuse, Exception: _refuse},
        lifespan=lifespan,
    )


def _to_rasa() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=RASA_CONNECTIONS)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _refuse(request: Request, error: Exception) -> Response:
    """As JSON for programs, as a page for staff."""
    if not f"{request.url.path}/".startswith("/staff/"):
        return refuse(request, error)
    if isinstance(error, LoginNeeded):
        return to_login(request)
    return refused_page(request, error)


def _middleware(settings: Settings) -> list[Middleware]:
    layers = [Middleware(SecurityHeaders)]
    if settings.allowed_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
            )
        )
    return layers
