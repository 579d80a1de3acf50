from __future__ import annotations

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from sqlalchemy import update

from desk.cases import Cases
from desk.database import Database
from desk.figures import Times, figures
from desk.messages import Reply
from desk.models import cases, conversations, messages, stamp
from desk.store import Store

NEW_YORK = ZoneInfo("America/New_York")
LAST = date(2026, 3, 10)


def at(day: int, hour: int, minute: int = 0) -> str:
    """A moment in March 2026, as the tables hold it."""
    return stamp(datetime(2026, 3, day, hour, minute, tzinfo=timezone.utc))


def talk(database: Database, when: str, outcome: str = "answer") -> str:
    store = Store(database)
    conversation_id = store.start("website").id
    store.answer(store.keep(conversation_id, "m1", "?"), Reply("!", {"outcome": outcome}))
    with database.writing() as connection:
        same = conversations.c.id == conversation_id
        connection.execute(update(conversations).where(same).values(created_at=when))
        same = messages.c.conversation_id == conversation_id
        connection.execute(update(messages).where(same).values(created_at=when))
    return conversation_id


def case(
    database: Database,
    opened: str,
    reason: str = "dosing",
    claimed: str | None = None,
    replied: str | None = None,
) -> None:
    opened_case = Cases(database).open(
        talk(database, opened, "handoff"), channel="website", reason=reason
    )
    times = {"opened_at": opened, "first_claimed_at": claimed, "first_reply_at": replied}
    same = cases.c.case_id == opened_case.case_id
    with database.writing() as connection:
        connection.execute(update(cases).where(same).values(**times))


def test_days_are_the_clinics_and_each_is_there(database: Database) -> None:
    talk(database, at(11, 3, 30))  # 23:30 on the 10th in New York, summer time
    talk(database, at(11, 4, 30))  # the 11th there
    talk(database, at(9, 12), "no_answer")
    talk(database, at(1, 12))
    found = figures(database, NEW_YORK, LAST, 3).days
    assert [day.date.day for day in found] == [8, 9, 10]
    assert [day.conversations for day in found] == [0, 1, 1]
    assert [day.answered for day in found] == [0, 0, 1]
    assert [day.gaps for day in found] == [0, 1, 0]


def test_handoffs_are_counted_by_reason_and_timed(database: Database) -> None:
    case(database, at(10, 12), claimed=at(10, 12, 1), replied=at(10, 12, 5))
    case(database, at(10, 13), claimed=at(10, 13, 3))
    case(database, at(9, 13), "suicide", claimed=at(9, 14))
    case(database, at(9, 15), "suicide")
    case(database, at(2, 13), "records", claimed=at(2, 14))
    found = figures(database, NEW_YORK, LAST, 2)
    assert dict(found.reasons) == {"dosing": 2, "suicide": 2}
    assert [day.handed_off for day in found.days] == [2, 2]
    assert [day.to_claim for day in found.days] == [3600.0, 120.0]
    assert [day.to_reply for day in found.days] == [None, 300.0]
    assert found.to_claim == Times(3, 4, 180.0, 3600.0)
    assert found.to_reply == Times(1, 4, 300.0, 300.0)


def test_an_empty_desk_has_empty_days(database: Database) -> None:
    found = figures(database, NEW_YORK, LAST, 30)
    assert len(found.days) == 30
    assert (found.reasons, found.to_claim) == ([], Times(0, 0, None, None))
