"""What a loader makes of a file: a document as a list of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "bullet"]


@dataclass(frozen=True)
class Block:
    """One heading, paragraph or bullet; `level` is 1 for a title and deeper for sections."""

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True)
class Document:
    """A document without its web leftovers; `name` is its path below the documents folder.

    `date` and `reviewed_on` are ISO dates (YYYY-MM-DD).
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    author: str | None = None
    date: str | None = None
    url: str | None = None
    source: str | None = None
    reviewed_on: str | None = None
