"""What a loader makes of a file: a document as a list of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "bullet"]


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or bullet; `level` is 1 for a title and deeper for sections.

    `page` is the page on which it begins, from 1, where the file has pages.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True)
class AskedQuestion:
    """A question that the document answers, as its header says; `section` is the heading under
    which the answer stands, empty where the header names none."""

    text: str
    section: str = ""


@dataclass(frozen=True)
class Document:
    """A document without its web leftovers; `name` is its path below the documents folder.

    `date` and `reviewed_on` are ISO dates (YYYY-MM-DD), `review_by` the one from which on the
    document is out of date. `notes` say what of the file could not be read.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    author: str | None = None
    date: str | None = None
    url: str | None = None
    source: str | None = None
    reviewed_on: str | None = None
    review_by: str | None = None
    questions: tuple[AskedQuestion, ...] = ()
    notes: tuple[str, ...] = ()
