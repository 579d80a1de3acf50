"""Runs the web application until it is told to stop."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence

import uvicorn
from starlette.applications import Starlette

from desk.app import create_app
from desk.errors import DeskError
from desk.logs import set_up_logs
from desk.settings import Settings, split

SWITCH_SECONDS = 0.0005
"""How long a thread at work in the database may keep the event loop waiting for its turn; Python's
own 5 ms would be longer than most of what the loop has to do."""


class _Server(uvicorn.Server):
    """Ends the visitors' streams first: left alone, they would hold the stop up."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.desk.events.close()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Raises DeskError when the application did not start."""
    set_up_logs(settings.log_format)
    app, proxies = create_app(settings), split(settings.trusted_proxies)
    server = _Server(configure(app, settings.host, settings.port, proxies))
    sys.setswitchinterval(SWITCH_SECONDS)
    server.run()
    if not server.started:
        raise DeskError(f"The desk did not start on {settings.host}:{settings.port}; see above.")


def configure(
    app: Starlette, host: str, port: int, trusted_proxies: Sequence[str] = ()
) -> uvicorn.Config:
    """A visitor's address comes from the socket, or from a proxy that is trusted."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="none",  # none are served, and the websockets that Rasa pins is too old for uvicorn's
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,  # longer than pages and proxies keep a connection that they reuse
    )
