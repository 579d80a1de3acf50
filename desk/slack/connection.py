"""Socket Mode: Slack is called, and sends what happens down that line. No public address needed."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 20.0  # the client connects again by itself; after so long it is made anew
PING_SECONDS = 5.0


class Connection:
    """Holds the line for as long as it runs."""

    def __init__(
        self, app: AsyncApp, app_token: str, api_url: str, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._app, self._app_token, self._api_url = app, app_token, api_url
        self._patience = patience
        self._handler: AsyncSocketModeHandler | None = None

    async def run(self) -> None:
        """Until it is cancelled."""
        look = min(LOOK_SECONDS, self._patience / 4)
        missing = self._patience
        try:
            while True:
                if self._handler is not None and await self._handler.client.is_connected():
                    missing = 0.0
                elif missing >= self._patience:
                    await self._connect()
                    missing = 0.0
                else:
                    missing += look
                await asyncio.sleep(look)
        finally:
            await self._close()

    async def _connect(self) -> None:
        """A client of its own: one that hangs on to a dead address never gets over it."""
        await self._close()
        quiet = logging.getLogger("desk.slack.socket")
        quiet.setLevel(logging.CRITICAL)  # it logs what people wrote, and every try
        self._handler = AsyncSocketModeHandler(
            self._app,
            self._app_token,
            logger=quiet,
            web_client=AsyncWebClient(base_url=self._api_url, logger=quiet, retry_handlers=[]),
            ping_interval=PING_SECONDS,
        )
        try:
            connecting = self._handler.connect_async()  # type: ignore[no-untyped-call]
            await asyncio.wait_for(connecting, PATIENCE_SECONDS)
        except (SlackClientError, aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            logger.warning("no line to Slack: %s; it is tried again.", type(error).__name__)
        else:
            logger.info("the line to Slack is open.")

    async def _close(self) -> None:
        if self._handler is None:
            return
        client, self._handler = self._handler.client, None
        tasks = [client.message_processor, client.message_receiver, client.current_session_monitor]
        try:
            await client.close()  # type: ignore[no-untyped-call]
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            logger.info("closing the line to Slack: %s", type(error).__name__)
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
