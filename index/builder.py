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
from index.embedder import Embedder
from index.errors import DocumentUnreadable, NoDocuments
from index.lexical import Lexicon
from index.loaders import find_documents, load_document
from index.passages import Passage, make_passages

# Texts between two steps of the progress bar.
_STEP = 16


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `errors` has one entry for each document that was left out."""

    documents: int
    passages: int
    sentences: int
    version: str
    errors: tuple[DocumentUnreadable, ...]


def build(documents: Path, store: Path, embedder: Embedder, progress: bool = True) -> BuildReport:
    """Makes the index of all readable documents below a folder the current one of the store.

    A document that cannot be read is reported, the others go in. Whatever goes wrong, the index
    that was current before stays whole. Progress goes to stderr. Raises NoDocuments where none
    could be read, StoreBusy, StoreUnwritable.
    """
    with storage.locked(store):
        passages, digests, errors = _read(documents, progress)
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
            documents=digests,
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
    return BuildReport(len(digests), len(passages), len(lines), version, tuple(errors))


def passage_text(passage: Passage) -> str:
    """What stands for a passage in the vector space and in the word index."""
    return "\n".join(part for part in (passage.title, passage.section, passage.text) if part)


def sentence_texts(passage: Passage) -> list[str]:
    """What stands for each sentence: itself with its heading in front, which often names the
    subject that the sentence calls "it"."""
    heading = passage.section or passage.title
    return [f"{heading}: {sentence}" for sentence in passage.sentences]


def _read(
    folder: Path, progress: bool
) -> tuple[tuple[Passage, ...], dict[str, str], list[DocumentUnreadable]]:
    passages: list[Passage] = []
    digests: dict[str, str] = {}
    errors: list[DocumentUnreadable] = []
    paths = find_documents(folder)
    for path in tqdm(paths, desc="documents", unit="doc", disable=not progress):
        try:
            document, content = load_document(path, folder)
        except DocumentUnreadable as error:
            errors.append(error)
            continue
        passages += make_passages(document)
        digests[document.name] = hashlib.sha256(content).hexdigest()
    if not digests:
        reasons = "; ".join(str(error) for error in errors[:3])
        raise NoDocuments(f"none of the {len(errors)} files in {folder} could be read: {reasons}")
    return tuple(passages), digests, errors


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
