"""The token vectors of all passages: one byte a number, mapped into memory, not read into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.array_writer import ArrayWriter, mapped
from index.late import Array, ReadTokens
from index.spans import Numbers, rows_of

_SCALE: Final = np.float32(127.0)
_TOKENS, _SENTENCES, _STARTS = "tokens.npy", "token_sentences.npy", "token_starts.npy"


class TokenWriter:
    """Takes the readings of all passages in their order."""

    def __init__(self, folder: Path) -> None:
        self._tokens = ArrayWriter(folder / _TOKENS, np.int8)
        self._sentences = ArrayWriter(folder / _SENTENCES, np.int16)
        self._starts = ArrayWriter(folder / _STARTS, np.int64)
        self._starts.add(np.zeros(1))

    def add(self, read: ReadTokens) -> None:
        """The tokens of the next passage."""
        self._tokens.add(np.rint(read.tokens * _SCALE))
        self._sentences.add(read.belongs)
        self._starts.add(np.array([self._tokens.count]))

    def close(self) -> None:
        """To be called before the tokens are loaded."""
        for writer in (self._tokens, self._sentences, self._starts):
            writer.close()


@dataclass(frozen=True)
class TokenStore:
    """`tokens` (m, token size) in int8, `sentences` (m,) the sentence of each in its passage (see
    index.late), `starts` (passages + 1,) where the tokens of a passage begin.
    """

    tokens: NDArray[np.int8]
    sentences: NDArray[np.int16]
    starts: NDArray[np.int64]

    def of_passages(self, numbers: NDArray[Any]) -> tuple[Array, NDArray[np.int16], Numbers]:
        """Token vectors and their sentences, passage after passage, and how many each has."""
        rows, counts = rows_of(self.starts, numbers)
        tokens = self.tokens.take(rows, axis=0).astype(np.float32)
        tokens /= _SCALE
        return tokens, self.sentences[rows], counts

    @classmethod
    def load(cls, folder: Path) -> TokenStore:
        """What TokenWriter wrote; raises OSError or ValueError on damaged files."""
        return cls(*(mapped(folder / name) for name in (_TOKENS, _SENTENCES, _STARTS)))
