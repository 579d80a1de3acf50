"""Documents to an index on disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index import store as storage
from index.cache import ReadingCache
from index.document import Document
from index.errors import DocumentUnreadable, NoDocuments
from index.lexical import Lexicon
from index.loaders import load_document, open_source
from index.passages import Passage, make_passages
from index.reader import Reader
from index.token_store import TokenStore


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `errors` has one entry for each document that was left out, `notes` a line
    for each that went in with something missing. `embedded` counts the passages that no earlier
    build had read."""

    documents: int
    passages: int
    sentences: int
    version: str
    errors: tuple[DocumentUnreadable, ...]
    notes: tuple[str, ...] = ()
    embedded: int = 0


def build(documents: Path, store: Path, reader: Reader, progress: bool = True) -> BuildReport:
    """Makes the index of all readable documents below a folder the current one of the store.

    A document that cannot be read is reported, the others go in. Whatever goes wrong, the index
    that was current before stays whole. Progress goes to stderr. Raises NoDocuments where none
    could be read, StoreBusy, StoreUnwritable.
    """
    with storage.locked(store):
        found = _read(documents, progress)
        passages = tuple(found.passages)
        cache = ReadingCache(store, reader)
        with tqdm(
            total=len(passages), desc="passages", unit="passage", disable=not progress
        ) as bar:
            read = cache.read(passages, bar.update)
        vectors = np.stack([one.vector for one in read])
        sentence_vectors = np.concatenate([one.sentences for one in read])
        question_vectors = np.concatenate([one.questions for one in read])
        manifest = storage.Manifest(
            format=storage.FORMAT,
            version="",
            built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            model=reader.name,
            fingerprint=reader.fingerprint,
            dimension=vectors.shape[1],
            documents_folder=str(documents),
            documents=found.digests,
            passages=len(passages),
            sentences=len(sentence_vectors),
            files={},
            left_out=[*map(str, found.errors), *found.notes],
        )
        contents = storage.Contents(
            manifest,
            passages,
            storage.flat_index(vectors),
            storage.flat_index(sentence_vectors),
            storage.flat_index(question_vectors),
            Lexicon.of([passage_text(passage) for passage in passages]),
            TokenStore.of(read),
        )
        version = storage.write(store, contents).version
        cache.prune()
    return BuildReport(
        len(found.digests),
        len(passages),
        len(sentence_vectors),
        version,
        tuple(found.errors),
        tuple(found.notes),
        cache.embedded,
    )


def passage_text(passage: Passage) -> str:
    """What stands for a passage in the word index."""
    return "\n".join(part for part in (passage.title, passage.section, passage.text) if part)


@dataclass(frozen=True)
class _Gathered:
    passages: list[Passage]
    digests: dict[str, str]
    errors: list[DocumentUnreadable]
    notes: list[str]


def _read(where: Path, progress: bool) -> _Gathered:
    source = open_source(where)
    found = _Gathered([], {}, list(source.errors), [])
    said_by: dict[str, str] = {}
    for path in tqdm(source.files, desc="documents", unit="doc", disable=not progress):
        try:
            document, content = load_document(path, source.folder, source.address.get(path))
            _refuse_copy(document, said_by)
        except DocumentUnreadable as error:
            found.errors.append(error)
            continue
        found.passages.extend(make_passages(document))
        found.digests[document.name] = hashlib.sha256(content).hexdigest()
        found.notes.extend(f"{document.name}: {note}" for note in document.notes)
    if not found.digests:
        reasons = "; ".join(str(error) for error in found.errors[:3])
        raise NoDocuments(
            f"none of the {len(found.errors)} files in {where} could be read: {reasons}"
        )
    return found


def _refuse_copy(document: Document, said_by: dict[str, str]) -> None:
    """Raises DocumentUnreadable for a document whose text an earlier one has, word for word."""
    text = " ".join(" ".join(block.text.split()) for block in document.blocks)
    digest = hashlib.sha256(text.lower().encode()).hexdigest()
    earlier = said_by.setdefault(digest, document.name)
    if earlier != document.name:
        raise DocumentUnreadable(
            document.name, f"it has the same text as {earlier}, which went in; remove one of them"
        )
