"""The state of an index as one page to look at, with nothing that it would have to fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index.contents import Contents
from index.errors import QuestionEmpty
from index.findings import Gap, pairs
from index.passages import Passage
from index.review import is_outdated, review_due
from index.search import Index, SearchResult

TEMPLATE = Path(__file__).with_name("report.html.jinja")


@dataclass(frozen=True)
class Shown:
    """A document with its passages; `due` is the day it is to be reviewed by."""

    name: str
    title: str
    passages: tuple[Passage, ...]
    due: str | None
    outdated: bool

    @property
    def words(self) -> int:
        return sum(len(passage.text.split()) for passage in self.passages)

    @property
    def first(self) -> Passage:
        return self.passages[0]

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(question for passage in self.passages for question in passage.questions)


@dataclass(frozen=True)
class Unanswered:
    """A question that was asked in vain, and what the index makes of it now."""

    gap: Gap
    result: SearchResult | None


def render(contents: Contents, index: Index, gaps: Sequence[Gap], months: int, today: date) -> str:
    """The page as HTML."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    found = pairs(contents)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        manifest=contents.manifest,
        documents=documents_of(contents.passages, months, today),
        disputes=[pair for pair in found if pair.kind != "same"],
        copies=[pair for pair in found if pair.kind == "same"],
        unanswered=[Unanswered(gap, _asked(index, gap.question)) for gap in gaps],
        today=today.isoformat(),
    )


def documents_of(passages: Sequence[Passage], months: int, today: date) -> list[Shown]:
    """The documents, those that are past their review first, then by name."""
    by_name: dict[str, list[Passage]] = {}
    for passage in passages:
        by_name.setdefault(passage.document, []).append(passage)
    shown = [
        Shown(
            name,
            held[0].title,
            tuple(held),
            review_due(held[0], months),
            is_outdated(held[0], months, today),
        )
        for name, held in by_name.items()
    ]
    return sorted(shown, key=lambda one: (not one.outdated, one.name))


def _asked(index: Index, question: str) -> SearchResult | None:
    try:
        return index.search(question, 1)
    except QuestionEmpty:
        return None
