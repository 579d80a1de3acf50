"""Rasa tracker store: the last turns of each conversation in Redis, for several Rasa servers.

What is lost with Redis is what a follow-up question leans on, and no more: see recent_turns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import redis.asyncio
from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.recent_turns import RecentTurns

PREFIX: Final = "turns:"
DAYS: Final = 30.0
ANSWER_SECONDS: Final = 1.0
"""A Redis that takes longer is taken for gone: the visitor waits."""


class SharedTurns(RecentTurns):
    """Named in endpoints.yml with the `url` of a Redis, `turns` of a conversation, and the `days`
    after which a silent conversation is forgotten."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        turns: int = 3,
        days: float = DAYS,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, None, turns, **kwargs)
        if not host:
            raise ValueError("endpoints.yml: tracker_store: url is missing: redis://host:6379/0")
        self._seconds = max(1, int(days * 86_400))
        self._redis = redis.asyncio.from_url(
            host, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        events = json.dumps([event.as_dict() for event in self.kept(tracker)])
        await self._redis.set(PREFIX + tracker.sender_id, events, ex=self._seconds)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        stored = await self._redis.get(PREFIX + sender_id)
        if stored is None:
            return None
        return self.tracker_of(sender_id, deserialise_events(json.loads(stored)))

    async def keys(self) -> Iterable[str]:
        return [
            key.decode().removeprefix(PREFIX)
            async for key in self._redis.scan_iter(match=f"{PREFIX}*")
        ]
