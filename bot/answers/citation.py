"""Where a quoted sentence stands, and how old that is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from index import Passage
from index.review import review_due


@dataclass(frozen=True)
class Citation:
    """A cited passage. `outdated` since the day it should have been reviewed by, an ISO date."""

    document: str
    title: str
    section: str
    text: str
    author: str | None
    url: str | None
    date: str | None
    source: str | None = None
    page: int | None = None
    reviewed_on: str | None = None
    outdated: str | None = None

    @classmethod
    def of(cls, passage: Passage, today: datetime.date | None = None, months: int = 0) -> Citation:
        """`months` after its review a passage is outdated on `today`; 0: only where the document
        itself names the day."""
        due = review_due(passage, months)
        return cls(
            document=passage.document,
            title=passage.title,
            section=passage.section,
            text=passage.text,
            author=passage.author,
            url=passage.url,
            date=passage.date,
            source=passage.source,
            page=passage.page,
            reviewed_on=passage.reviewed_on,
            outdated=due if today and due and due < today.isoformat() else None,
        )

    @property
    def line(self) -> str:
        """The source as a reader wants it in one line."""
        section = self.section if self.section != self.title else ""
        page = f"page {self.page}" if self.page else ""
        parts = [self.title, section, page, self.author, self.date, self.url]
        return ", ".join(part for part in parts if part)

    @property
    def dated(self) -> str:
        """Title and date, to tell apart documents that do not agree."""
        day = self.reviewed_on or self.date
        return f"{self.title}, {day}" if day else f"{self.title}, undated"
