"""Readings kept from earlier builds, so that a passage is read by the encoder once only.

    cache/FINGERPRINT.readings    for each passage: key (sha256, 32 bytes), length (8), arrays

It only grows while a build runs, so a build that is killed has lost nothing but the passage that it
was at: the next one goes on from there. After a build passages that are no longer in use are
dropped.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from index.errors import StoreUnwritable
from index.late import ReadTokens
from index.passages import Passage
from index.reader import Reader

_HEAD_BYTES = 40


class ReadingCache:
    """The readings of one reader below a store's folder; for one process, under the store's lock.

    `embedded` counts the passages that were not there.
    """

    def __init__(self, store: Path, reader: Reader) -> None:
        self._reader = reader
        self._folder = store / "cache"
        name = reader.fingerprint[:16].replace("/", "_")
        self._file = self._folder / f"{name}.readings"
        self._known = dict(self._records())
        self._used: set[bytes] = set()
        self.embedded = 0

    def read(
        self, passages: Sequence[Passage], done: Callable[[int], object] = lambda count: None
    ) -> list[ReadTokens]:
        """The readings of the passages; `done` is told how many are ready.

        Raises StoreUnwritable.
        """
        found = []
        for passage in passages:
            key = _key(passage)
            if key not in self._known:
                made = self._reader.read(
                    passage.title, passage.section, passage.sentences, passage.questions
                )
                self._known[key] = _packed(made)
                self._write(_record(key, self._known[key]), "ab")
                self.embedded += 1
            self._used.add(key)
            found.append(_unpacked(self._known[key]))
            done(1)
        return found

    def prune(self) -> None:
        """Forgets what this build did not ask for, and what other readers left."""
        if self._used < self._known.keys():
            self._known = {key: self._known[key] for key in self._known if key in self._used}
            self._write(b"".join(_record(*record) for record in self._known.items()), "wb")
        for path in self._folder.glob("*"):
            if path != self._file:
                path.unlink(missing_ok=True)

    def _records(self) -> Iterator[tuple[bytes, bytes]]:
        """What is there; takes off what a killed build left half written."""
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreUnwritable(f"{self._folder} cannot be read: {error.strerror}") from error
        place = 0
        while place + _HEAD_BYTES <= len(content):
            start = place + _HEAD_BYTES
            end = start + int.from_bytes(content[start - 8 : start], "big")
            if end > len(content):
                break
            yield content[place : place + 32], content[start:end]
            place = end
        if place < len(content):
            os.truncate(self._file, place)

    def _write(self, content: bytes, mode: str) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._file.open(mode) as stream:
                stream.write(content)
        except OSError as error:
            raise StoreUnwritable(f"{self._file} cannot be written: {error.strerror}") from error


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
