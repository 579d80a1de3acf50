"""What documents the assistant answers from: read off the files of the index in use.

The desk does not search it; only the manifest and the lines of passages are looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.errors import DeskError


class IndexUnreadable(DeskError):
    """There is no index, or its files are not what they should be."""


@dataclass(frozen=True)
class IndexedDocument:
    name: str
    title: str
    passages: int
    date: str | None
    reviewed_on: str | None
    url: str | None


@dataclass(frozen=True)
class IndexInUse:
    version: str
    built_at: str
    model: str
    passages: int
    documents: Sequence[IndexedDocument]


def index_in_use(store: Path) -> IndexInUse:
    """Raises IndexUnreadable, which says what to do."""
    try:
        current = (store / "current").read_text(encoding="utf-8").strip()
        folder = store / "versions" / Path(current).name
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        documents = _documents(folder / "passages.jsonl", manifest["documents"])
        named = {name: str(manifest.get(name, "")) for name in ("version", "built_at", "model")}
        return IndexInUse(**named, passages=int(manifest["passages"]), documents=documents)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IndexUnreadable(
            f"No index can be read in {store} ({type(error).__name__})."
            " `make index` builds one; INDEX_STORE names the folder."
        ) from error


def _documents(file: Path, listed: Mapping[str, Any]) -> list[IndexedDocument]:
    """Every document, by name, with what its first passage says of it."""
    first: dict[str, Mapping[str, Any]] = {}
    counts: Counter[str] = Counter()
    for passage in _passages(file):
        name = str(passage["document"])
        first.setdefault(name, passage)
        counts[name] += 1
    return [
        IndexedDocument(
            name=name,
            title=first.get(name, {}).get("title") or name,
            passages=counts[name],
            **{key: first.get(name, {}).get(key) for key in ("date", "reviewed_on", "url")},
        )
        for name in sorted({*listed, *first})
    ]


def _passages(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
