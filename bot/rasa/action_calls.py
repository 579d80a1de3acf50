"""Calls of the action server go over connections that stay open.

Rasa opens one a call; on either side, setting it up costs as much as the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiohttp

from bot.rasa import pinned

IDLE_SECONDS: Final = 2.0
"""Well below the five after which the action server hangs up: a call must not meet that."""


def apply() -> None:
    """Keeps one session an endpoint and event loop; raises RasaUnknown."""
    pinned.require()
    from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

    @asynccontextmanager
    async def session(self: Any) -> AsyncIterator[aiohttp.ClientSession]:
        kept = vars(self).setdefault("_sessions", WeakKeyDictionary())
        loop = asyncio.get_running_loop()
        if loop not in kept:
            kept[loop] = _session(self, DEFAULT_REQUEST_TIMEOUT)
        yield kept[loop]

    EndpointConfig.session = session


def _session(endpoint: Any, seconds: float) -> aiohttp.ClientSession:
    login = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
        timeout=aiohttp.ClientTimeout(total=seconds),
        connector=aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
