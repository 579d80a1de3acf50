"""Calls of the action server go over connections that stay open, and say what an action reads.

Rasa opens a connection a call, and sends all that it knows of every message and reply so far, the
sources of every answer among it; on either side, each costs as much as the call. Where
endpoints.yml names a `socket` of the action server, and it listens there, calls go that way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiohttp

from bot.rasa import pinned
from bot.rasa.action_socket import NobodyListens, socket_at

SOCKET: Final = "socket"
"""Of the action endpoint: the file of the action server's Unix socket."""
IDLE_SECONDS: Final = 2.0
"""Well below the five after which the action server hangs up: a call must not meet that."""


def apply() -> None:
    """Keeps one session an endpoint and event loop, and shortens the body; raises RasaUnknown."""
    pinned.require()
    from rasa.core.actions.action import RemoteAction
    from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

    @asynccontextmanager
    async def session(self: Any) -> AsyncIterator[aiohttp.ClientSession]:
        kept = vars(self).setdefault("_sessions", WeakKeyDictionary())
        loop = asyncio.get_running_loop()
        if loop not in kept:
            kept[loop] = _session(self, DEFAULT_REQUEST_TIMEOUT)
        yield kept[loop]

    over_http = EndpointConfig.request

    async def request(self: Any, *given: Any, **named: Any) -> Any:
        path = self.kwargs.get(SOCKET)
        if path is not None:
            try:
                return await socket_at(Path(path)).call(named["json"], DEFAULT_REQUEST_TIMEOUT)
            except NobodyListens:  # an action server that knows nothing of it, or none at all
                pass
        return await over_http(self, *given, **named)

    EndpointConfig.session = session
    EndpointConfig.request = request
    RemoteAction._action_call_format = _method()


def _method() -> Any:
    from rasa import __version__

    def action_call_format(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        body = {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": shortened(tracker),
            "version": __version__,
        }
        if not self._is_selective_domain_enabled() or (
            domain.does_custom_action_explicitly_need_domain(self.name())
        ):
            body["domain"] = domain.as_dict()
        return body

    return action_call_format


def shortened(tracker: Any) -> dict[str, Any]:
    """What `rasa_sdk.Tracker` is made of; of the events, what was said, when and where."""
    state: dict[str, Any] = tracker.current_state()  # no events yet
    state["events"] = [_said(event) for event in tracker.events if hasattr(event, "text")]
    return state


def _said(event: Any) -> dict[str, Any]:
    said = {"event": event.type_name, "text": event.text, "timestamp": event.timestamp}
    channel = getattr(event, "input_channel", None)
    return said | ({"input_channel": channel} if channel else {})


def _session(endpoint: Any, seconds: float) -> aiohttp.ClientSession:
    login = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
        timeout=aiohttp.ClientTimeout(total=seconds),
        connector=aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
