"""Vectors on disk, mapped into memory: as they are while they are few, else a byte a number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.array_writer import ArrayWriter, mapped

Array = NDArray[np.float32]
FLAT_MOST: Final = 10_000
"""Up to so many vectors are kept whole and all compared: 15 MB, about a millisecond."""

_BLOCK: Final = 32_768


class Rows:
    """Vectors of one length, numbered from 0. Only those that are asked for are read."""

    def __init__(self, values: NDArray[np.float32] | NDArray[np.int8], scales: Array) -> None:
        self._values, self._scales = values, scales
        self.count, self.dimension = values.shape

    @classmethod
    def load(cls, folder: Path, name: str) -> Rows:
        """What RowsWriter wrote; raises OSError or ValueError on damaged files."""
        return cls(mapped(folder / f"{name}.npy"), mapped(folder / f"{name}_scales.npy"))

    @property
    def whole(self) -> Array | None:
        """All vectors as one array where they are kept as they are."""
        kept = self._values.dtype == np.float32
        return np.asarray(self._values, np.float32) if kept else None

    def take(self, numbers: NDArray[np.int64]) -> Array:
        """Vectors by number, shape (n, dimension)."""
        values: Array = self._values[numbers].astype(np.float32)
        if len(self._scales):
            values *= self._scales[numbers, None]
        return values

    def dots(self, numbers: NDArray[np.int64], vector: Array) -> Array:
        """The products of some vectors with one, shape (n,)."""
        found: Array = self._values[numbers].astype(np.float32) @ vector
        return found * self._scales[numbers] if len(self._scales) else found

    def blocks(self, size: int = _BLOCK) -> Iterator[tuple[int, Array]]:
        """All vectors in order, in parts, each with the number of its first."""
        for start in range(0, self.count, size):
            yield start, self.take(np.arange(start, min(start + size, self.count)))


class RowsWriter:
    """Writes vectors one after another."""

    def __init__(self, folder: Path, name: str, small: bool) -> None:
        """`small`: a byte a number, with a scale for each vector."""
        self._values = ArrayWriter(folder / f"{name}.npy", np.int8 if small else np.float32)
        self._scales = ArrayWriter(folder / f"{name}_scales.npy", np.float32)
        self._small = small

    @property
    def count(self) -> int:
        """How many were written."""
        return self._values.count

    def add(self, vectors: Array) -> None:
        """Vectors, shape (n, dimension)."""
        if not self._small:
            self._values.add(vectors)
            return
        most = np.abs(vectors).max(axis=1, initial=1e-12) / np.float32(127)
        self._values.add(np.rint(vectors / most[:, None]))
        self._scales.add(most)

    def close(self) -> None:
        """To be called before the vectors are loaded."""
        self._values.close()
        self._scales.close()
