"""`GET /healthz`: which part is down."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.errors import DatabaseError
from desk.parts import desk_of
from desk.rasa_client import HEALTH_SECONDS
from desk.store import Store


async def healthz(request: Request) -> Response:
    """200 when every part that visitors need is there, else 503."""
    desk = desk_of(request)
    names = ("database", "rasa", "actions")
    up = await asyncio.gather(
        _database(desk.store), desk.rasa.health("rasa"), desk.rasa.health("actions")
    )
    parts = {name: "ok" if ok else "down" for name, ok in zip(names, up, strict=True)}
    status = "ok" if all(up) else "down"
    return JSONResponse({"status": status, "parts": parts}, 200 if all(up) else 503)


async def _database(store: Store) -> bool:
    try:
        await asyncio.wait_for(run_in_threadpool(store.check), HEALTH_SECONDS)
    except (DatabaseError, asyncio.TimeoutError):
        return False
    return True
