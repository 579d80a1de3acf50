"""All passages of an index in one file, a line of JSON each, read when they are asked for."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final, overload

import numpy as np

from index.array_writer import ArrayWriter, mapped
from index.passages import Passage

FILE: Final = "passages.jsonl"
_STARTS: Final = "passage_starts.npy"


class PassageWriter:
    """Writes passages one after another."""

    def __init__(self, folder: Path) -> None:
        self._stream = (folder / FILE).open("wb")
        self._starts = ArrayWriter(folder / _STARTS, np.int64)
        self._starts.add(np.zeros(1, np.int64))
        self._place = 0
        self.count = self.sentences = self.questions = 0

    def add(self, passage: Passage) -> None:
        line = json.dumps(asdict(passage), ensure_ascii=False).encode() + b"\n"
        self._stream.write(line)
        self._place += len(line)
        self._starts.add(np.array([self._place]))
        self.count += 1
        self.sentences += len(passage.sentences)
        self.questions += len(passage.questions)

    def close(self) -> None:
        """To be called before the passages are read."""
        self._stream.close()
        self._starts.close()


class PassageFile(Sequence[Passage]):
    """Behaves like a tuple of passages, and holds none of them."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError or ValueError on damaged files."""
        self._starts = mapped(folder / _STARTS)
        with (folder / FILE).open("rb") as stream:
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if self._starts[-1] != len(self._bytes):
            raise ValueError(f"{FILE} has {len(self._bytes)} bytes, not {self._starts[-1]}")

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
        begin, end = self._starts[number % len(self) :][:2]
        return _passage(self._bytes[begin:end])

    def __iter__(self) -> Iterator[Passage]:
        return (self[number] for number in range(len(self)))


def _passage(line: bytes) -> Passage:
    values = json.loads(line)
    lists = {key: tuple(values[key]) for key in ("sentences", "questions")}
    return Passage(**(values | lists))
