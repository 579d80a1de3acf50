"""Rasa lock store: the next message of a conversation starts the moment the one before is done.

Rasa's own looks again once a second. In one process only: over several, the desk keeps the order
of a conversation, and no more than one of its messages is on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore


class TurnLocks(LockStore):
    """One lock a conversation, handed on in the order of asking. Named in endpoints.yml."""

    def __init__(self, endpoint_config: Any = None) -> None:
        super().__init__()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncIterator[TicketLock]:
        """Raises LockError when it has not got its turn within `lock_lifetime` seconds."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), lock_lifetime)
        except asyncio.TimeoutError:
            raise LockError(
                f"conversation {conversation_id}: the message before took longer than "
                f"{lock_lifetime:g} s"
            ) from None
        try:
            yield TicketLock(conversation_id)
        finally:
            lock.release()
