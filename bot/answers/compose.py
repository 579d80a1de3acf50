"""An answer out of the documents' own sentences: chosen, ordered and cited, never written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from index import Passage, ScoredPassage, SearchResult
from index.terms import terms

_RUN: Final = 3
"""Neighbouring sentences quoted from the best passage, at most."""
_CLOSE_TO_BEST: Final = 0.80
"""Another passage's best sentence is quoted when it scores at least this share of the best run."""
_SAME: Final = 0.6
"""Share of common words from which two sentences say the same; both sources are then cited."""
_CONSIDERED: Final = 3
"""Passages that sentences are taken from."""
_OWN_WORDS: Final = 0.2
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


def compose(result: SearchResult, most: int = 4) -> Answer | None:
    """At most `most` sentences that answer; None when the documents do not answer.

    First a run of neighbouring sentences of the best passage, since a sentence is understood best
    beside its own; then, where there is room, the best sentence of the other passages.
    """
    if not result.answerable or not result.passages:
        return None
    asked = set(terms(result.question))
    runs = [_best_run(asked, scored, most) for scored in result.passages[:_CONSIDERED]]
    best = max(runs, key=lambda run: run.score)
    sentences, cited = list(best.sentences), [best.passage]
    others = [(run.score, *run.top, run.passage) for run in runs if run is not best]
    for score, sentence, _, passage in sorted(others, key=lambda other: -other[0]):
        if any(_alike(sentence, said) for said in sentences):
            cited.append(passage)
        elif len(sentences) < most and score >= _CLOSE_TO_BEST * best.score:
            sentences.append(sentence)
            cited.append(passage)
    return Answer(tuple(sentences), tuple(Citation.of(passage) for passage in cited))


@dataclass(frozen=True)
class _Run:
    """Neighbouring sentences of a passage; `top` is the best of them and its score."""

    score: float
    sentences: tuple[str, ...]
    top: tuple[str, float]
    passage: Passage


def _best_run(asked: set[str], scored: ScoredPassage, most: int) -> _Run:
    """The best run of a passage: by its best sentence and by how good it is throughout."""
    sentences = scored.passage.sentences
    scores = [
        similarity + _OWN_WORDS * _share(asked, sentence)
        for sentence, similarity in zip(sentences, scored.sentence_scores, strict=True)
    ]
    base = scored.score + _HEADING * _share(asked, scored.passage.section)
    length = min(_RUN, most, len(sentences))

    def value(start: int) -> float:
        run = scores[start : start + length]
        return (max(run) + sum(run) / length) / 2

    start = max(range(len(sentences) - length + 1), key=value)
    top = max(range(start, start + length), key=lambda n: scores[n])
    return _Run(
        base + value(start),
        sentences[start : start + length],
        (sentences[top], scores[top]),
        scored.passage,
    )


def _share(asked: set[str], text: str) -> float:
    return len(asked & set(terms(text))) / max(1, len(asked))


def _alike(one: str, other: str) -> bool:
    words = [set(re.findall(r"\w{4,}", text.lower())) for text in (one, other)]
    union = words[0] | words[1]
    return bool(union) and len(words[0] & words[1]) / len(union) >= _SAME
