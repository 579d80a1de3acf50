"""What the intent classifier learns: a softmax regression over sentence vectors and letters.

Pure: texts, vectors and intents in, a model out; no Rasa. Stored as JSON and plain arrays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Array = NDArray[np.float32]

_RUNS: Final = (2, 5)
"""The shortest and the longest run of letters."""
_NEAREST: Final = 5
_HELD_OUT: Final = 5
"""One example in so many is held out to see what scores unseen but familiar messages get."""


@dataclass(frozen=True)
class Options:
    """How to learn.

    `C` is large for little regularisation. `characters` weighs the TF-IDF of two to five letters
    in a row (length 1) against the sentence vector (length 1 too); 0 leaves it out. `grams` is how
    many different such runs of letters are kept, the commonest.
    """

    C: float = 10.0
    max_iter: int = 200
    characters: float = 0.6
    grams: int = 20_000


@dataclass(frozen=True)
class Letters:
    """Texts to weighted runs of letters, by those that the training texts hold."""

    grams: list[str]
    idf: Array

    def rows(self, texts: Sequence[str]) -> Any:
        """A sparse matrix of shape (texts, grams).

        The same as scikit-learn's TfidfVectorizer (char_wb, sublinear), which would bring 60 MB
        and a second of imports into the server.
        """
        places, values, ends = [], [], [0]
        for text in texts:
            found = Counter(filter(None, map(self._places.get, _runs(text))))
            place = np.fromiter(found, np.int32, len(found)) - 1
            count = np.fromiter(found.values(), np.float32, len(found))
            value = (np.log(count) + 1) * self.idf[place]
            places.append(place)
            values.append(value / (np.linalg.norm(value) or 1))
            ends.append(ends[-1] + len(found))
        data = np.concatenate(values or [np.zeros(0)]).astype(np.float32)
        columns = np.concatenate(places or [np.zeros(0, np.int32)])
        return csr_matrix((data, columns, ends), (len(texts), len(self.grams)))

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

    `vector_weights`, `letter_weights` and `bias` end in one column an intent. `examples` are the
    vectors learnt from; `spread` the deviations of the two parts of the familiarity score, and
    `usual` the scores of held-out examples in rising order.
    """

    intents: list[str]
    letters: Letters
    vector_weights: Array
    letter_weights: Array
    bias: Array
    examples: Array
    spread: Array
    usual: Array

    def logits(self, texts: Sequence[str], vectors: Array) -> Array:
        """Shape (texts, intents), in the order of `intents`; `softmax` makes probabilities."""
        rows = self.letters.rows(texts)
        # Row by row over the few weights that count: a product of the matrices would first copy
        # all weights, where they are not stored in the order it likes.
        letters = [
            rows.data[start:end] @ self.letter_weights[rows.indices[start:end]]
            for start, end in pairwise(rows.indptr)
        ]
        found = vectors @ self.vector_weights + self.bias
        return np.asarray(found + np.reshape(letters, found.shape), dtype=np.float32)

    def familiarity(self, logits: Array, vectors: Array) -> Array:
        """How like the learnt messages each text is, from 0 to 1, shape (texts,).

        0.05 means: of messages that belong to the learnt intents, 5 in 100 look as strange.
        """
        scores = _scores(logits, vectors, self.examples) @ (1 / self.spread)
        ranks = np.searchsorted(self.usual, scores, side="right")
        return np.asarray(ranks / len(self.usual), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write intents.json, grams.json and weights.npz."""
        _write(folder / "intents.json", self.intents)
        _write(folder / "grams.json", self.letters.grams)
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays["examples"] = self.examples.astype(np.float16)
        np.savez(folder / "weights.npz", idf=self.letters.idf, **arrays)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """The model that `save` wrote."""
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in ("idf", *_ARRAYS)}
        letters = Letters(_read(folder / "grams.json"), arrays.pop("idf"))
        return cls(_read(folder / "intents.json"), letters, **arrays)


_ARRAYS: Final = ("vector_weights", "letter_weights", "bias", "examples", "spread", "usual")


def learn(
    texts: Sequence[str], vectors: Array, names: Sequence[str], options: Options | None = None
) -> IntentModel:
    """The model of these examples; ValueError where they hold fewer than two intents."""
    options = options or Options()
    intents, wanted = np.unique(np.asarray(names), return_inverse=True)
    if len(intents) < 2:
        raise ValueError("training needs examples of at least two intents; see bot/data/nlu")
    letters = _letters(texts, options)
    rows, vectors = letters.rows(texts) * options.characters, vectors.astype(np.float32)
    dimension = vectors.shape[1]
    start = np.zeros((dimension + len(letters.grams) + 1, len(intents)), np.float32)

    held = _held_out(wanted)
    kept = ~held
    weights = _regression(vectors[kept], rows[kept], wanted[kept], start, options)
    held = held if held.any() else kept  # too few examples to spare one
    scores = _scores(_logits(vectors[held], rows[held], weights), vectors[held], vectors[kept])
    spread = np.maximum(scores.std(axis=0), 1e-3)

    weights = _regression(vectors, rows, wanted, weights, options)
    return IntentModel(
        intents=[str(intent) for intent in intents],
        letters=letters,
        vector_weights=weights[:dimension],
        letter_weights=weights[dimension:-1] * np.float32(options.characters),
        bias=weights[-1],
        examples=vectors,
        spread=spread,
        usual=np.sort(scores @ (1 / spread)),
    )


def softmax(logits: Array) -> Array:
    """Probabilities, each row adding up to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def _held_out(wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Every fifth example, evenly over the intents; none of fewer than five."""
    held = np.zeros(len(wanted), dtype=bool)
    held[np.argsort(wanted, kind="stable")[_HELD_OUT - 1 :: _HELD_OUT]] = True
    return held


def _regression(vectors: Array, rows: Any, wanted: Any, start: Array, options: Options) -> Array:
    """Weights of shape (dimension + grams + 1, intents), the bias last, from a start.

    The same as scikit-learn's LogisticRegression, but several times as fast: there, dense vectors
    beside sparse rows must be turned into sparse ones.
    """
    from scipy.optimize import minimize  # for training alone

    dimension, scale = vectors.shape[1], options.C * len(wanted)
    truth = np.eye(start.shape[1], dtype=np.float32)[wanted]
    columns = rows.T.tocsr()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.astype(np.float32).reshape(start.shape)
        found = softmax(_logits(vectors, rows, weights))
        missed = np.log(np.maximum(found[truth > 0], 1e-30)).sum(dtype=np.float64)
        slope = weights / scale
        slope[-1] = 0  # the bias is free
        value = float((weights * slope).sum(dtype=np.float64)) / 2 - missed / len(wanted)
        error = (found - truth) / np.float32(len(wanted))
        slope[:dimension] += vectors.T @ error
        slope[dimension:-1] += columns @ error
        slope[-1] += error.sum(axis=0)
        return value, slope.ravel().astype(np.float64)

    limits = {"maxiter": options.max_iter, "gtol": 1e-5}
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=limits)
    return np.asarray(found.x, dtype=np.float32).reshape(start.shape)


def _logits(vectors: Array, rows: Any, weights: Array) -> Array:
    dimension = vectors.shape[1]
    found = vectors @ weights[:dimension] + rows @ weights[dimension:-1] + weights[-1]
    return np.asarray(found, dtype=np.float32)


def _scores(logits: Array, vectors: Array, examples: Array) -> Array:
    """Shape (texts, 2): the best logit, and the mean cosine to the nearest examples."""
    nearest = min(_NEAREST, len(examples))
    # Row by row, because all cosines at once would take a gigabyte in training.
    near = [np.partition(examples @ v, -nearest)[-nearest:].mean() for v in vectors]
    return np.column_stack([logits.max(axis=1), near]).astype(np.float32)


def _letters(texts: Sequence[str], options: Options) -> Letters:
    if not options.characters:
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
