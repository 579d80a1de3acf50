"""What Slack is to be told: kept with the change that caused it, sent in order until it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from desk.database import Database
from desk.models import now, stamp
from desk.slack.tables import insert_once, slack_outbox

Kind = Literal["talk", "root", "card", "said", "event", "tell", "respond", "erase", "withdraw"]
DANGER_FIRST, PEOPLE_FIRST, REST = 0, 1, 2
KEEP_DAYS = 30


@dataclass(frozen=True)
class Letter:
    """`content` says what it is about; `channel` and `ts` where it is, once it was posted."""

    id: int
    key: str
    lane: str
    kind: Kind
    content: Mapping[str, Any]
    priority: int
    created_at: str
    attempts: int
    due_at: str | None
    channel: str | None
    ts: str | None


def post(
    connection: Connection,
    key: str,
    lane: str,
    kind: Kind,
    content: Mapping[str, Any],
    *,
    priority: int = REST,
    wait_seconds: float = 0.0,
) -> bool:
    """Adds a letter within the caller's transaction; False where there is one of this key."""
    due = stamp(datetime.now(timezone.utc) + timedelta(seconds=wait_seconds))
    return insert_once(
        connection,
        slack_outbox,
        {
            "key": key,
            "lane": lane,
            "kind": kind,
            "content": dict(content),
            "priority": priority,
            "created_at": now(),
            "attempts": 0,
            "due_at": due,
        },
    )


def case_lane(case_id: str) -> str:
    return f"case:{case_id}"


def talk_lane(conversation_id: str) -> str:
    return f"talk:{conversation_id}"


class Outbox:
    """Every method is one transaction and raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(self, key: str, channel: str, user: str, text: str, thread_ts: str = "") -> None:
        """Something for one person's eyes."""
        content = {"channel": channel, "user": user, "text": text, "thread_ts": thread_ts}
        with self._database.writing() as connection:
            post(connection, key, f"tell:{user}", "tell", content, priority=PEOPLE_FIRST)

    def respond(self, key: str, url: str, about: Mapping[str, Any]) -> None:
        """Something for whoever gave a command, where it was given: a `text`, or the message of a
        `message_id`.
        """
        content = {"url": url, **about}
        with self._database.writing() as connection:
            post(connection, key, key[:80], "respond", content, priority=DANGER_FIRST)

    def erase(self, letter: Letter, channel: str | None, ts: str | None) -> None:
        """Takes back what was posted."""
        if channel is None or ts is None:
            return
        content = {"channel": channel, "ts": ts}
        with self._database.writing() as connection:
            post(connection, f"erase:{letter.key}", letter.lane, "erase", content)

    def heads(self) -> list[Letter]:
        """The first letter of each lane, the most pressing first."""
        first = select(func.min(slack_outbox.c.id)).where(slack_outbox.c.due_at.is_not(None))
        first = first.group_by(slack_outbox.c.lane)
        wanted = _letters().where(slack_outbox.c.id.in_(first))
        return self._read(wanted.order_by(slack_outbox.c.priority, slack_outbox.c.id))

    def find(self, key: str) -> Letter | None:
        found = self._read(_letters().where(slack_outbox.c.key == key))
        return found[0] if found else None

    def posted(self, lane: str) -> list[Letter]:
        """What stands in Slack of a lane."""
        return self._read(
            _letters()
            .where(slack_outbox.c.lane == lane, slack_outbox.c.ts.is_not(None))
            .order_by(slack_outbox.c.id)
        )

    def begin(self, letter: Letter) -> bool:
        """Counts the attempt before it is made; False where another process was faster."""
        mine = update(slack_outbox).where(
            slack_outbox.c.id == letter.id,
            slack_outbox.c.attempts == letter.attempts,
            slack_outbox.c.due_at.is_not(None),
        )
        with self._database.writing() as connection:
            return bool(connection.execute(mine.values(attempts=letter.attempts + 1)).rowcount)

    def drop(self, letter: Letter, problem: str) -> None:
        """It is not to be sent any more."""
        self.change(letter, {"due_at": None, "problem": problem[:400]} | _without_words(letter))

    def sent(
        self,
        letter: Letter,
        channel: str | None,
        ts: str | None,
        shown: str,
        also: Callable[[Connection], None],
    ) -> None:
        """Keeps where it stands, with what follows from that, both or neither."""
        values: dict[str, Any] = {"due_at": None, "problem": None} | _without_words(letter)
        if ts is not None:
            values |= {"channel": channel, "ts": ts}
        if shown:
            values["content"] = {**letter.content, "shown": shown}
        with self._database.writing() as connection:
            also(connection)
            connection.execute(_same(letter).values(**values))

    def later(self, letter: Letter, seconds: float, problem: str, *, again: bool) -> None:
        """`again` where nothing can have been done, so that the next attempt is a first one."""
        due = stamp(datetime.now(timezone.utc) + timedelta(seconds=seconds))
        values: dict[str, Any] = {"due_at": due, "problem": problem[:400]}
        self.change(letter, values | ({"attempts": letter.attempts} if again else {}))

    def change(self, letter: Letter, values: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(_same(letter).values(**values))

    def waiting(self) -> int:
        """How many letters are still to be sent."""
        wanted = select(func.count()).where(slack_outbox.c.due_at.is_not(None))
        with self._database.reading() as connection:
            return int(connection.execute(wanted).scalar_one())

    def forget_old(self) -> None:
        """What was sent long ago; that of a case is kept until the case is gone."""
        before = stamp(datetime.now(timezone.utc) - timedelta(days=KEEP_DAYS))
        old = delete(slack_outbox).where(
            slack_outbox.c.due_at.is_(None),
            slack_outbox.c.created_at < before,
            slack_outbox.c.lane.not_like("case:%"),
        )
        with self._database.writing() as connection:
            connection.execute(old)

    def _read(self, wanted: Any) -> list[Letter]:
        with self._database.reading() as connection:
            return [Letter(**row._mapping) for row in connection.execute(wanted)]


def drop_waiting(connection: Connection, lane: str, kinds: Sequence[Kind]) -> None:
    """Letters that are not to be sent any more."""
    stale = update(slack_outbox).where(
        slack_outbox.c.lane == lane,
        slack_outbox.c.kind.in_(kinds),
        slack_outbox.c.due_at.is_not(None),
    )
    connection.execute(stale.values(due_at=None, problem="no longer needed"))


def _same(letter: Letter) -> Any:
    return update(slack_outbox).where(slack_outbox.c.id == letter.id)


def _without_words(letter: Letter) -> dict[str, Any]:
    """The two kinds that hold words lose them when they are done with."""
    return {"content": {}} if letter.kind in ("tell", "respond") else {}


def _letters() -> Any:
    return select(*(slack_outbox.c[name] for name in Letter.__dataclass_fields__))
