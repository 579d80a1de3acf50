"""Vectors kept from earlier builds, so that a text is embedded once only.

    cache/FINGERPRINT.keys      sha256 of each text, 32 bytes each
    cache/FINGERPRINT.vectors   the vectors in the same order, float32, one after the other

Both only grow while a build runs, a batch at a time, so a build that is killed has lost nothing
but the batch that it was in: the next one goes on from there. After a build texts that are no
longer in use are dropped.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedder import Embedder
from index.errors import StoreUnwritable

_KEY_BYTES = 32
_BATCH = 16


class VectorCache:
    """The vectors of one embedder below a store's folder; for one process, under the store's lock.

    `embedded` counts the texts that were not there.
    """

    def __init__(self, store: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._folder = store / "cache"
        name = embedder.fingerprint[:16].replace("/", "_")
        self._keys, self._vectors = (self._folder / f"{name}.{end}" for end in ("keys", "vectors"))
        self._known = self._read()
        self._used: set[bytes] = set()
        self.embedded = 0

    def encode(
        self, texts: Sequence[str], done: Callable[[int], object] = lambda count: None
    ) -> NDArray[np.float32]:
        """Vectors of the texts, shape (texts, dimension); `done` is told how many are ready.

        Raises StoreUnwritable.
        """
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._known
        }
        done(sum(key not in missing for key in keys))
        waiting = list(missing.items())
        for start in range(0, len(waiting), _BATCH):
            batch = waiting[start : start + _BATCH]
            self._add([key for key, _ in batch], self._embedder.encode([text for _, text in batch]))
            done(len(batch))
        self._used.update(keys)
        if not keys:
            return self._embedder.encode([])
        return np.stack([self._known[key] for key in keys])

    def prune(self) -> None:
        """Forgets what this build did not ask for, and what other embedders left."""
        if self._used < self._known.keys():
            kept = [key for key in self._known if key in self._used]
            self._write(self._keys, b"".join(kept), "wb")
            self._write(self._vectors, b"".join(self._known[key].tobytes() for key in kept), "wb")
            self._known = {key: self._known[key] for key in kept}
        for path in self._folder.glob("*"):
            if path not in (self._keys, self._vectors):
                path.unlink(missing_ok=True)

    def _read(self) -> dict[bytes, NDArray[np.float32]]:
        try:
            written, values = self._keys.read_bytes(), self._vectors.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreUnwritable(f"{self._folder} cannot be read: {error.strerror}") from error
        rows = np.frombuffer(values[: len(values) // 4 * 4], np.float32)
        dimension = self._embedder.encode([""]).shape[1]
        count = min(len(written) // _KEY_BYTES, len(rows) // dimension)
        self._cut(count, dimension)
        table = rows[: count * dimension].reshape(count, dimension)
        keys = (written[n * _KEY_BYTES : (n + 1) * _KEY_BYTES] for n in range(count))
        return dict(zip(keys, table, strict=True))

    def _cut(self, count: int, dimension: int) -> None:
        """Takes off what a killed build left half written, so that both files go on in step."""
        for path, size in ((self._keys, _KEY_BYTES), (self._vectors, 4 * dimension)):
            if path.stat().st_size != count * size:
                os.truncate(path, count * size)

    def _add(self, keys: Iterable[bytes], vectors: NDArray[np.float32]) -> None:
        keys = list(keys)
        vectors = np.ascontiguousarray(vectors, np.float32)
        self._write(self._vectors, vectors.tobytes(), "ab")
        self._write(self._keys, b"".join(keys), "ab")
        self._known.update(zip(keys, vectors, strict=True))
        self.embedded += len(keys)

    def _write(self, path: Path, content: bytes, mode: str) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open(mode) as stream:
                stream.write(content)
        except OSError as error:
            raise StoreUnwritable(f"{path} cannot be written: {error.strerror}") from error
