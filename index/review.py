"""When a document has to be looked at again."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Protocol


class Reviewed(Protocol):
    """A document or a passage of one; dates are ISO (YYYY-MM-DD)."""

    @property
    def reviewed_on(self) -> str | None: ...

    @property
    def review_by(self) -> str | None: ...


def review_due(reviewed: Reviewed, months: int) -> str | None:
    """The ISO date by which it is to be reviewed: as it says itself, else so many months after
    its last review; None where it says neither, or `months` is 0."""
    if reviewed.review_by:
        return reviewed.review_by
    if not reviewed.reviewed_on or months < 1:
        return None
    last = date.fromisoformat(reviewed.reviewed_on)
    year, month = divmod(last.year * 12 + last.month - 1 + months, 12)
    day = min(last.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day).isoformat()


def is_outdated(reviewed: Reviewed, months: int, today: date) -> bool:
    """Whether it should have been reviewed before today."""
    due = review_due(reviewed, months)
    return due is not None and due < today.isoformat()
