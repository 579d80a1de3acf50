"""Logging in and out."""

from __future__ import annotations

import logging
import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from desk.console import cookies
from desk.console.guard import Call, check_origin, read_form
from desk.console.pages import bare, go, text_of
from desk.errors import LoginRefused
from desk.parts import desk_of
from desk.website.refusals import Refused, too_many

logger = logging.getLogger(__name__)

_OURS = re.compile(r"/staff(/[A-Za-z0-9_-]+)*")
_NO_COOKIE = (
    "Your browser sent no cookie. Allow cookies for this page, and open it with https://"
    " (or as http://localhost on the machine itself)."
)


async def form(request: Request) -> Response:
    """GET /staff/login."""
    return _page(request, wanted=request.query_params.get("next", ""))


async def log_in(request: Request) -> Response:
    """POST /staff/login."""
    posted, secret = await read_form(request), cookies.read(request, cookies.LOGIN)
    wanted, email = posted.get("next", ""), text_of(posted, "email")
    if not secret:
        return _page(request, 403, problem=_NO_COOKIE, wanted=wanted, email=email)
    check_origin(request, posted, secret)
    try:
        token = await _token(request, email, posted.get("password", ""))
    except (LoginRefused, Refused) as refused:
        logger.warning("log-in refused: %s", refused.code)
        status = refused.status if isinstance(refused, Refused) else 403
        return _page(request, status, problem=str(refused), wanted=wanted, email=email)
    response = go(wanted if _OURS.fullmatch(wanted) else "/staff")
    cookies.give(request, response, cookies.SESSION, token)
    cookies.take_back(request, response, cookies.LOGIN)
    return response


def log_out(call: Call) -> Response:
    """POST /staff/logout."""
    call.desk.sessions.revoke(call.session.id)
    response = go("/staff/login")
    cookies.take_back(call.request, response, cookies.SESSION)
    return response


async def _token(request: Request, email: str, password: str) -> str:
    """The token of a new session. Raises LoginRefused, Refused."""
    desk = desk_of(request)
    address = request.client.host if request.client else ""
    if seconds := desk.login_limit.take(address):
        raise too_many("log-ins", seconds)
    person = await run_in_threadpool(desk.staff.log_in, email, password)
    agent = request.headers.get("user-agent", "")
    return await run_in_threadpool(desk.sessions.start, person.email, agent)


def _page(request: Request, status: int = 200, **content: Any) -> Response:
    """The form, with a cookie that ties it to this browser."""
    secret = cookies.read(request, cookies.LOGIN) or cookies.new_secret()
    content = {"problem": "", "email": "", **content, "csrf": cookies.form_token(secret)}
    response = bare("login.html", status, **content)
    cookies.give(request, response, cookies.LOGIN, secret)
    return response
