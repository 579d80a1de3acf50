"""What is in a version of an index: written passage by passage, and opened without reading it.

passages.jsonl, passage_starts.npy    one passage a line, and where each begins
passage_sections.npy                  the number of the first passage of its section
sentence_first.npy, question_first.npy   the number of a passage's first sentence, question
passages|sentences|questions .npy, _scales.npy   a vector each, see index/rows.py
passages|sentences|questions .faiss   where they are many, see index/nearest.py
token*.npy                            see index/token_store.py
bm25/                                 see index/lexical.py
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.array_writer import ArrayWriter, mapped
from index.engines import Engine
from index.errors import StoreBroken
from index.late import ReadTokens
from index.lexical import WORDS, Lexicon
from index.nearest import Nearest
from index.passage_file import PassageFile
from index.rows import FLAT_MOST, Rows, RowsWriter
from index.store import Manifest, current_folder
from index.token_store import TokenStore, TokenWriter

VECTORS: Final = ("passages", "sentences", "questions")
BM25: Final = "bm25"


@dataclass(frozen=True)
class Contents:
    """An opened index. `rows` and `nearest` are by name, see VECTORS; `sentence_first` and
    `question_first`, shape (passages + 1,), tell whose those are."""

    manifest: Manifest
    passages: PassageFile
    rows: Mapping[str, Rows]
    nearest: Mapping[str, Nearest]
    sentence_first: NDArray[np.int64]
    question_first: NDArray[np.int64]
    lexicon: Lexicon
    vocabulary: frozenset[str]
    tokens: TokenStore


class ReadingsWriter:
    """Takes the readings of all passages in their order. Vectors are kept small where their
    number, known before, is large."""

    def __init__(self, folder: Path, counts: Mapping[str, int]) -> None:
        self._rows = {
            name: RowsWriter(folder, name, small=counts[name] > FLAT_MOST) for name in VECTORS
        }
        self._first = {
            name: ArrayWriter(folder / f"{name}_first.npy", np.int64)
            for name in ("sentence", "question")
        }
        self._tokens = TokenWriter(folder)
        self._mark()

    def add(self, read: ReadTokens) -> None:
        """The reading of the next passage."""
        self._rows["passages"].add(read.vector[None])
        self._rows["sentences"].add(read.sentences)
        self._rows["questions"].add(read.questions)
        self._tokens.add(read)
        self._mark()

    def close(self) -> None:
        """To be called before anything is loaded."""
        for rows in self._rows.values():
            rows.close()
        for first in self._first.values():
            first.close()
        self._tokens.close()

    def _mark(self) -> None:
        for name, writer in self._first.items():
            writer.add(np.array([self._rows[f"{name}s"].count]))


def load_rows(folder: Path) -> dict[str, Rows]:
    """All vectors of a version; raises OSError or ValueError on damaged files."""
    return {name: Rows.load(folder, name) for name in VECTORS}


def read(store: Path, engine: Engine) -> Contents:
    """The current index; raises StoreMissing, StoreBroken or EngineUnavailable."""
    folder, manifest = current_folder(store)
    engine.check(store, folder)
    try:
        contents = _opened(folder, manifest, engine)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise StoreBroken(store, f"its files cannot be read ({error})") from error
    _check_counts(store, contents)
    return contents


def _opened(folder: Path, manifest: Manifest, engine: Engine) -> Contents:
    rows = load_rows(folder)
    vocabulary = (folder / BM25 / WORDS).read_text(encoding="utf-8").split("\n")
    return Contents(
        manifest,
        PassageFile(folder),
        rows,
        engine.open(folder, rows),
        mapped(folder / "sentence_first.npy"),
        mapped(folder / "question_first.npy"),
        Lexicon.load(folder / BM25, manifest.passages),
        frozenset(vocabulary),
        TokenStore.load(folder),
    )


def _check_counts(store: Path, contents: Contents) -> None:
    manifest, rows = contents.manifest, contents.rows
    expected: tuple[tuple[str, Any, int], ...] = (
        ("passages", len(contents.passages), manifest.passages),
        ("passage vectors", rows["passages"].count, manifest.passages),
        ("sentence vectors", rows["sentences"].count, manifest.sentences),
        ("passages with tokens", len(contents.tokens.starts) - 1, manifest.passages),
        ("dimensions", rows["passages"].dimension, manifest.dimension),
    )
    for what, found, wanted in expected:
        if found != wanted:
            raise StoreBroken(store, f"it holds {found} {what}, its manifest says {wanted}")
