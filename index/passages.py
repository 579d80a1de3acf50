"""Documents to passages: short runs of whole sentences that follow headings and bullets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from index.document import Block, Document
from index.sentences import split_sentences

MAX_WORDS = 120
# A piece shorter than this joins its neighbour under the same heading.
TINY_WORDS = 45
GOOD_WORDS = 110


@dataclass(frozen=True)
class Passage:
    """A piece of a document that can be found and quoted.

    `sentences` are the document's own, verbatim but for white space; `text` joins them, one
    line a paragraph or bullet. `section` is empty above the first heading. Dates are ISO.
    """

    passage_id: str
    document: str
    title: str
    section: str
    text: str
    sentences: tuple[str, ...]
    author: str | None = None
    date: str | None = None
    url: str | None = None
    source: str | None = None
    reviewed_on: str | None = None


@dataclass(frozen=True)
class _Piece:
    """Whole sentences of one or more blocks; each line is a paragraph or a bullet."""

    lines: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> int:
        return sum(_words(sentence) for line in self.lines for sentence in line)

    @property
    def announces(self) -> bool:
        return self.lines[-1][-1].endswith(":")

    def joined(self, other: _Piece) -> _Piece:
        return _Piece(self.lines + other.lines)


def make_passages(document: Document) -> tuple[Passage, ...]:
    """The passages of one document, in reading order."""
    found: list[Passage] = []
    for section, blocks in _sections(document):
        pieces = [piece for block in blocks for piece in _pieces(block)]
        found += [
            _passage(document, section, piece, len(found) + n)
            for n, piece in enumerate(_merge(pieces))
        ]
    return tuple(found)


def _sections(document: Document) -> Iterator[tuple[str, list[Block]]]:
    path: dict[int, str] = {}
    blocks: list[Block] = []
    for block in document.blocks:
        if block.kind != "heading":
            blocks.append(block)
            continue
        if blocks:
            yield " > ".join(path.values()), blocks
            blocks = []
        path = {level: text for level, text in path.items() if level < block.level}
        if block.text != document.title:
            path[block.level] = block.text
    if blocks:
        yield " > ".join(path.values()), blocks


def _pieces(block: Block) -> Iterator[_Piece]:
    """One piece, or several about equally long ones where a block is over the limit."""
    sentences = split_sentences(block.text)
    total = sum(map(_words, sentences))
    share = total / -(-total // MAX_WORDS) if total else 0
    run: list[str] = []
    for sentence in sentences:
        length = sum(map(_words, run))
        too_long = length + _words(sentence) > MAX_WORDS
        # Half the sentence past the fair share: better in the next piece.
        past_share = length + _words(sentence) / 2 > share
        if run and (too_long or past_share):
            yield _Piece((tuple(run),))
            run = []
        run.append(sentence)
    if run:
        yield _Piece((tuple(run),))


def _merge(pieces: list[_Piece]) -> list[_Piece]:
    merged: list[_Piece] = []
    for piece in pieces:
        if merged and _belong_together(merged[-1], piece):
            merged[-1] = merged[-1].joined(piece)
        else:
            merged.append(piece)
    return merged


def _belong_together(first: _Piece, second: _Piece) -> bool:
    together = first.words + second.words
    if first.announces:
        return together <= MAX_WORDS
    return together <= GOOD_WORDS and min(first.words, second.words) < TINY_WORDS


def _passage(document: Document, section: str, piece: _Piece, ordinal: int) -> Passage:
    text = "\n".join(" ".join(line) for line in piece.lines)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Passage(
        passage_id=f"{document.name}#{ordinal:03d}-{digest}",
        document=document.name,
        title=document.title,
        section=section,
        text=text,
        sentences=tuple(sentence for line in piece.lines for sentence in line),
        author=document.author,
        date=document.date,
        url=document.url,
        source=document.source,
        reviewed_on=document.reviewed_on,
    )


def _words(text: str) -> int:
    return len(text.split())
