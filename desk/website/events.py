"""Live streams of conversations: what is stored, then each new message as it comes, and, for a
page that asks, every change of the state and who is typing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from desk.cases.case import VISITOR
from desk.messages import Message
from desk.notices import Notice, Notices, Subscription
from desk.store import Store
from desk.transitions import QUEUED
from desk.website.states import States

PAGE = 200  # messages read at a time


@dataclass(frozen=True)
class Aside:
    """Something beside the messages: `state` or `typing`, not stored and not numbered."""

    kind: str
    value: dict[str, Any]


Event = Message | Aside | None


class Events:
    """One for a process. `heartbeat_seconds` is settable for tests."""

    def __init__(
        self, store: Store, notices: Notices, states: States, heartbeat_seconds: float = 15.0
    ) -> None:
        self._store, self._notices, self._states = store, notices, states
        self._heartbeat_seconds = heartbeat_seconds
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the desk stops."""
        return self._closed

    def close(self) -> None:
        """Ends every stream; visitors' pages connect again and miss nothing."""
        self._closed = True
        self._notices.deliver(Notice("resync"))

    async def stream(
        self, conversation_id: str, after: int, asides: bool = False
    ) -> AsyncGenerator[Event, None]:
        """The conversation's messages with an id above `after`, the stored ones, then each new one
        as it comes; None whenever nothing came for a while. With `asides` also the state, once
        the stored messages are there and whenever it changes, and who is typing. Raises
        DatabaseError, and UnknownConversation once it was deleted.
        """
        state: dict[str, Any] = {}
        news = [Notice("resync")]
        with self._notices.subscribe(conversation_id) as heard:
            while not self._closed:
                if _tells(news, "resync") or _newer(news, after):
                    async for message in self._stored(conversation_id, after):
                        after = message.id
                        yield message
                if asides:
                    for aside in await self._asides(conversation_id, state, news, heard):
                        if aside.kind == "state":
                            state = aside.value
                        yield aside
                elif _tells(news, "conversation"):
                    await run_in_threadpool(self._store.visible, conversation_id)
                news = await heard.news(self._heartbeat_seconds)
                if not news:
                    yield None

    async def _stored(self, conversation_id: str, after: int) -> AsyncGenerator[Message, None]:
        while page := await run_in_threadpool(self._store.messages, conversation_id, after, PAGE):
            for message in page:
                after = message.id
                yield message
            if len(page) < PAGE:
                return

    async def _asides(
        self,
        conversation_id: str,
        before: dict[str, Any],
        news: list[Notice],
        heard: Subscription,
    ) -> list[Aside]:
        found = []
        if not news or _tells(news, "case", "conversation", "resync"):
            state = await run_in_threadpool(self._states.of, conversation_id)
            heard.in_queue = state["state"] in QUEUED
            if {**state, "typing": None} != {**before, "typing": None}:
                found.append(Aside("state", state))
        typing = [one for one in news if one.kind == "typing" and one.who != VISITOR]
        if typing:
            found.append(Aside("typing", {"who": typing[-1].who, "typing": typing[-1].typing}))
        return found


def _tells(news: list[Notice], *kinds: str) -> bool:
    return any(notice.kind in kinds for notice in news)


def _newer(news: list[Notice], after: int) -> bool:
    """Whether there is a message that was not read yet."""
    return any(one.kind == "message" and (one.newest or after + 1) > after for one in news)
