"""Documents to an index on disk, with bounded memory and on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from tqdm import tqdm

from index import store as storage
from index.cache import ReadingCache
from index.contents import BM25, VECTORS, ReadingsWriter, load_rows
from index.engines import Engine, load_engine
from index.errors import DocumentUnreadable
from index.gathering import Gathered, gather
from index.late import ReadTokens
from index.lexicon_writer import LexiconWriter
from index.passage_file import PassageFile, PassageWriter
from index.passages import Passage
from index.reader import Reader
from index.settings import load_settings


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `errors` has one entry for each document that was left out, `notes` a line
    for each that went in with something missing. `embedded` counts the passages that no earlier
    build had read. `recall`: what part of the ten nearest a search finds, by kind of vector,
    where there are so many that not all are compared."""

    documents: int
    passages: int
    sentences: int
    version: str
    errors: tuple[DocumentUnreadable, ...]
    notes: tuple[str, ...] = ()
    embedded: int = 0
    recall: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Filled:
    """What was put into a version's folder."""

    passages: int
    sentences: int
    dimension: int
    recall: dict[str, float]


def build(
    documents: Path,
    store: Path,
    reader: Reader,
    progress: bool = True,
    engine: Engine | None = None,
    threads: int | None = None,
) -> BuildReport:
    """Makes the index of all readable documents below a folder the current one of the store.

    A document that cannot be read is reported, the others go in. Whatever goes wrong, the index
    that was current before stays whole, and what was read is not read again. `engine` is what
    INDEX_ENGINE names, `threads` the cores there are, unless given. Progress goes to stderr.
    Raises NoDocuments where none could be read, StoreBusy, StoreUnwritable, EngineUnavailable.
    """
    engine = engine or load_engine(load_settings())
    threads = threads or os.cpu_count() or 1
    found = Gathered()
    with storage.locked(store):
        cache = ReadingCache(store, reader, threads)

        def read(passages: Sequence[Passage]) -> Iterator[ReadTokens]:
            with tqdm(
                total=len(passages), desc="passages", unit="passage", disable=not progress
            ) as bar:
                yield from cache.read(passages, bar.update)

        def fill_folder(folder: Path) -> storage.Manifest:
            filled = fill(folder, gather(documents, found, progress), read, engine, threads)
            return manifest_of(filled, reader, str(documents), found)

        manifest = storage.write(store, fill_folder, engine.forget)
        cache.prune()
    return BuildReport(
        documents=len(found.digests),
        passages=manifest.passages,
        sentences=manifest.sentences,
        version=manifest.version,
        errors=tuple(found.errors),
        notes=tuple(found.notes),
        embedded=cache.embedded,
        recall=tuple(manifest.recall.items()),
    )


def fill(
    folder: Path,
    passages: Iterable[Passage],
    read: Callable[[Sequence[Passage]], Iterable[ReadTokens]],
    engine: Engine,
    threads: int,
) -> Filled:
    """Writes a version's files; holds a few passages at a time."""
    lexicon = LexiconWriter(folder / BM25)
    with closing(PassageWriter(folder)) as texts:
        for passage in passages:
            texts.add(passage)
            lexicon.add(passage_text(passage))
    lexicon.finish()
    counts = dict(zip(VECTORS, (texts.count, texts.sentences, texts.questions), strict=True))
    with closing(ReadingsWriter(folder, counts)) as readings:
        for reading in read(PassageFile(folder)):
            readings.add(reading)
    rows = load_rows(folder)
    recall = engine.keep(folder, rows, threads)
    return Filled(texts.count, texts.sentences, rows["passages"].dimension, recall)


def manifest_of(
    filled: Filled, reader: Reader, documents: str, found: Gathered
) -> storage.Manifest:
    """The manifest but for the version and the files' digests."""
    return storage.Manifest(
        format=storage.FORMAT,
        version="",
        built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        model=reader.name,
        fingerprint=reader.fingerprint,
        dimension=filled.dimension,
        documents_folder=documents,
        documents=found.digests,
        passages=filled.passages,
        sentences=filled.sentences,
        files={},
        left_out=[*map(str, found.errors), *found.notes],
        recall=filled.recall,
    )


def passage_text(passage: Passage) -> str:
    """What stands for a passage in the word index."""
    return "\n".join(part for part in (passage.title, passage.section, passage.text) if part)
