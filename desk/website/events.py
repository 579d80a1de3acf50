"""Live streams of conversations. A message stored by this process wakes the streams of its
conversation at once; one stored by another process is found by asking the database every second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool

from desk.errors import DatabaseError
from desk.store import Message, Store

logger = logging.getLogger(__name__)

PAGE = 200  # messages read at a time


class Events:
    """One for a process. `poll_seconds` and `heartbeat_seconds` are settable for tests."""

    def __init__(
        self, store: Store, poll_seconds: float = 1.0, heartbeat_seconds: float = 15.0
    ) -> None:
        self._store = store
        self._poll_seconds, self._heartbeat_seconds = poll_seconds, heartbeat_seconds
        self._listening: dict[str, set[asyncio.Event]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    def publish(self, conversation_id: str) -> None:
        """Says that the conversation has a new message."""
        for wake in self._listening.get(conversation_id, ()):
            wake.set()

    def close(self) -> None:
        """Ends every stream; visitors' pages connect again and miss nothing."""
        self._closed = True
        for conversation_id in self._listening:
            self.publish(conversation_id)
        if self._poller is not None:
            self._poller.cancel()

    async def stream(
        self, conversation_id: str, after: int
    ) -> AsyncGenerator[Message | None, None]:
        """The conversation's messages with an id above `after`, the stored ones, then each new one
        as it comes; None whenever nothing came for a while. Raises DatabaseError.
        """
        with self._wakes(conversation_id) as wake:
            while not self._closed:
                wake.clear()
                page = await run_in_threadpool(self._store.messages, conversation_id, after, PAGE)
                for message in page:
                    after = message.id
                    yield message
                if not page and not await self._woken(wake):
                    yield None

    @contextmanager
    def _wakes(self, conversation_id: str) -> Iterator[asyncio.Event]:
        wake = asyncio.Event()
        self._listening.setdefault(conversation_id, set()).add(wake)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            yield wake
        finally:
            self._listening[conversation_id].discard(wake)
            if not self._listening[conversation_id]:
                del self._listening[conversation_id]

    async def _woken(self, wake: asyncio.Event) -> bool:
        try:
            await asyncio.wait_for(wake.wait(), self._heartbeat_seconds)
        except asyncio.TimeoutError:
            return False
        return True

    async def _poll(self) -> None:
        """Runs while there are streams."""
        seen: dict[str, int] = {}
        while self._listening:
            try:
                latest = await run_in_threadpool(self._store.latest, list(self._listening))
            except DatabaseError as error:
                logger.error("looking for new messages: %s", error)
            else:
                for conversation_id in latest.keys() & self._listening.keys():
                    if latest[conversation_id] != seen.get(conversation_id):
                        self.publish(conversation_id)
                seen = latest
            await asyncio.sleep(self._poll_seconds)
