"""What Slack sent: kept before it is acknowledged, dealt with afterwards, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from desk.database import Database
from desk.models import now, stamp
from desk.slack.tables import insert_once, slack_inbox

KEEP_DAYS = 7  # Slack's own retries end after some hours


@dataclass(frozen=True)
class Job:
    """One thing that somebody did in Slack. `key` tells it from all others; jobs of one `lane`
    are done in order.
    """

    key: str
    lane: str
    kind: str
    content: Mapping[str, Any]
    id: int = 0
    attempts: int = 0
    received_at: str = field(default_factory=now)


class Inbox:
    """Every method is one transaction and raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, job: Job) -> bool:
        """False, and nothing kept, where the same was kept before."""
        values = {name: getattr(job, name) for name in ("key", "lane", "kind", "received_at")}
        values |= {"content": dict(job.content), "attempts": 0, "due_at": now()}
        with self._database.writing() as connection:
            return insert_once(connection, slack_inbox, values)

    def ready(self) -> list[Job]:
        """The first job of each lane, where its time has come."""
        first = select(func.min(slack_inbox.c.id)).where(slack_inbox.c.due_at.is_not(None))
        first = first.group_by(slack_inbox.c.lane)
        columns = [slack_inbox.c[name] for name in Job.__dataclass_fields__]
        wanted = (
            select(*columns)
            .where(slack_inbox.c.id.in_(first), slack_inbox.c.due_at <= now())
            .order_by(slack_inbox.c.id)
        )
        with self._database.reading() as connection:
            return [Job(**row._mapping) for row in connection.execute(wanted)]

    def begin(self, job: Job) -> None:
        """Counts the attempt first: a process that dies in the middle is seen by the next."""
        self._change(job, {"attempts": job.attempts + 1})

    def done(self, job: Job, problem: str | None = None) -> None:
        """What was written goes; that it was dealt with stays."""
        self._change(job, {"due_at": None, "content": {}, "problem": problem})

    def later(self, job: Job, seconds: float, problem: str) -> None:
        due = stamp(datetime.now(timezone.utc) + timedelta(seconds=seconds))
        self._change(job, {"due_at": due, "problem": problem[:400]})

    def knows(self, key: str) -> bool:
        wanted = select(exists().where(slack_inbox.c.key == key))
        with self._database.reading() as connection:
            return bool(connection.execute(wanted).scalar_one())

    def waiting(self) -> int:
        """How many are still to be dealt with."""
        wanted = select(func.count()).where(slack_inbox.c.due_at.is_not(None))
        with self._database.reading() as connection:
            return int(connection.execute(wanted).scalar_one())

    def forget_old(self) -> None:
        before = stamp(datetime.now(timezone.utc) - timedelta(days=KEEP_DAYS))
        old = delete(slack_inbox).where(
            slack_inbox.c.due_at.is_(None), slack_inbox.c.received_at < before
        )
        with self._database.writing() as connection:
            connection.execute(old)

    def _change(self, job: Job, values: Mapping[str, Any]) -> None:
        same = update(slack_inbox).where(slack_inbox.c.id == job.id)
        with self._database.writing() as connection:
            connection.execute(same.values(**values))
