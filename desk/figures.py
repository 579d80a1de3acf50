"""What the desk did, day by day, in numbers."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.sql import Select

from desk.database import Database
from desk.models import cases, conversations, messages


@dataclass(frozen=True)
class Day:
    """A day in the clinic's zone. The two times are medians in seconds, None without a case; they
    belong to the day on which the case was opened.
    """

    date: date
    conversations: int
    answered: int
    handed_off: int
    gaps: int
    to_claim: float | None
    to_reply: float | None


@dataclass(frozen=True)
class Times:
    """Of the cases opened in the time looked at, in seconds; `of` how many there were."""

    count: int
    of: int
    median: float | None
    slowest_tenth: float | None


@dataclass(frozen=True)
class Figures:
    days: Sequence[Day]
    reasons: Sequence[tuple[str, int]]
    to_claim: Times
    to_reply: Times


@dataclass(frozen=True)
class _Opened:
    day: date
    reason: str
    to_claim: float | None
    to_reply: float | None


def figures(database: Database, zone: ZoneInfo, last: date, days: int) -> Figures:
    """The `days` that end with `last`. Raises DatabaseError."""
    every = [last - timedelta(days=back) for back in reversed(range(days))]
    # One day more on either side: the zone's days are not UTC's.
    begin, end = (every[0] - timedelta(days=1)).isoformat(), last + timedelta(days=2)
    within = (begin, end.isoformat())
    with database.reading() as connection:
        started = _per_day(connection.execute(_started(*within)).scalars(), zone)
        outcomes = {
            name: _per_day(connection.execute(_outcome(name, *within)).scalars(), zone)
            for name in ("answer", "no_answer")
        }
        opened = [_opened(row, zone) for row in connection.execute(_cases(*within))]
    opened = [one for one in opened if every[0] <= one.day <= last]
    return Figures(
        days=[_day(day, started, outcomes, [o for o in opened if o.day == day]) for day in every],
        reasons=Counter(one.reason for one in opened).most_common(),
        to_claim=_times([one.to_claim for one in opened]),
        to_reply=_times([one.to_reply for one in opened]),
    )


def _started(begin: str, end: str) -> Select:
    at = conversations.c.created_at
    return select(at).where(at >= begin, at < end)


def _outcome(name: str, begin: str, end: str) -> Select:
    at = messages.c.created_at
    return select(at).where(messages.c.outcome == name, at >= begin, at < end)


def _cases(begin: str, end: str) -> Select:
    at = cases.c.opened_at
    columns = (at, cases.c.reason, cases.c.first_claimed_at, cases.c.first_reply_at)
    return select(*columns).where(at >= begin, at < end)


def _per_day(times: Iterable[str], zone: ZoneInfo) -> Counter[date]:
    return Counter(_moment(at).astimezone(zone).date() for at in times)


def _opened(row: Sequence[str], zone: ZoneInfo) -> _Opened:
    opened_at, reason, claimed_at, replied_at = row
    opened = _moment(opened_at)
    day = opened.astimezone(zone).date()
    return _Opened(day, reason, _passed(opened, claimed_at), _passed(opened, replied_at))


def _day(
    day: date, started: Counter[date], outcomes: dict[str, Counter[date]], opened: list[_Opened]
) -> Day:
    return Day(
        date=day,
        conversations=started[day],
        answered=outcomes["answer"][day],
        handed_off=len(opened),
        gaps=outcomes["no_answer"][day],
        to_claim=_times([one.to_claim for one in opened]).median,
        to_reply=_times([one.to_reply for one in opened]).median,
    )


def _times(values: Sequence[float | None]) -> Times:
    known = sorted(value for value in values if value is not None)
    if not known:
        return Times(0, len(values), None, None)
    slow = known[min(len(known) - 1, int(0.9 * len(known)))]
    return Times(len(known), len(values), statistics.median(known), slow)


def _passed(since: datetime, until: str | None) -> float | None:
    return (_moment(until) - since).total_seconds() if until else None


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(timezone.utc)
