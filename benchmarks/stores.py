"""Indexes of passages that are no files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.mixed import Mixer
from index import Index, Passage, Reader, load_reader
from index import store as storage
from index.builder import fill, manifest_of
from index.cache import ReadingCache
from index.engines import Engine, FaissEngine
from index.gathering import Gathered
from index.late import ReadTokens
from index.qdrant import QdrantEngine

Read = Callable[[Sequence[Passage]], Iterable[ReadTokens]]


def made(store: Path, passages: Iterable[Passage], reader: Reader, cache: Path) -> Index:
    """An index of passages, each read by the encoder or taken from the cache of an earlier run."""

    def read(found: Sequence[Passage]) -> Iterator[ReadTokens]:
        readings = ReadingCache(cache, reader, os.cpu_count() or 1)
        with tqdm(total=len(found), desc="passages", unit="passage", disable=None) as bar:
            yield from readings.read(found, bar.update)

    return assembled(store, passages, read, reader)


def assembled(
    store: Path,
    passages: Iterable[Passage],
    read: Read,
    reader: Reader,
    engine: Engine | None = None,
) -> Index:
    """An index of passages with readings that are known."""
    engine = engine or FaissEngine()

    def fill_folder(folder: Path) -> storage.Manifest:
        filled = fill(folder, passages, read, engine, os.cpu_count() or 1)
        return manifest_of(filled, reader, "", Gathered())

    with storage.locked(store):
        storage.write(store, fill_folder, engine.forget)
    return Index.open(store, reader, engine)


def overlap_of_engines(mixer: Mixer, size: int, texts: Sequence[str], folder: Path) -> float:
    """The part of FAISS's first ten that Qdrant, in this process, has among its first ten."""
    from qdrant_client import QdrantClient

    reader = load_reader()
    with warnings.catch_warnings():
        # It warns that a server would be quicker from 20,000 vectors on.
        warnings.simplefilter("ignore", UserWarning)
        client = QdrantClient(":memory:")
        indexes = [
            assembled(
                folder / f"{engine.name}-{size}",
                mixer.passages(size),
                lambda _: mixer.readings(size),
                reader,
                engine,
            )
            for engine in (FaissEngine(), QdrantEngine(lambda: client))
        ]
        shared = []
        for text in tqdm(texts, "FAISS and Qdrant", unit="question", disable=None):
            one, other = (
                {found.passage.passage_id for found in index.search(text, 10).passages}
                for index in indexes
            )
            shared.append(len(one & other) / len(one))
        client.close()
    return float(np.mean(shared))
