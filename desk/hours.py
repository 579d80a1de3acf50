"""Opening hours: whether somebody is there, from when on, and how long they were. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from desk import texts

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LOOK_AHEAD = 62  # days; a clinic that is closed for longer has no next opening to tell

Span = tuple[time, time]


@dataclass(frozen=True)
class Opening:
    """Whether somebody is there at a moment, and if not from when on (in the clinic's zone)."""

    open: bool
    next: datetime | None  # the next opening, None while open or when none is known
    closes: datetime | None

    def text(self, language: str | None) -> str:
        """What visitors are told."""
        if self.open and self.closes is not None:
            return texts.open_until(self.closes, language)
        return texts.closed_until(self.next, language)


@dataclass(frozen=True)
class Hours:
    """`week` has the spans of each weekday, Monday first; `exceptions` those of single days."""

    zone: ZoneInfo
    week: Sequence[Sequence[Span]]
    exceptions: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    def at(self, moment: datetime) -> Opening:
        """The state at a moment that knows its zone."""
        local = moment.astimezone(self.zone)
        for begin, end in self._spans(local.date(), _LOOK_AHEAD):
            if begin <= moment < end:
                return Opening(True, None, end)
            if begin > moment:
                return Opening(False, begin, None)
        return Opening(False, None, None)

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """For how long of this time somebody was there."""
        total = timedelta()
        first = start.astimezone(self.zone).date()
        days = (end.astimezone(self.zone).date() - first).days
        for begin, close in self._spans(first, days):
            # in UTC: within one zone Python subtracts what the clocks show
            total += max(timedelta(), _utc(min(close, end)) - _utc(max(begin, start)))
        return total

    def _spans(self, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Those of the day, of the days after it, and of the day before (past midnight)."""
        for number in range(-1, days + 1):
            day = first + timedelta(days=number)
            spans = self.exceptions.get(day, self.week[day.weekday()])
            for begin, end in sorted(spans):
                last = day + timedelta(days=1) if end <= begin else day
                yield self._moment(day, begin), self._moment(last, end)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)
