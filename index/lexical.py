"""Matching by words: BM25 scores, and how much of a question a passage has words for.

A term's postings are the passages that hold it, with what it adds to the score of each, in the
order of the passages; they are mapped from disk. A term that very many passages hold has beside
them its foremost ones: those to which it adds most. So a search touches the foremost postings of
each term to find who may be first, and then looks up the few that may be, whatever the number of
passages. With up to FOREMOST passages the result is BM25's own to the last place; above, the best
passages are missed only where they are made of nothing but common words in middling numbers.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.array_writer import mapped
from index.terms import terms

FOREMOST: Final = 4096
ARRAYS: Final = ("starts", "passages", "weights", "top_starts", "top_passages", "top_weights")
TERMS: Final = "terms.txt"
WORDS: Final = "words.txt"

# Coverage of a question made of common words only ("what is it for?"): its words prove nothing.
_NOTHING_ASKED: Final = 0.8
# So many times the passages that are wanted are looked up in full.
_LOOKED_UP: Final = 8


@dataclass(frozen=True)
class AskedWords:
    """A question's terms: `columns` of those that some passage holds with their `rarities`, the
    `total` rarity of all, and the `rarest` that is held. `empty`: it has no term at all."""

    columns: tuple[int, ...]
    rarities: NDArray[np.float32]
    total: float
    rarest: str | None
    empty: bool


@dataclass(frozen=True)
class LexicalScores:
    """Two scores for each passage asked about, both 0 to 1, arrays of shape (passages,).

    `bm25` is relative to what a passage made of the question's words would get; `coverage` is
    the part of the question's content words, weighted by rarity, that the passage holds.
    """

    bm25: NDArray[np.float32]
    coverage: NDArray[np.float32]


class Lexicon:
    """The words of all passages; safe for several threads."""

    def __init__(self, columns: dict[str, int], count: int, arrays: dict[str, Any]) -> None:
        self._columns, self._count = columns, count
        self._starts, self._passages, self._weights = (arrays[name] for name in ARRAYS[:3])
        self._top = tuple(arrays[name] for name in ARRAYS[3:])
        self._own = threading.local()

    @classmethod
    def load(cls, folder: Path, count: int) -> Lexicon:
        """What LexiconWriter wrote for so many passages; raises OSError or ValueError."""
        names = (folder / TERMS).read_text(encoding="utf-8").split("\n")
        arrays = {name: mapped(folder / f"{name}.npy") for name in ARRAYS}
        if len(names) + 1 != len(arrays["starts"]):
            raise ValueError(f"{len(names)} terms and {len(arrays['starts']) - 1} postings")
        return cls({name: n for n, name in enumerate(names)}, count, arrays)

    def ask(self, question: str) -> AskedWords:
        """The terms of a question, ready for the other methods."""
        asked = list(dict.fromkeys(terms(question)))
        rarities = {term: self._rarity(term) for term in asked}
        known = [term for term in asked if term in self._columns]
        return AskedWords(
            tuple(self._columns[term] for term in known),
            np.array([rarities[term] for term in known], np.float32),
            sum(rarities.values()),
            max(known, key=rarities.__getitem__, default=None),
            not asked,
        )

    def best(self, asked: AskedWords, count: int) -> NDArray[np.int64]:
        """The numbers of the passages with the highest scores above 0, best first."""
        found = [self._foremost(column) for column in asked.columns]
        if not found:
            return np.zeros(0, np.int64)
        sums = self._scratch()
        for passages, weights in found:
            sums[passages] += weights
        numbers = np.concatenate([passages for passages, _ in found])
        partial = sums[numbers]
        sums[numbers] = 0
        # A passage stands in the list of each of its terms.
        wanted = min(len(numbers), _LOOKED_UP * count * len(found)) - 1
        likely = np.unique(numbers[np.argpartition(-partial, wanted)[: wanted + 1]])
        scores = self.score(asked, likely).bm25
        order = np.lexsort((likely, -scores))[:count]
        return np.asarray(likely[order], np.int64)

    def score(self, asked: AskedWords, numbers: NDArray[Any]) -> LexicalScores:
        """The scores of some passages, exact."""
        if asked.empty or not asked.columns:
            nothing = np.zeros(len(numbers), np.float32)
            covered = np.full_like(nothing, _NOTHING_ASKED if asked.empty else 0)
            return LexicalScores(nothing, covered)
        wanted = np.asarray(numbers, np.int32)
        weights = np.stack([self._weights_in(column, wanted) for column in asked.columns])
        bm25 = np.clip(weights.sum(axis=0) / asked.total, 0, 1)
        coverage = asked.rarities @ (weights > 0) / asked.total
        return LexicalScores(bm25.astype(np.float32), coverage.astype(np.float32))

    def _foremost(self, column: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        starts, passages, weights = self._top
        begin, end = int(starts[column]), int(starts[column + 1])
        if begin == end:  # not many: all of them
            passages, weights = self._passages, self._weights
            begin, end = int(self._starts[column]), int(self._starts[column + 1])
        return passages[begin:end], weights[begin:end]

    def _weights_in(self, column: int, wanted: NDArray[np.int32]) -> NDArray[np.float32]:
        begin, end = int(self._starts[column]), int(self._starts[column + 1])
        holding = self._passages[begin:end]
        places = np.minimum(np.searchsorted(holding, wanted), end - begin - 1)
        found: NDArray[np.float32] = self._weights[begin:end][places]
        return np.where(holding[places] == wanted, found, np.float32(0))

    def _scratch(self) -> NDArray[np.float32]:
        """Zeros, one a passage, of the running thread."""
        if not hasattr(self._own, "sums"):
            self._own.sums = np.zeros(self._count, np.float32)
        sums: NDArray[np.float32] = self._own.sums
        return sums

    def _rarity(self, term: str) -> float:
        """The inverse document frequency; a word that no passage has is the rarest."""
        column = self._columns.get(term)
        held = 0 if column is None else int(self._starts[column + 1] - self._starts[column])
        return float(rarity(self._count, held))


def rarity(passages: int, holding: Any) -> Any:
    """The inverse document frequency of a term, as Lucene has it."""
    return np.log1p((passages - holding + 0.5) / (holding + 0.5))
