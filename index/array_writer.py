"""Writes an array of unknown length, row after row, as a .npy file that can be mapped."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_HEAD_BYTES: Final = 128
_MAGIC: Final = b"\x93NUMPY\x01\x00"


class ArrayWriter:
    """All rows have the shape of the first; nothing is held but what was handed over last."""

    def __init__(self, file: Path, dtype: Any) -> None:
        self._stream = file.open("wb")
        self._stream.write(b"\0" * _HEAD_BYTES)
        self._dtype = np.dtype(dtype)
        self._row: tuple[int, ...] | None = None
        self.count = 0

    def add(self, rows: NDArray[Any]) -> None:
        """Rows, shape (n, ...). Raises ValueError for rows of another shape than before."""
        if self._row is None or not self.count:
            self._row = rows.shape[1:]
        if rows.shape[1:] != self._row and len(rows):
            raise ValueError(f"rows of shape {rows.shape[1:]} after rows of shape {self._row}")
        self._stream.write(np.ascontiguousarray(rows, self._dtype).tobytes())
        self.count += len(rows)

    def close(self) -> None:
        """Puts the shape in front."""
        if self._stream.closed:
            return
        with self._stream:
            self._stream.seek(0)
            self._stream.write(self._head())

    def __enter__(self) -> ArrayWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _head(self) -> bytes:
        shape = (self.count, *(self._row or ()))
        described = {"descr": self._dtype.str, "fortran_order": False, "shape": shape}
        room = _HEAD_BYTES - len(_MAGIC) - 2
        return (
            _MAGIC + room.to_bytes(2, "little") + repr(described).ljust(room - 1).encode() + b"\n"
        )


def mapped(file: Path) -> NDArray[Any]:
    """The array of a file, of which only what is touched is read; raises OSError or ValueError."""
    # A plain view: numpy's own kind for maps costs microseconds at every step.
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
