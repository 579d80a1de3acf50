"""What an index needs of a model: to read passages when it is built, and questions when asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedder import MODELS_DIR, Embedder, load_embedder
from index.late import AskedTokens, Late, ReadTokens
from index.tuned import FOLDER, TunedEncoder

DEFAULT_READER: Final = "default"
PLAIN: Final = "minilm"
"""The MiniLM that the tuned encoder was made from, as it was."""

_NO_TOKENS: Final = np.zeros((0, 0), np.float32)


class Reader(Embedder, Protocol):
    """`late` tells how tokens are weighed; None where the model gives no tokens."""

    late: Late | None

    def read(
        self, title: str, section: str, sentences: Sequence[str], questions: Sequence[str] = ()
    ) -> ReadTokens:
        """A passage: vectors of it and of its sentences, and its tokens."""
        ...

    def ask(self, question: str) -> AskedTokens:
        """A question, ready to meet passages."""
        ...

    def knows(self, word: str) -> bool:
        """Whether a word is whole in the model's vocabulary, as the common words are."""
        ...


class PlainReader:
    """Any sentence-transformers model: vectors, and no tokens."""

    late: Late | None = None

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self._embedder = embedder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimension)."""
        return self._embedder.encode(texts)

    def read(
        self, title: str, section: str, sentences: Sequence[str], questions: Sequence[str] = ()
    ) -> ReadTokens:
        """The passage under its headings; each sentence with the nearest heading in front, which
        often names the subject that the sentence calls "it"."""
        whole = "\n".join(part for part in (title, section, " ".join(sentences)) if part)
        lines = [f"{section or title}: {sentence}" for sentence in sentences]
        vectors = self.encode([whole, *lines, *questions])
        own, asked = vectors[1 : len(lines) + 1], vectors[len(lines) + 1 :]
        return ReadTokens(vectors[0], own, asked, _NO_TOKENS, np.zeros(0, np.int16))

    def ask(self, question: str) -> AskedTokens:
        """The question's vector, and no tokens."""
        vectors = self.encode([question])
        nothing = np.zeros(0, np.float32)
        return AskedTokens(vectors[0], _NO_TOKENS, nothing, nothing)

    def knows(self, word: str) -> bool:
        """Whether a word is whole in the model's vocabulary; False where it has none to ask."""
        ask = getattr(self._embedder, "knows", None)
        return bool(ask and ask(word))


def load_reader(
    model: str = DEFAULT_READER, models_dir: Path = MODELS_DIR, threads: int = 1
) -> Reader:
    """`default`, the encoder that comes with the project; `minilm`, the one it was made from; or
    a sentence-transformers model by folder or name. Raises ModelUnavailable.
    """
    if model == DEFAULT_READER:
        return TunedEncoder(FOLDER)
    name = "default" if model == PLAIN else model
    return PlainReader(load_embedder(name, models_dir, threads))
