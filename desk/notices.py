"""Tells whoever listens that something changed: visitors' streams, the console, Slack.

A notice is a hint, not the news itself: it may come twice, and what is true is in the database.
It belongs to the transaction that made the change and is heard once that is committed. With
PostgreSQL every process hears it (LISTEN/NOTIFY). With SQLite this process hears its own at once;
what another process wrote (the command line, the action server) is found in a quarter of a second.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from desk.tasks import came, end

if TYPE_CHECKING:
    from desk.database import Database

logger = logging.getLogger(__name__)

CHANNEL = "desk"
QUEUED_NOTICES = 1000  # of one listener; beyond, it is told to look at everything again


@dataclass(frozen=True)
class Notice:
    """`message`: the conversation has a new message. `case`: a case changed, `action` says how.
    `typing`: somebody writes (`who` a name, or `visitor`), or stopped. `conversation`: it was
    deleted or ended. `resync`: notices may have been lost, look at everything again.
    """

    kind: Literal["message", "case", "typing", "conversation", "resync"]
    conversation_id: str = ""
    case_id: str | None = None
    action: str | None = None
    who: str | None = None
    typing: bool = False
    newest: int | None = None
    """Of a `message`: its id. Whoever has read so far need not look."""


def announce(connection: Connection, notice: Notice) -> None:
    """Has the notice heard once the transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, json.dumps(asdict(notice)))))
    else:
        connection.info.setdefault("notices", []).append(notice)


class Subscription:
    """What one listener has not read yet."""

    def __init__(self) -> None:
        self._unread: deque[Notice] = deque()
        self._came = asyncio.Event()
        self.in_queue = False
        """Whether it hears of every case: one that waits moves when another goes."""

    def put(self, notice: Notice) -> None:
        if len(self._unread) >= QUEUED_NOTICES:
            self._unread.clear()
            notice = Notice("resync")
        self._unread.append(notice)
        self._came.set()

    async def news(self, seconds: float | None = None) -> list[Notice]:
        """Everything that is new, once something is; empty when nothing came in so many seconds."""
        first = await self.get(seconds)
        found = [] if first is None else [first, *self._unread]
        self._unread.clear()
        return found

    async def get(self, seconds: float | None = None) -> Notice | None:
        """The next notice; None when none came within so many seconds."""
        if not self._unread:
            self._came.clear()
            if not await came(self._came, seconds):
                return None
        return self._unread.popleft()


class Notices:
    """One for a process, started and stopped in its event loop. Thread-safe: `say`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._by_conversation: dict[str, set[Subscription]] = {}
        self._of_all: set[Subscription] = set()
        self._task: asyncio.Task[None] | None = None
        self.on_typing: Callable[[Notice], None] | None = None

    async def start(self) -> None:
        from desk.notice_sources import listen, tail  # they know this class

        self._loop = asyncio.get_running_loop()
        self._database.on_commit = self._heard_in_thread
        source = tail if self._database.is_sqlite else listen
        self._task = asyncio.create_task(source(self._database, self.deliver))

    async def stop(self) -> None:
        self._database.on_commit = None
        await end([self._task])
        self.deliver(Notice("resync"))  # wakes those that wait; they find the desk closing

    @contextmanager
    def subscribe(self, conversation_id: str | None = None) -> Iterator[Subscription]:
        """Notices of one conversation, or of all."""
        subscription = Subscription()
        if conversation_id is None:
            self._of_all.add(subscription)
        else:
            self._by_conversation.setdefault(conversation_id, set()).add(subscription)
        try:
            yield subscription
        finally:
            self._of_all.discard(subscription)
            if conversation_id is not None:
                mine = self._by_conversation.get(conversation_id, set())
                mine.discard(subscription)
                if not mine:
                    self._by_conversation.pop(conversation_id, None)

    def deliver(self, notice: Notice) -> None:
        """Hands a notice to its listeners; in the event loop only."""
        for subscription in list(self._of_all):
            subscription.put(notice)
        for subscription in self._concerned(notice):
            subscription.put(notice)
        if notice.kind == "typing" and self.on_typing is not None:
            self.on_typing(notice)

    def _concerned(self, notice: Notice) -> list[Subscription]:
        mine = self._by_conversation.get(notice.conversation_id, set())
        if notice.kind not in ("resync", "case"):
            return list(mine)
        every = (one for several in self._by_conversation.values() for one in several)
        return [one for one in every if notice.kind == "resync" or one in mine or one.in_queue]

    def say(self, notice: Notice) -> None:
        """Tells every process something that is stored nowhere (who is typing). Blocks for a
        moment with PostgreSQL: call it in a thread. Raises DatabaseError.
        """
        if self._database.is_sqlite:
            self._heard_in_thread([notice])
        else:
            with self._database.writing() as connection:
                announce(connection, notice)

    @property
    def listeners(self) -> int:
        return len(self._of_all) + sum(map(len, self._by_conversation.values()))

    def _heard_in_thread(self, notices: list[Notice]) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        for notice in notices:
            self._loop.call_soon_threadsafe(self.deliver, notice)
