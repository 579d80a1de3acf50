"""Documents to passages: short runs of whole sentences that follow headings and bullets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import AskedQuestion, Block, Document
from index.leaning import leans_on_previous
from index.sentences import split_sentences
from index.terms import terms

_SUMS_UP = re.compile(
    r"(?:in (?:conclusion|summary|closing|short)|to (?:conclude|sum up|summari[sz]e)"
    r"|(?:over)?all in all|overall)\b",
    re.IGNORECASE,
)
MAX_WORDS = 120
# Passages of about this length are found best and read easily; shorter neighbours are joined.
GOOD_WORDS = 80
# What joining two paragraphs or bullets costs, beside what too short a passage does.
JOIN_COST = 0.12
# And what joining a part of a long paragraph to another one does.
PART_COST = 0.3


@dataclass(frozen=True)
class Passage:
    """A piece of a document that can be found and quoted.

    `sentences` are the document's own, verbatim but for white space; `text` joins them, one
    line a paragraph or bullet. `section` is empty above the first heading. Dates are ISO; `page`
    is where it begins, from 1. `questions` are those that the document's header says it answers.
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
    review_by: str | None = None
    page: int | None = None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """Whole sentences of one or more blocks; each line is a paragraph or a bullet.

    `parts` counts lines that are only a part of a paragraph too long for one passage.
    """

    lines: tuple[tuple[str, ...], ...]
    parts: int = 0
    page: int | None = None

    @property
    def words(self) -> int:
        return sum(_words(sentence) for line in self.lines for sentence in line)

    @property
    def announces(self) -> bool:
        return self.lines[-1][-1].endswith(":")

    def joined(self, other: _Piece) -> _Piece:
        return replace(self, lines=self.lines + other.lines, parts=self.parts + other.parts)


def make_passages(document: Document) -> tuple[Passage, ...]:
    """The passages of one document, in reading order."""
    found: list[Passage] = []
    for section, blocks in _sections(document):
        pieces = [piece for block in blocks for piece in _pieces(block)]
        found += [
            _passage(document, section, piece, len(found) + n)
            for n, piece in enumerate(_merge(pieces))
        ]
    return attach(found, document.questions)


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
        yield from _without_close(" > ".join(path.values()), blocks, closes=len(path) > 0)


def _without_close(
    section: str, blocks: list[Block], closes: bool
) -> Iterator[tuple[str, list[Block]]]:
    """The last section, and apart from it the paragraph that closes the whole document.

    Pages seldom give their closing words a heading: a paragraph that sums up, or that has not a
    word of the heading it stands under, belongs to the document and not to that section.
    """
    last = blocks[-1]
    if closes and len(blocks) > 1 and last.kind == "paragraph" and _closing(last.text, section):
        yield section, blocks[:-1]
        yield "", [last]
    else:
        yield section, blocks


def _closing(text: str, section: str) -> bool:
    return bool(_SUMS_UP.match(text)) or not set(terms(section)) & set(terms(text))


def _pieces(block: Block) -> Iterator[_Piece]:
    """One piece, or several about equally long ones where a block is over the limit."""
    runs = list(_runs(split_sentences(block.text)))
    for run in runs:
        yield _Piece((run,), parts=int(len(runs) > 1), page=block.page)


def _runs(sentences: Sequence[str]) -> Iterator[tuple[str, ...]]:
    total = sum(map(_words, sentences))
    share = total / -(-total // MAX_WORDS) if total else 0
    run: list[str] = []
    for sentence in sentences:
        length = sum(map(_words, run))
        too_long = length + _words(sentence) > MAX_WORDS
        # Half the sentence past the fair share: better in the next piece, if it stands by itself.
        past_share = length + _words(sentence) / 2 > share and not leans_on_previous(sentence)
        if run and (too_long or past_share):
            yield tuple(run)
            run = []
        run.append(sentence)
    if run:
        yield tuple(run)


def _merge(pieces: list[_Piece]) -> list[_Piece]:
    """Neighbours joined so that the passages come as near to the good length as they can.

    The cheapest way to cut the row is found from its end: greedy joining would leave a short
    rest, or put the end of one matter with the beginning of the next.
    """
    costs, ends, joined = [0.0], [len(pieces)], [_Piece(())]
    for start in reversed(range(len(pieces))):
        cost, end, piece = min(_choices(pieces, start, costs), key=lambda choice: choice[0])
        costs.append(cost)
        ends.append(end)
        joined.append(piece)
    merged, start = [], 0
    while start < len(pieces):
        place = len(pieces) - start
        merged.append(joined[place])
        start = ends[place]
    return merged


def _choices(
    pieces: list[_Piece], start: int, costs: list[float]
) -> Iterator[tuple[float, int, _Piece]]:
    """What a passage that begins at a piece may be, and what it costs with the best of the rest."""
    joined = pieces[start]
    for end in range(start + 1, len(pieces) + 1):
        yield costs[len(pieces) - end] + _cost(joined), end, joined
        if end == len(pieces) or joined.words + pieces[end].words > MAX_WORDS:
            return
        joined = joined.joined(pieces[end])


def _cost(piece: _Piece) -> float:
    """How far a passage is from what is good to find and to read: 0 is ideal."""
    short = max(0, GOOD_WORDS - piece.words) / GOOD_WORDS
    joins = len(piece.lines) - 1
    torn = PART_COST * piece.parts if joins else 0.0
    return short**2 + (1.0 if piece.announces else 0.0) + JOIN_COST * joins + torn


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
        review_by=document.review_by,
        page=piece.page,
    )


def attach(passages: Sequence[Passage], questions: Sequence[AskedQuestion]) -> tuple[Passage, ...]:
    """The passages with each question at the one that shares the most of its telling words.

    A word tells the more the fewer passages have it. A question that names its section is put
    into that section, if there is such a one.
    """
    if not questions:
        return tuple(passages)
    held = [set(terms(f"{one.section} {one.text}")) for one in passages]
    asked: dict[int, list[str]] = {}
    for question in questions:
        wanted = set(terms(question.text))

        def fit(place: int, question: AskedQuestion = question, wanted: set[str] = wanted) -> float:
            section = passages[place].section
            named = bool(question.section) and section.split(" > ")[-1] == question.section
            shared = wanted & held[place]
            return 1000.0 * named + sum(1 / sum(t in words for words in held) for t in shared)

        place = max(range(len(passages)), key=fit)
        asked.setdefault(place, []).append(question.text)
    return tuple(
        replace(passage, questions=tuple(asked.get(place, ())))
        for place, passage in enumerate(passages)
    )


def _words(text: str) -> int:
    return len(text.split())
