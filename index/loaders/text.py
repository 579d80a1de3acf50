"""Plain text: paragraphs, bullets, and headings that nothing marks but their looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.document import Block

_BULLET = re.compile(r"\s*(?:[•◦▪‣●·*+–-]|\d{1,2}[.)])\s+(?P<text>\S.*)")
_RULE = re.compile(r"\s*[-=_*~#]{3,}\s*")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_SMALL = (
    "a an and as at but by for from in into is it its nor of on or per than the to vs via with your"
)
_SMALL_WORDS = frozenset(_SMALL.split())
# Texts whose longest line is shorter than this were wrapped by hand or by a program.
_WIDEST_WRAP = 120


def read_blocks(text: str) -> list[Block]:
    """Paragraphs and bullets; headings are told apart later, by `mark_headings`."""
    longest = max(map(len, text.split("\n")))
    width = longest if longest <= _WIDEST_WRAP else 0
    blocks: list[Block] = []
    for group in re.split(r"\n\s*\n", text):
        blocks += _group_blocks([line for line in group.split("\n") if line.strip()], width)
    return blocks


def _group_blocks(lines: Sequence[str], width: int) -> Iterator[Block]:
    """Blocks of lines that no blank line parts; wrapped lines are joined again."""
    kind, gathered, last = "paragraph", "", ""
    for line in lines:
        if _RULE.fullmatch(line):
            continue
        bullet = _BULLET.match(line)
        if gathered and not bullet and _continues(last, line, width):
            gathered += " " + line.strip()
        else:
            if gathered:
                yield _block(kind, gathered)
            kind = "bullet" if bullet else "paragraph"
            gathered = bullet["text"].strip() if bullet else line.strip()
        last = line
    if gathered:
        yield _block(kind, gathered)


def _block(kind: str, text: str) -> Block:
    return Block("bullet" if kind == "bullet" else "paragraph", " ".join(text.split()))


def _continues(last: str, line: str, width: int) -> bool:
    """Whether a line goes on with the sentence of the one above it."""
    if ends_sentence(last):
        return False
    would_have_fitted = len(last.rstrip()) + len(line.split()[0]) < 0.85 * width
    return line.strip()[0].islower() or (width > 0 and not would_have_fitted)


def ends_sentence(text: str) -> bool:
    """Whether the text ends as a sentence or an announcement does."""
    return bool(_SENTENCE_END.search(text.strip()))


def mark_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Turns paragraphs that look like headings and have something below them into headings."""
    marked = []
    for position, block in enumerate(blocks):
        has_text_below = position + 1 < len(blocks)
        if block.kind == "paragraph" and has_text_below and looks_like_heading(block.text):
            heading = block.text.rstrip(":").strip()
            block = Block("heading", heading, level=2, page=block.page)
        marked.append(block)
    return tuple(marked)


def looks_like_heading(text: str) -> bool:
    """A short line in title case, in capitals or as a question, without final punctuation."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    if not words or len(text.split()) > 14 or len(text) > 100 or not text[0].isupper():
        return False
    if text.endswith("?"):
        return text.count("?") == 1 and not re.search(r"[.!;]\s", text)
    if text.endswith((".", "!", ";", ",", "…", "*")):
        return False
    telling = [word for word in words if word.lower() not in _SMALL_WORDS]
    capital = sum(word[0].isupper() for word in telling)
    return bool(telling) and capital >= 0.75 * len(telling)
