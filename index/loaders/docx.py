"""Word files: paragraphs, headings and lists by their styles, tables row by row."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.document import Block, BlockKind
from index.loaders.decoding import NotText, tidy

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_LOCKED = b"\xd0\xcf\x11\xe0"
# What the library writes where nobody has set an author.
_NOBODY = frozenset({"", "python-docx"})


@dataclass(frozen=True)
class WordText:
    """What a Word file says about itself and its blocks."""

    title: str | None
    author: str | None
    date: str | None
    blocks: list[Block]


def read_docx(content: bytes) -> WordText:
    """Raises NotText for what is damaged, locked with a password, or an old .doc file."""
    if content.startswith(_LOCKED):
        raise NotText("it is locked with a password or an old .doc file; save it as a plain .docx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    try:
        word = docx.Document(io.BytesIO(content))
        blocks = list(_blocks(word))
    except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        reason = type(error).__name__
        raise NotText(f"the Word file is damaged ({reason}); save it anew") from error
    said = word.core_properties
    title = next((block.text for block in blocks if block.level == 1), said.title.strip())
    stamp = said.modified or said.created
    return WordText(
        title=title or None,
        author=None if said.author.strip() in _NOBODY else said.author.strip(),
        date=stamp.date().isoformat() if stamp and said.author.strip() not in _NOBODY else None,
        blocks=blocks,
    )


def _blocks(word: WordDocument) -> Iterator[Block]:
    from docx.table import Table

    for item in word.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                cells = dict.fromkeys(_plain(cell.text) for cell in row.cells)
                if text := " – ".join(cell for cell in cells if cell):
                    yield Block("bullet", text)
        elif text := _plain(item.text):
            kind, level = _kind(item)
            yield Block(kind, text, level)


def _kind(paragraph: Paragraph) -> tuple[BlockKind, int]:
    style = (paragraph.style.name if paragraph.style else "") or ""
    if style == "Title":
        return "heading", 1
    if found := _HEADING.match(style):
        return "heading", int(found[1]) + 1
    properties = paragraph._p.pPr  # a list without a list style: the library has no name for it
    numbered = properties is not None and properties.numPr is not None
    return ("bullet", 0) if numbered or style.startswith("List") else ("paragraph", 0)


def _plain(text: str) -> str:
    return " ".join(tidy(text).split())
