"""Documents to an index on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index import store as storage
from index.document import Document
from index.embedder import Embedder
from index.errors import DocumentUnreadable, NoDocuments
from index.lexical import Lexicon
from index.loaders import load_document, open_source
from index.passages import Passage, make_passages

# Texts between two steps of the progress bar.
_STEP = 16


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `errors` has one entry for each document that was left out, `notes` a line
    for each that went in with something missing."""

    documents: int
    passages: int
    sentences: int
    version: str
    errors: tuple[DocumentUnreadable, ...]
    notes: tuple[str, ...] = ()


def build(documents: Path, store: Path, embedder: Embedder, progress: bool = True) -> BuildReport:
    """Makes the index of all readable documents below a folder the current one of the store.

    A document that cannot be read is reported, the others go in. Whatever goes wrong, the index
    that was current before stays whole. Progress goes to stderr. Raises NoDocuments where none
    could be read, StoreBusy, StoreUnwritable.
    """
    with storage.locked(store):
        found = _read(documents, progress)
        passages = tuple(found.passages)
        vectors = _encode(
            embedder, map(passage_text, passages), len(passages), "passages", progress
        )
        lines = [line for passage in passages for line in sentence_texts(passage)]
        sentence_vectors = _encode(embedder, lines, len(lines), "sentences", progress)
        manifest = storage.Manifest(
            format=storage.FORMAT,
            version="",
            built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            model=embedder.name,
            fingerprint=embedder.fingerprint,
            dimension=vectors.shape[1],
            documents_folder=str(documents),
            documents=found.digests,
            passages=len(passages),
            sentences=len(lines),
            files={},
        )
        contents = storage.Contents(
            manifest,
            passages,
            storage.flat_index(vectors),
            storage.flat_index(sentence_vectors),
            Lexicon.of([passage_text(passage) for passage in passages]),
        )
        version = storage.write(store, contents).version
    return BuildReport(
        len(found.digests),
        len(passages),
        len(lines),
        version,
        tuple(found.errors),
        tuple(found.notes),
    )


def passage_text(passage: Passage) -> str:
    """What stands for a passage in the vector space and in the word index."""
    return "\n".join(part for part in (passage.title, passage.section, passage.text) if part)


def sentence_texts(passage: Passage) -> list[str]:
    """What stands for each sentence: itself with its heading in front, which often names the
    subject that the sentence calls "it"."""
    heading = passage.section or passage.title
    return [f"{heading}: {sentence}" for sentence in passage.sentences]


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


def _encode(
    embedder: Embedder, texts: Iterable[str], total: int, what: str, progress: bool
) -> NDArray[np.float32]:
    parts = []
    with tqdm(total=total, desc=what, unit=what[:-1], disable=not progress) as bar:
        for batch in _batches(list(texts)):
            parts.append(embedder.encode(batch))
            bar.update(len(batch))
    return np.concatenate(parts)


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _STEP):
        yield texts[start : start + _STEP]
