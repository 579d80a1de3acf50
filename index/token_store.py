"""The token vectors of all passages: one byte a number, mapped into memory, not read into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.late import Array, ReadTokens

_SCALE: Final = np.float32(127.0)
_FILES: Final = ("tokens.npy", "token_sentences.npy", "token_starts.npy")


@dataclass(frozen=True)
class TokenStore:
    """`tokens` (m, token size) in int8, `sentences` (m,) the sentence of each in its passage (see
    index.late), `starts` (passages + 1,) where the tokens of a passage begin.
    """

    tokens: NDArray[np.int8]
    sentences: NDArray[np.int16]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, read: Sequence[ReadTokens]) -> TokenStore:
        """The tokens of passages in their order."""
        counts = [len(one.tokens) for one in read]
        size = max((one.tokens.shape[1] for one in read), default=0)
        kept = [np.rint(one.tokens * _SCALE).astype(np.int8) for one in read if len(one.tokens)]
        return cls(
            np.concatenate(kept) if kept else np.zeros((0, size), np.int8),
            np.concatenate([one.belongs for one in read]) if read else np.zeros(0, np.int16),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        )

    def of_passage(self, number: int) -> tuple[Array, NDArray[np.int16]]:
        """Token vectors and their sentences."""
        first, end = self.starts[number], self.starts[number + 1]
        return self.tokens[first:end].astype(np.float32) / _SCALE, self.sentences[first:end]

    def save(self, folder: Path) -> None:
        """Plain arrays, no pickle."""
        arrays: tuple[NDArray[Any], ...] = (self.tokens, self.sentences, self.starts)
        for name, array in zip(_FILES, arrays, strict=True):
            np.save(folder / name, array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> TokenStore:
        """What `save` wrote; raises OSError or ValueError on damaged files."""
        return cls(*(np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in _FILES))
