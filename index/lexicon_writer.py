"""Passage texts to a lexicon on disk (index.lexical), with bounded memory.

BM25 in Lucene's form: a term adds rarity * tf / (tf + K1 * (1 - B + B * length / mean length)).
"""

from __future__ import annotations

import shutil
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.array_writer import ArrayWriter
from index.lexical import FOREMOST, TERMS, WORDS, rarity
from index.terms import terms, words

K1: Final = 1.5
B: Final = 0.75
_PART_PASSAGES: Final = 50_000


@dataclass(frozen=True)
class _Part:
    """Postings of a run of passages in the order of their terms, mapped from a file."""

    columns: NDArray[np.int32]
    passages: NDArray[np.int32]
    counts: NDArray[np.int32]


class LexiconWriter:
    """Takes the texts in the order of the passages."""

    def __init__(self, folder: Path, part_passages: int = _PART_PASSAGES) -> None:
        self._folder = folder
        self._parts_folder = folder / "parts"
        self._parts_folder.mkdir(parents=True)
        self._part_passages = part_passages
        self._columns: dict[str, int] = {}
        self._words: set[str] = set()
        self._lengths = array("i")
        self._parts: list[_Part] = []
        self._empty_part()

    def add(self, text: str) -> None:
        """The text of the next passage."""
        self._words.update(words(text))
        found = Counter(terms(text))
        number = len(self._lengths)
        # As long as one word at least: no passage is without a length.
        self._lengths.append(max(1, sum(found.values())))
        for term, count in found.items():
            self._of.append(self._columns.setdefault(term, len(self._columns)))
            self._in.append(number)
            self._often.append(count)
        if (number + 1) % self._part_passages == 0:
            self._flush()

    def finish(self) -> None:
        """Writes the files that Lexicon.load reads."""
        self._flush()
        self._write_lines(TERMS, self._columns)
        self._write_lines(WORDS, sorted(self._words))
        held = np.zeros(len(self._columns), np.int64)
        for part in self._parts:
            held += np.bincount(part.columns, minlength=len(held))
        starts = np.concatenate([[0], np.cumsum(held)])
        np.save(self._folder / "starts.npy", starts)
        passages = self._made("passages", np.int32, starts[-1])
        weights = self._made("weights", np.float32, starts[-1])
        self._lay_down(starts, rarity(len(self._lengths), held), passages, weights)
        self._write_foremost(starts, passages, weights)
        shutil.rmtree(self._parts_folder)

    def _lay_down(
        self,
        starts: NDArray[np.int64],
        rarities: NDArray[np.float64],
        passages: NDArray[np.int32],
        weights: NDArray[np.float32],
    ) -> None:
        """The parts, one after another, into the place of each term."""
        lengths = np.frombuffer(self._lengths, np.int32)
        drag = K1 * (1 - B + B * lengths / (lengths.mean() if len(lengths) else 1.0))
        free = starts[:-1].copy()
        for part in self._parts:
            here = np.bincount(part.columns, minlength=len(free))
            own = np.arange(len(part.columns)) - np.repeat(np.cumsum(here) - here, here)
            places = np.repeat(free, here) + own
            passages[places] = part.passages
            saturated = part.counts / (part.counts + drag[part.passages])
            weights[places] = rarities[part.columns] * saturated
            free += here

    def _write_foremost(
        self,
        starts: NDArray[np.int64],
        passages: NDArray[np.int32],
        weights: NDArray[np.float32],
    ) -> None:
        top_starts = np.zeros(len(starts), np.int64)
        with (
            ArrayWriter(self._folder / "top_passages.npy", np.int32) as numbers,
            ArrayWriter(self._folder / "top_weights.npy", np.float32) as impacts,
        ):
            for column in np.flatnonzero(np.diff(starts) > FOREMOST):
                begin, end = starts[column], starts[column + 1]
                own = weights[begin:end]
                top = np.sort(np.argpartition(-own, FOREMOST)[:FOREMOST])
                numbers.add(passages[begin:end][top])
                impacts.add(own[top])
                top_starts[column + 1] = FOREMOST
        np.save(self._folder / "top_starts.npy", np.cumsum(top_starts))

    def _empty_part(self) -> None:
        self._of, self._in, self._often = array("i"), array("i"), array("i")

    def _flush(self) -> None:
        made = [np.frombuffer(each, np.int32) for each in (self._of, self._in, self._often)]
        order = np.argsort(made[0], kind="stable")
        name = self._parts_folder / str(len(self._parts))
        kept = []
        for number, column in enumerate(made):
            file = name.with_suffix(f".{number}.npy")
            np.save(file, column[order])
            kept.append(np.load(file, mmap_mode="r"))
        self._parts.append(_Part(*kept))
        self._empty_part()

    def _made(self, name: str, dtype: Any, count: int) -> NDArray[Any]:
        file = str(self._folder / f"{name}.npy")
        made: NDArray[Any] = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
            file, mode="w+", dtype=dtype, shape=(int(count),)
        )
        return made

    def _write_lines(self, name: str, lines: Any) -> None:
        (self._folder / name).write_text("\n".join(lines), encoding="utf-8")
