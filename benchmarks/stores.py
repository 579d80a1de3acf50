"""Indexes of passages that are no files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from index import Index, Passage, Reader
from index import store as storage
from index.builder import fill, manifest_of
from index.cache import ReadingCache
from index.engines import Engine, FaissEngine
from index.gathering import Gathered
from index.late import ReadTokens


def made(
    store: Path,
    passages: Iterable[Passage],
    reader: Reader,
    cache: Path,
    engine: Engine | None = None,
) -> Index:
    """An index of passages, each read by the encoder or taken from the cache of an earlier run."""

    def read(found: Sequence[Passage]) -> Iterator[ReadTokens]:
        readings = ReadingCache(cache, reader, os.cpu_count() or 1)
        with tqdm(total=len(found), desc="passages", unit="passage", disable=None) as bar:
            yield from readings.read(found, bar.update)

    engine = engine or FaissEngine()

    def fill_folder(folder: Path) -> storage.Manifest:
        filled = fill(folder, passages, read, engine, os.cpu_count() or 1)
        return manifest_of(filled, reader, "", Gathered())

    with storage.locked(store):
        storage.write(store, fill_folder, engine.forget)
    return Index.open(store, reader, engine)
