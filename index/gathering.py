"""A folder of documents to passages, one document after another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from index.document import Document
from index.errors import DocumentUnreadable, NoDocuments
from index.loaders import load_document, open_source
from index.passages import Passage, make_passages


@dataclass
class Gathered:
    """What was read so far: the sha256 of documents by name, and what was wrong."""

    digests: dict[str, str] = field(default_factory=dict)
    errors: list[DocumentUnreadable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gather(where: Path, found: Gathered, progress: bool) -> Iterator[Passage]:
    """The passages of all readable documents; holds one document at a time.

    Raises NoDocuments at the end where none could be read.
    """
    source = open_source(where)
    found.errors.extend(source.errors)
    said_by: dict[str, str] = {}
    for path in tqdm(source.files, desc="documents", unit="doc", disable=not progress):
        try:
            document, content = load_document(path, source.folder, source.address.get(path))
            _refuse_copy(document, said_by)
        except DocumentUnreadable as error:
            found.errors.append(error)
            continue
        found.digests[document.name] = hashlib.sha256(content).hexdigest()
        found.notes.extend(f"{document.name}: {note}" for note in document.notes)
        yield from make_passages(document)
    if not found.digests:
        reasons = "; ".join(str(error) for error in found.errors[:3])
        raise NoDocuments(
            f"none of the {len(found.errors)} files in {where} could be read: {reasons}"
        )


def _refuse_copy(document: Document, said_by: dict[str, str]) -> None:
    """Raises DocumentUnreadable for a document whose text an earlier one has, word for word."""
    text = " ".join(" ".join(block.text.split()) for block in document.blocks)
    digest = hashlib.sha256(text.lower().encode()).hexdigest()
    earlier = said_by.setdefault(digest, document.name)
    if earlier != document.name:
        raise DocumentUnreadable(
            document.name, f"it has the same text as {earlier}, which went in; remove one of them"
        )
