"""Matching by words: BM25 scores, and how much of a question a passage has words for."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.terms import terms

if TYPE_CHECKING:
    from bm25s import BM25

# Coverage of a question made of common words only ("what is it for?"): its words prove nothing.
_NOTHING_ASKED = 0.8


@dataclass(frozen=True)
class LexicalScores:
    """Two scores for each passage, both 0 to 1, arrays of shape (passages,).

    `bm25` is relative to what a passage made of the question's words would get; `coverage` is
    the part of the question's content words, weighted by rarity, that the passage holds.
    `rarest` is the rarest term of the question among those that some passage holds.
    """

    bm25: NDArray[np.float32]
    coverage: NDArray[np.float32]
    rarest: str | None


def _library() -> Any:
    with _without("jax"):  # 120 MB, which it takes where it finds it and we have no use for
        from bm25s import BM25

    # It asks for debug messages when imported, which land on the screen of every program.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return BM25


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Lets the imports inside find no such module, unless it is loaded already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # how Python marks one as missing
    try:
        yield
    finally:
        del sys.modules[module]


class Lexicon:
    """The words of all passages."""

    def __init__(self, bm25: BM25) -> None:
        self._bm25 = bm25
        self._starts = np.asarray(bm25.scores["indptr"])
        self._passages = np.asarray(bm25.scores["indices"])
        self._count = int(bm25.scores["num_docs"])

    @classmethod
    def of(cls, texts: list[str]) -> Lexicon:
        """The lexicon of passage texts, in the order of the passages."""
        bm25 = _library()()
        # The empty term keeps a passage without any content word in its place.
        bm25.index([terms(text) or [""] for text in texts], show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """What `save` wrote; raises OSError, ValueError or KeyError on damaged files."""
        return cls(_library().load(str(folder), load_corpus=False, allow_pickle=False))

    def save(self, folder: Path) -> None:
        """Writes the library's own files: arrays and JSON, no pickle."""
        self._bm25.save(str(folder), show_progress=False, allow_pickle=False)

    def score(self, question: str) -> LexicalScores:
        """Scores of every passage for a question."""
        coverage = np.zeros(self._count, np.float32)
        asked = list(dict.fromkeys(terms(question)))
        known = [term for term in asked if term in self._bm25.vocab_dict]
        total = sum(map(self._rarity, asked))
        if not known:
            covered = coverage if asked else np.full_like(coverage, _NOTHING_ASKED)
            return LexicalScores(coverage, covered, None)
        for term in known:
            coverage[self._holding(term)] += self._rarity(term)
        bm25 = np.asarray(self._bm25.get_scores(known), np.float32)
        rarest = max(known, key=self._rarity)
        return LexicalScores(np.clip(bm25 / total, 0, 1), coverage / total, rarest)

    def _holding(self, term: str) -> NDArray[np.int64]:
        """The numbers of the passages that hold the term."""
        column = self._bm25.vocab_dict[term]
        return self._passages[self._starts[column] : self._starts[column + 1]]

    def _rarity(self, term: str) -> float:
        """The inverse document frequency; a word that no passage has is the rarest."""
        holding = len(self._holding(term)) if term in self._bm25.vocab_dict else 0
        return float(np.log1p((self._count - holding + 0.5) / (holding + 0.5)))
