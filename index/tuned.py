"""The encoder that comes with the project: a MiniLM tuned on questions to passages, int8 ONNX."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelUnavailable
from index.late import AskedTokens, Late, ReadTokens, sentence_means
from index.onnx_embedder import open_session, open_tokenizer
from index.reading import reading, sentence_of_tokens

FOLDER: Final = Path(__file__).with_name("encoder")
WEIGHTS: Final = "encoder.onnx"
_QUESTION_TOKENS: Final = 64
_PASSAGE_TOKENS: Final = 256


class TunedEncoder:
    """Behind the Embedder protocol; beside vectors it gives tokens (see index.late). Safe for
    several threads.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        """Raises ModelUnavailable where the folder holds no such encoder."""
        try:
            numbers = json.loads((folder / "late.json").read_text(encoding="utf-8"))
            self.late: Late | None = Late(float(numbers["nearness"]), float(numbers["bias"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(
                f"the encoder in {folder} cannot be loaded: {type(error).__name__}: {error}"
            ) from error
        self._questions = open_tokenizer(folder / "tokenizer.json", _QUESTION_TOKENS)
        self._passages = open_tokenizer(folder / "tokenizer.json", _PASSAGE_TOKENS)
        self._session = open_session(folder / WEIGHTS)
        self.name = "tuned"
        self.fingerprint = _fingerprint(folder)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self._size()), np.float32)
        # One text at a time: int8 scales depend on the whole batch.
        return np.vstack([self._run(self._passages.encode(text), ["vector"])[0] for text in texts])

    def ask(self, question: str) -> AskedTokens:
        """A question, ready to meet passages."""
        given = self._questions.encode(question)
        names = ["vector", "tokens", "weight", "floor"]
        vector, tokens, weight, floor = self._run(given, names)
        return AskedTokens(vector[0], tokens[0], weight[0], floor[0])

    def read(
        self, title: str, section: str, sentences: Sequence[str], questions: Sequence[str] = ()
    ) -> ReadTokens:
        """A passage, ready to be met."""
        read = reading(title, section, sentences)
        given = self._passages.encode(read.text)
        vector, states, tokens = self._run(given, ["vector", "states", "tokens"])
        belongs = sentence_of_tokens(given.offsets, read.spans)
        kept = belongs > -2
        vectors = sentence_means(states[0][kept], belongs[kept], len(sentences), vector[0])
        asked = self.encode(questions)
        return ReadTokens(vector[0], vectors, asked, tokens[0][kept], belongs[kept])

    def knows(self, word: str) -> bool:
        """Whether a word is whole in the model's vocabulary, as the common words are."""
        return self._questions.token_to_id(word) is not None

    def _run(self, given: Any, names: list[str]) -> list[NDArray[np.float32]]:
        feed = {
            "input_ids": np.array([given.ids], np.int64),
            "attention_mask": np.array([given.attention_mask], np.int64),
            "token_type_ids": np.array([given.type_ids], np.int64),
        }
        return list(self._session.run(names, feed))

    def _size(self) -> int:
        return int(self._session.get_outputs()[0].shape[-1])


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (WEIGHTS, "late.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()
