"""What the intent classifier learns: softmax regressions over sentence vectors and over letters.

Pure: texts, vectors and intents in, a model out; no Rasa. Stored as JSON and plain arrays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_RUNS: Final = (2, 5)
"""The shortest and the longest run of letters."""


@dataclass(frozen=True)
class Options:
    """How to learn.

    `C` is large for little regularisation, over vectors; `letters_C` the same over the TF-IDF of
    two to five letters in a row, of which the commonest `grams` are kept. `letters` weighs what
    the letters say beside the vectors; 0 leaves them out. Logits are divided by `temperature`.
    """

    C: float = 10.0
    letters_C: float = 30.0
    letters: float = 0.5
    grams: int = 20_000
    temperature: float = 1.0
    max_iter: int = 200


@dataclass(frozen=True)
class Letters:
    """Texts to weighted runs of letters, by those that the training texts hold."""

    grams: list[str]
    idf: Array

    def rows(self, texts: Sequence[str]) -> Any:
        """A sparse matrix of shape (texts, grams), for training."""
        from scipy.sparse import csr_matrix

        found = [self.weights(text) for text in texts]
        ends = np.cumsum([0, *(len(places) for places, _ in found)])
        data = np.concatenate([np.zeros(0, np.float32), *(weights for _, weights in found)])
        columns = np.concatenate([np.zeros(0, np.int32), *(places for places, _ in found)])
        return csr_matrix((data, columns, ends), (len(texts), len(self.grams)))

    def weights(self, text: str) -> tuple[NDArray[np.int32], Array]:
        """The places of a text's runs among `grams`, and their weights, of length 1 together.

        The same as scikit-learn's TfidfVectorizer (char_wb, sublinear), which would bring 60 MB
        and a second of imports into the server.
        """
        found = Counter(filter(None, map(self._places.get, _runs(text))))
        places = np.fromiter(found, np.int32, len(found)) - np.int32(1)
        counts = np.fromiter(found.values(), np.float32, len(found))
        weights = (np.log(counts) + 1) * self.idf[places]
        return places, np.asarray(weights / (np.linalg.norm(weights) or 1), np.float32)

    @cached_property
    def _places(self) -> dict[str, int]:
        """From 1 up."""
        return {gram: place for place, gram in enumerate(self.grams, start=1)}


def _runs(text: str) -> Iterator[str]:
    """Runs of letters within words, a blank at either end of each."""
    for word in text.lower().split():
        word = f" {word} "
        for length in range(_RUNS[0], _RUNS[1] + 1):
            yield from (word[n : n + length] for n in range(max(len(word) - length, 0) + 1))
            if length >= len(word):  # once, not again for every longer run
                break


@dataclass(frozen=True)
class IntentModel:
    """A trained model. Texts come normalised, vectors of length 1 in shape (texts, dimension).

    `vector_weights`, `letter_weights` and `bias` end in one column an intent; weight and
    temperature are in them already.
    """

    intents: list[str]
    letters: Letters
    vector_weights: Array
    letter_weights: Array
    bias: Array

    def logits(self, texts: Sequence[str], vectors: Array) -> Array:
        """Shape (texts, intents), in the order of `intents`; `softmax` makes probabilities."""
        found = vectors @ self.vector_weights + self.bias
        for row, text in zip(found, texts, strict=True):
            places, weights = self.letters.weights(text)
            row += weights @ self.letter_weights[places]
        return np.asarray(found, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write intents.json, grams.json and weights.npz."""
        _write(folder / "intents.json", self.intents)
        _write(folder / "grams.json", self.letters.grams)
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez(folder / "weights.npz", idf=self.letters.idf, **arrays)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """The model that `save` wrote."""
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in ("idf", *_ARRAYS)}
        letters = Letters(_read(folder / "grams.json"), arrays.pop("idf"))
        return cls(_read(folder / "intents.json"), letters, **arrays)


_ARRAYS: Final = ("vector_weights", "letter_weights", "bias")


def learn(
    texts: Sequence[str], vectors: Array, names: Sequence[str], options: Options | None = None
) -> IntentModel:
    """The model of these examples; ValueError where they hold fewer than two intents.

    Vectors and letters are learnt apart and their logits added: beside vectors of an encoder that
    was tuned on the same examples, letters learnt together with them would learn nothing.
    """
    options = options or Options()
    intents, wanted = np.unique(np.asarray(names), return_inverse=True)
    if len(intents) < 2:
        raise ValueError("training needs examples of at least two intents; see bot/data/nlu")
    weights, bias = _regression(vectors.astype(np.float32), wanted, options.C, options.max_iter)
    letters = _letters(texts, options)
    letter_weights = np.zeros((len(letters.grams), len(intents)), np.float32)
    if letters.grams:
        rows = letters.rows(texts)
        learnt, constant = _regression(rows, wanted, options.letters_C, options.max_iter)
        letter_weights = learnt * np.float32(options.letters)
        bias = bias + constant * np.float32(options.letters)
    heat = np.float32(1 / options.temperature)
    return IntentModel(
        intents=[str(intent) for intent in intents],
        letters=letters,
        vector_weights=weights * heat,
        letter_weights=letter_weights * heat,
        bias=bias * heat,
    )


def softmax(logits: Array) -> Array:
    """Probabilities, each row adding up to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def _regression(rows: Any, wanted: Any, C: float, max_iter: int) -> tuple[Array, Array]:
    """Weights (features, intents) and bias (intents,) of a softmax regression over dense or
    sparse rows: scikit-learn's LogisticRegression, several times as fast.
    """
    from scipy.optimize import minimize  # for training alone

    truth = np.eye(wanted.max() + 1, dtype=np.float32)[wanted]
    features, scale, columns = rows.shape[1], C * len(wanted), rows.T
    if not isinstance(rows, np.ndarray):
        columns = columns.tocsr()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.astype(np.float32).reshape(features + 1, truth.shape[1])
        found = softmax(np.asarray(rows @ weights[:-1] + weights[-1]))
        missed = np.log(np.maximum(found[truth > 0], 1e-30)).sum(dtype=np.float64)
        slope = weights / scale
        slope[-1] = 0  # the bias is free
        value = float((weights * slope).sum(dtype=np.float64)) / 2 - missed / len(wanted)
        error = (found - truth) / np.float32(len(wanted))
        slope[:-1] += columns @ error
        slope[-1] += error.sum(axis=0)
        return value, slope.ravel().astype(np.float64)

    start = np.zeros((features + 1) * truth.shape[1])
    limits = {"maxiter": max_iter, "gtol": 1e-5}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=limits)
    weights = np.asarray(found.x, dtype=np.float32).reshape(features + 1, -1)
    return weights[:-1], weights[-1]


def _letters(texts: Sequence[str], options: Options) -> Letters:
    if not options.letters:
        return Letters([], np.zeros(0, np.float32))
    from sklearn.feature_extraction.text import TfidfVectorizer  # for training alone

    vectorizer = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=_RUNS,
        sublinear_tf=True,
        dtype=np.float32,
        max_features=options.grams,
    ).fit(texts)
    idf = vectorizer.idf_.astype(np.float32)
    return Letters([str(gram) for gram in vectorizer.get_feature_names_out()], idf)


def _write(file: Path, names: list[str]) -> None:
    file.write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")


def _read(file: Path) -> list[str]:
    return [str(name) for name in json.loads(file.read_text(encoding="utf-8"))]
