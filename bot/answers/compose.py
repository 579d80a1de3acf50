"""An answer out of the documents' own sentences: chosen, ordered and cited, never written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from index import Passage, SearchResult
from index.terms import terms

_CLOSE_TO_BEST: Final = 0.80
"""A further sentence is quoted when it scores at least this share of the best one."""
_SAME: Final = 0.6
"""Share of common words from which two sentences say the same; both sources are then cited."""
_CONSIDERED: Final = 3
"""Passages that sentences are taken from."""
_OWN_WORDS: Final = 0.4
"""Weight of the share of the question's words in the sentence itself, beside the similarity of the
sentence in its context: the heading above makes all sentences of a passage alike."""
_HEADING: Final = 0.2
"""Weight of the share of the question's words in the heading."""


@dataclass(frozen=True)
class Citation:
    """Where a quoted sentence stands."""

    document: str
    title: str
    section: str
    text: str
    author: str | None
    url: str | None
    date: str | None

    @classmethod
    def of(cls, passage: Passage) -> Citation:
        return cls(
            document=passage.document,
            title=passage.title,
            section=passage.section,
            text=passage.text,
            author=passage.author,
            url=passage.url,
            date=passage.date,
        )

    @property
    def line(self) -> str:
        """The source as a reader wants it in one line."""
        parts = [self.title, self.section if self.section != self.title else "", self.author]
        return ", ".join(part for part in [*parts, self.date] if part)


@dataclass(frozen=True)
class Answer:
    """One to four whole sentences, verbatim, in the order of their documents, with citations."""

    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class _Candidate:
    sentence: str
    score: float
    passage: Passage
    place: int


def compose(result: SearchResult, most: int = 3) -> Answer | None:
    """The fewest sentences that answer, at most `most`; None when the documents do not answer."""
    if not result.answerable or not result.passages:
        return None
    ranked = sorted(_candidates(result), key=lambda c: -c.score)
    if not ranked:
        return None
    chosen: list[_Candidate] = []
    cited: list[Passage] = []
    for candidate in ranked:
        twin = any(_alike(candidate.sentence, other.sentence) for other in chosen)
        close = candidate.score >= _CLOSE_TO_BEST * ranked[0].score
        if not close or (len(chosen) >= most and not twin):
            continue
        if candidate.passage not in cited:
            cited.append(candidate.passage)
        if not twin:
            chosen.append(candidate)
    order = {passage.passage_id: rank for rank, passage in enumerate(cited)}
    chosen.sort(key=lambda c: (order[c.passage.passage_id], c.place))
    return Answer(
        sentences=tuple(candidate.sentence for candidate in chosen),
        citations=tuple(Citation.of(passage) for passage in cited),
    )


def _candidates(result: SearchResult) -> list[_Candidate]:
    """Sentences of the best passages, each weighed with the passage it stands in."""
    asked = set(terms(result.question))
    return [
        _Candidate(
            sentence,
            similarity
            + 0.5 * scored.score
            + _OWN_WORDS * _share(asked, sentence)
            + _HEADING * _share(asked, scored.passage.section),
            scored.passage,
            place,
        )
        for scored in result.passages[:_CONSIDERED]
        for place, (sentence, similarity) in enumerate(
            zip(scored.passage.sentences, scored.sentence_scores, strict=True)
        )
    ]


def _share(asked: set[str], text: str) -> float:
    return len(asked & set(terms(text))) / max(1, len(asked))


def _alike(one: str, other: str) -> bool:
    words = [set(re.findall(r"\w{4,}", text.lower())) for text in (one, other)]
    union = words[0] | words[1]
    return bool(union) and len(words[0] & words[1]) / len(union) >= _SAME
