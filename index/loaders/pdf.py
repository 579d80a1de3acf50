"""PDF: text with its page numbers; headings are told by the size of their letters."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from index.document import Block
from index.loaders import text as plain
from index.loaders.dates import find_date
from index.loaders.decoding import NotText, tidy

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

# Letters this much larger than those of most of the text make a heading.
_LARGER = 1.12
# A page with fewer letters is a picture of a page, or blank.
_FEWEST_LETTERS = 15
# Lines that open or close at least this share of the pages are running heads and feet ...
_RUNNING = 0.5
# ... of at most this many lines.
_EDGE = 2
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\W*\d{1,4}\W*(?:(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_HYPHENATED = re.compile(r"([^\W\d_]{2,})-$")
_MADE_UP_TITLE = re.compile(r"microsoft word|untitled|\.(?:docx?|pdf|indd|odt)$", re.IGNORECASE)


@dataclass(frozen=True)
class PdfText:
    """What a PDF says about itself, its blocks, and a note where pages could not be read."""

    title: str | None
    author: str | None
    date: str | None
    blocks: list[Block]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Line:
    text: str
    size: float


def read_pdf(content: bytes) -> PdfText:
    """Raises NotText for what is damaged, locked with a password, or holds pictures of pages."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    from pypdf.errors import PyPdfError

    try:
        reader = _opened(content)
        pages = [_lines(page) for page in reader.pages]
        info = {key: str(value) for key, value in (reader.metadata or {}).items()}
    except NotText:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        AssertionError,
    ) as error:
        # Damaged files make the library below fail in any of these ways.
        raise NotText(f"the PDF is damaged ({type(error).__name__}); save it anew") from error
    unread = [number for number, lines in enumerate(pages, 1) if _letters(lines) < _FEWEST_LETTERS]
    if len(unread) == len(pages):
        raise NotText(
            f"no text on any of its {len(pages)} pages: they are scanned pictures; "
            "run text recognition (OCR) over it and save it as a PDF with text"
        )
    return PdfText(
        title=_title(info.get("/Title", "")),
        author=info.get("/Author", "").strip() or None,
        date=_made_on(info.get("/CreationDate", "")),
        blocks=_blocks(_without_running(pages)),
        notes=_notes(unread, len(pages)),
    )


def _opened(content: bytes) -> PdfReader:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    # Many files are encrypted only to forbid printing: they open with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise NotText("it is locked with a password; save it without one")
    if not reader.pages:
        raise NotText("the PDF has no pages")
    return reader


def _lines(page: PageObject) -> list[_Line]:
    parts: list[tuple[str, float]] = []

    def gather(text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        scale = abs(text_matrix[3] or text_matrix[1] or 1) * abs(matrix[3] or matrix[1] or 1)
        parts.append((text, round(size * scale, 1)))

    page.extract_text(visitor_text=gather)
    lines, text, size = [], "", 0.0
    for part, part_size in parts:
        for place, piece in enumerate(part.split("\n")):
            if place:
                lines.append(_Line(tidy(text).rstrip(), size))
                text, size = "", 0.0
            text += piece
            size = max(size, part_size) if piece.strip() else size
    return [*lines, _Line(tidy(text).rstrip(), size)]


def _letters(lines: Sequence[_Line]) -> int:
    return sum(character.isalpha() for line in lines for character in line.text)


def _without_running(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """The pages without page numbers and without what opens or closes most of them."""
    body = _body_size(pages)
    written = [[line for line in lines if line.text.strip()] for lines in pages]
    edges = Counter(
        key
        for lines in written
        for key in {_key(line) for line in [*lines[:_EDGE], *lines[-_EDGE:]] if line.size <= body}
    )

    def runs(line: _Line) -> bool:
        # Two pages may well begin alike, but not in letters smaller than those of the text.
        fewest = max(2 if line.size < body else 3, _RUNNING * len(pages))
        number = bool(_PAGE_NUMBER.fullmatch(line.text.strip()))
        return number or (line.size <= body and edges[_key(line)] >= fewest)

    kept = []
    for lines in written:
        head = list(takewhile(runs, lines[:_EDGE]))
        foot = list(takewhile(runs, reversed(lines[len(head) :][-_EDGE:])))
        kept.append(lines[len(head) : len(lines) - len(foot)])
    return kept


def _key(line: _Line) -> str:
    """What is the same of a running line on every page: not the page's number at its end."""
    return re.sub(r"^\W*\d+\W+|\W+\d+\W*$", "#", line.text.strip().lower())


def _blocks(pages: Sequence[Sequence[_Line]]) -> list[Block]:
    body = _body_size(pages)
    sizes = {line.size for lines in pages for line in lines}
    larger = sorted((size for size in sizes if size > body * _LARGER), reverse=True)
    words = Counter(re.findall(r"[\w-]+", " ".join(one.text for ls in pages for one in ls).lower()))
    blocks: list[Block] = []
    for number, lines in enumerate(pages, 1):
        for block in _page_blocks(lines, larger, words):
            placed = replace(block, page=number)
            if blocks and _goes_on(blocks[-1], placed):
                joined = _joined(blocks[-1].text, placed.text, words)
                blocks[-1] = replace(blocks[-1], text=joined)
            else:
                blocks.append(placed)
    return blocks


def _body_size(pages: Sequence[Sequence[_Line]]) -> float:
    """The size of the letters that most of the text has."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _page_blocks(
    lines: Sequence[_Line], larger: Sequence[float], words: Counter[str]
) -> Iterator[Block]:
    """Runs of lines of body size as paragraphs and bullets, larger ones as headings."""
    gathered: list[str] = []
    heading: list[_Line] = []
    for line in [*lines, _Line("", -1.0)]:
        if heading and not (line.text.strip() and line.size == heading[0].size):
            text = " ".join(" ".join(one.text for one in heading).split())
            yield Block("heading", text, larger.index(heading[0].size) + 1)
            heading = []
        if line.size in larger and line.text.strip():
            yield from _body(gathered, words)
            gathered = []
            heading.append(line)
        else:
            gathered.append(line.text)
    yield from _body(gathered, words)


def _body(lines: list[str], words: Counter[str]) -> list[Block]:
    return plain.read_blocks("\n".join(_unhyphenated(lines, words)))


def _unhyphenated(lines: Sequence[str], words: Counter[str]) -> list[str]:
    """Lines with the words whole that were parted at their ends."""
    whole: list[str] = []
    for line in lines:
        if whole and _HYPHENATED.search(whole[-1]) and line[:1].islower():
            head, _, rest = line.partition(" ")
            whole[-1] = _joined(whole[-1], head, words)
            line = rest
        if line or not whole or whole[-1]:
            whole.append(line)
    return whole


def _joined(first: str, second: str, words: Counter[str]) -> str:
    """Two pieces of one paragraph; a hyphen between them stays only where the text has it also
    in the middle of a line."""
    found = _HYPHENATED.search(first)
    if not found or not second[:1].islower():
        return f"{first} {second}"
    tail = re.match(r"\w*", second)
    hyphenated = f"{found[1]}-{tail[0] if tail else ''}".lower()
    keeps = words[hyphenated] > words[hyphenated.replace("-", "")]
    return f"{first if keeps else first[:-1]}{second}"


def _goes_on(last: Block, following: Block) -> bool:
    """Whether a paragraph that a page ends with goes on at the top of the next one."""
    return (
        last.page != following.page
        and last.kind != "heading"
        and following.kind == "paragraph"
        and not plain.ends_sentence(last.text)
        and following.text[0].islower()
    )


def _title(written: str) -> str | None:
    title = " ".join(written.split())
    return title if title and not _MADE_UP_TITLE.search(title) else None


def _made_on(written: str) -> str | None:
    """The date in D:YYYYMMDDHHmmSS."""
    found = re.match(r"D:(\d{4})(\d{2})(\d{2})", written)
    return find_date("-".join(found.groups())) if found else None


def _notes(unread: Sequence[int], pages: int) -> tuple[str, ...]:
    if not unread:
        return ()
    shown = ", ".join(map(str, unread[:10])) + (" and others" if len(unread) > 10 else "")
    return (
        f"{len(unread)} of its {pages} pages hold no text ({shown}), scanned or blank; "
        "the rest went in",
    )
