"""Where notices of other processes come from."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool

from desk.database import Database
from desk.errors import DatabaseError
from desk.models import case_events, cases, messages
from desk.notices import CHANNEL, Notice
from desk.tasks import came

logger = logging.getLogger(__name__)

Deliver = Callable[[Notice], None]

TAIL_SECONDS = 0.25
AGAIN_SECONDS = 1.0
CHECK_SECONDS = 20.0  # a quiet connection is asked whether it is still there
AT_MOST = 500  # new rows at a time; beyond, everybody looks again


async def listen(database: Database, deliver: Deliver) -> None:
    """PostgreSQL's LISTEN, connected again whenever the server was away. What was said meanwhile
    is made up for by a `resync`.
    """
    while True:
        try:
            connection = await run_in_threadpool(database.listening, CHANNEL)
        except DatabaseError as error:
            logger.error("listening for notices: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        deliver(Notice("resync"))
        try:
            await _read(connection, deliver)
        except Exception as error:  # the driver's own errors, whatever ended the connection
            logger.error("listening for notices: %s", type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)
        finally:
            connection.close()


async def _read(connection: Any, deliver: Deliver) -> None:
    """Delivers until the connection breaks."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    descriptor = connection.fileno()
    loop.add_reader(descriptor, readable.set)
    try:
        while True:
            connection.poll()
            while connection.notifies:
                deliver(Notice(**json.loads(connection.notifies.pop(0).payload)))
            readable.clear()
            if not await came(readable, CHECK_SECONDS):
                await run_in_threadpool(_ask, connection)
    finally:
        loop.remove_reader(descriptor)


def _ask(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def tail(database: Database, deliver: Deliver) -> None:
    """SQLite: looks whether any process wrote, and if so which rows are new."""
    watch = _Watch(database)
    while True:
        try:
            for notice in await run_in_threadpool(watch.news):
                deliver(notice)
        except DatabaseError as error:
            logger.error("looking for news: %s", error)
            await asyncio.sleep(AGAIN_SECONDS)
        await asyncio.sleep(TAIL_SECONDS)


class _Watch:
    """Knows the newest message and case event seen; ids rise in the order of SQLite's commits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: int | None = None
        self._seen: dict[str, int] = {}

    def news(self) -> list[Notice]:
        version = self._database.data_version()
        if version == self._version:
            return []
        self._database.flush()
        with self._database.reading() as connection:
            found = [*self._messages(connection), *self._cases(connection)]
        if self._version is None:  # from here on nothing is missed
            found = [Notice("resync")]
        self._version = version
        return found

    def _messages(self, connection: Any) -> list[Notice]:
        before = self._before(connection, messages)
        wanted = (
            select(messages.c.conversation_id, func.max(messages.c.id))
            .where(messages.c.id > before)
            .group_by(messages.c.conversation_id)
            .limit(AT_MOST)
        )
        rows = connection.execute(wanted)
        return [Notice("message", conversation, newest=newest) for conversation, newest in rows]

    def _cases(self, connection: Any) -> list[Notice]:
        before = self._before(connection, case_events)
        ids = select(case_events.c.case_id).where(case_events.c.id > before).limit(AT_MOST)
        known = select(cases.c.case_id, cases.c.conversation_id).where(cases.c.case_id.in_(ids))
        rows = connection.execute(known)
        return [Notice("case", row.conversation_id, row.case_id) for row in rows]

    def _before(self, connection: Any, table: Any) -> int:
        """The newest row that was known so far; the newest now is known from here on."""
        newest: int = connection.execute(select(func.max(table.c.id))).scalar() or 0
        before = self._seen.get(table.name, newest)
        self._seen[table.name] = newest
        return before
