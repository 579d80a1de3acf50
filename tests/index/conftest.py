"""A small real index, a fake embedder for what needs no meaning, and the shared documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import Embedder, Index, build, load_embedder
from index.reader import PlainReader, Reader, load_reader
from index.terms import words

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "documents"


class WordEmbedder:
    """Texts that share words get near vectors; other words get others in each `fingerprint`."""

    name = "words"

    def __init__(self, fingerprint: str = "words-1") -> None:
        self.fingerprint = fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in words(text):
                seed = hashlib.sha256(f"{self.fingerprint} {word}".encode()).digest()
                row[seed[0] % 64] += 1
        lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / lengths


@pytest.fixture
def words_embedder() -> Reader:
    return PlainReader(WordEmbedder())


@pytest.fixture
def other_words_embedder() -> Reader:
    return PlainReader(WordEmbedder("words-2"))


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Makes a folder of documents from names and contents."""

    def make(contents: dict[str, str | bytes]) -> Path:
        base = tmp_path / "documents"
        for name, content in contents.items():
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return base

    return make


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The default model, prepared in the project's own models folder and so only once."""
    return load_embedder("default", ROOT / "var" / "models")


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The encoder that comes with the project."""
    return load_reader()


@pytest.fixture(scope="session")
def default_index(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The index of the documents that come with the project."""
    store = tmp_path_factory.mktemp("default") / "store"
    build(ROOT / "index" / "documents", store, reader, progress=False)
    return Index.open(store, reader)


@pytest.fixture(scope="session")
def shared_documents() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the example documents are not in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def shared_index(
    shared_documents: Path, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> Index:
    store = tmp_path_factory.mktemp("shared") / "store"
    build(shared_documents, store, reader, progress=False)
    return Index.open(store, reader)
