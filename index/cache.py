"""Readings kept from earlier builds, so that a passage is read by the encoder once only.

    cache/FINGERPRINT.readings    a record a passage: key (32 bytes), length (8 bytes), arrays

It only grows while a build runs, so a build that is killed has lost nothing but the passages that
it was at: the next one goes on from there. After a build passages that are no longer in use are
dropped. Of a record only its place is held in memory.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from index.errors import StoreUnwritable
from index.late import ReadTokens
from index.passages import Passage
from index.reader import Reader

_KEY_BYTES: Final = 32
_HEAD_BYTES: Final = 40
# So many passages are in work at once.
_BATCH: Final = 64


class ReadingCache:
    """The readings of one reader below a store's folder; for one process, under the store's lock.

    `embedded` counts the passages that were not there.
    """

    def __init__(self, store: Path, reader: Reader, threads: int = 1) -> None:
        """`threads` passages are read at once."""
        self._reader, self._threads = reader, threads
        self._folder = store / "cache"
        name = reader.fingerprint[:16].replace("/", "_")
        self._file = self._folder / f"{name}.readings"
        self._places = dict(self._find())
        self._used: set[bytes] = set()
        self.embedded = 0

    def read(
        self, passages: Iterable[Passage], done: Callable[[int], object] = lambda count: None
    ) -> Iterator[ReadTokens]:
        """The readings of the passages in their order, a few ahead of what is taken; `done` is
        told how many are ready. Raises StoreUnwritable.
        """
        remaining = iter(passages)
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(self._threads))
            with _translated(self._file):
                self._folder.mkdir(parents=True, exist_ok=True)
                end = stack.enter_context(self._file.open("ab"))
                stream = stack.enter_context(self._file.open("rb"))
            while batch := list(islice(remaining, _BATCH)):
                keys = [_key(passage) for passage in batch]
                self._read_missing(dict(zip(keys, batch, strict=True)), pool, end)
                self._used.update(keys)
                done(len(batch))
                yield from (_unpacked(self._packed(key, stream)) for key in keys)

    def prune(self) -> None:
        """Forgets what this build did not ask for, and what other readers left."""
        with _translated(self._file):
            if self._used < self._places.keys():
                self._keep_used()
            for path in self._folder.glob("*"):
                if path != self._file:
                    path.unlink(missing_ok=True)

    def _read_missing(
        self, passages: dict[bytes, Passage], pool: ThreadPoolExecutor, end: BinaryIO
    ) -> None:
        missing = {key: one for key, one in passages.items() if key not in self._places}
        made = pool.map(self._read_one, missing.values())
        for key, packed in zip(missing, made, strict=True):
            with _translated(self._file):
                end.write(_record(key, packed))
                end.flush()
            self._places[key] = (end.tell() - len(packed), len(packed))
            self.embedded += 1

    def _read_one(self, passage: Passage) -> bytes:
        return _packed(
            self._reader.read(passage.title, passage.section, passage.sentences, passage.questions)
        )

    def _packed(self, key: bytes, stream: BinaryIO) -> bytes:
        place, length = self._places[key]
        stream.seek(place)
        return stream.read(length)

    def _keep_used(self) -> None:
        """Writes the records in use beside the old ones, and only then over them."""
        kept = self._file.with_suffix(".kept")
        places = {}
        with self._file.open("rb") as old, kept.open("wb") as new:
            for key in self._places:
                if key in self._used:
                    packed = self._packed(key, old)
                    new.write(_record(key, packed))
                    places[key] = (new.tell() - len(packed), len(packed))
        kept.replace(self._file)
        self._places = places

    def _find(self) -> Iterator[tuple[bytes, tuple[int, int]]]:
        """Keys and places of what is there; takes off what a killed build left half written."""
        with _translated(self._file):
            if not self._file.exists():
                return
            size, place = self._file.stat().st_size, 0
            with self._file.open("rb") as stream:
                while len(head := stream.read(_HEAD_BYTES)) == _HEAD_BYTES:
                    length = int.from_bytes(head[_KEY_BYTES:], "big")
                    if place + _HEAD_BYTES + length > size:
                        break
                    yield head[:_KEY_BYTES], (place + _HEAD_BYTES, length)
                    place += _HEAD_BYTES + length
                    stream.seek(place)
            if place < size:
                os.truncate(self._file, place)


@contextmanager
def _translated(file: Path) -> Iterator[None]:
    """OSErrors at the cache's file as StoreUnwritable."""
    try:
        yield
    except OSError as error:
        raise StoreUnwritable(f"{file} cannot be read and written: {error.strerror}") from error


def _key(passage: Passage) -> bytes:
    text = "\0".join([passage.title, passage.section, *passage.sentences, "", *passage.questions])
    return hashlib.sha256(text.encode()).digest()


def _record(key: bytes, packed: bytes) -> bytes:
    return key + len(packed).to_bytes(8, "big") + packed


def _packed(read: ReadTokens) -> bytes:
    stream = io.BytesIO()
    for array in (read.vector, read.sentences, read.questions, read.tokens, read.belongs):
        np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
    return stream.getvalue()


def _unpacked(packed: bytes) -> ReadTokens:
    stream = io.BytesIO(packed)
    return ReadTokens(*(np.load(stream, allow_pickle=False) for _ in range(5)))
