"""All passages of an index in one file, a line of JSON each, read when they are asked for."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from index.array_writer import ArrayWriter, mapped
from index.passages import Passage

FILE: Final = "passages.jsonl"
_STARTS: Final = "passage_starts.npy"
_SECTIONS: Final = "passage_sections.npy"
_KEPT: Final = 1024
"""Passages that are kept read: the same are quoted again and again."""


class PassageWriter:
    """Writes passages one after another."""

    def __init__(self, folder: Path) -> None:
        self._stream = (folder / FILE).open("wb")
        self._starts = ArrayWriter(folder / _STARTS, np.int64)
        self._starts.add(np.zeros(1, np.int64))
        self._sections = ArrayWriter(folder / _SECTIONS, np.int64)
        self._section = ("", "")
        self._first = self._place = 0
        self.count = self.sentences = self.questions = 0

    def add(self, passage: Passage) -> None:
        line = json.dumps(asdict(passage), ensure_ascii=False).encode() + b"\n"
        self._stream.write(line)
        self._place += len(line)
        self._starts.add(np.array([self._place]))
        section = (passage.document, passage.section)
        if section != self._section:
            self._section, self._first = section, self.count
        self._sections.add(np.array([self._first]))
        self.count += 1
        self.sentences += len(passage.sentences)
        self.questions += len(passage.questions)

    def close(self) -> None:
        """To be called before the passages are read."""
        self._stream.close()
        self._starts.close()
        self._sections.close()


class PassageFile(Sequence[Passage]):
    """Behaves like a tuple of passages, and holds those alone that were asked for last.

    `section_of`, shape (passages,), tells the first passage of each one's section.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError or ValueError on damaged files."""
        self._starts = mapped(folder / _STARTS)
        self.section_of: NDArray[np.int64] = mapped(folder / _SECTIONS)
        with (folder / FILE).open("rb") as stream:
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if self._starts[-1] != len(self._bytes):
            raise ValueError(f"{FILE} has {len(self._bytes)} bytes, not {self._starts[-1]}")
        self._read = lru_cache(maxsize=_KEPT)(self._passage)

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, number: int) -> Passage: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, number: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(number, slice):
            return tuple(self[one] for one in range(*number.indices(len(self))))
        if not -len(self) <= number < len(self):
            raise IndexError(f"there is no passage {number} among {len(self)}")
        return self._read(int(number) % len(self))

    def __iter__(self) -> Iterator[Passage]:
        return (self[number] for number in range(len(self)))

    def _passage(self, number: int) -> Passage:
        begin, end = self._starts[number:][:2]
        values = json.loads(self._bytes[begin:end])
        lists = {key: tuple(values[key]) for key in ("sentences", "questions")}
        return Passage(**(values | lists))
