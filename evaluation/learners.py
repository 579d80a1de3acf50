"""Ways to learn intents from messages, for the public benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bot.nlu.intent_model import IntentModel, Options, learn
from bot.safety.normalise import normalise
from evaluation.familiarity import familiarity
from index import Embedder

Labelled = Sequence[tuple[str, str]]
"""Texts with their intents."""


@dataclass(frozen=True)
class Guesses:
    """One intent a message, and how familiar the message seems: higher is more."""

    intents: NDArray[np.str_]
    familiarity: NDArray[np.float64]


Guess = Callable[[Sequence[str]], Guesses]
Train = Callable[[Labelled], Guess]


class Vectors:
    """Sentence vectors of normalised texts, each made once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._made: dict[str, NDArray[np.float32]] = {}

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._made]
        for text in tqdm(new, "embedding", unit="msg", leave=False, disable=None):
            self._made[text] = self._embedder.encode([text])[0]
        return np.vstack([self._made[text] for text in texts])


def regression(messages: Labelled, vectors: Vectors, c: float) -> Guess:
    """Plain logistic regression over vectors, which has nothing but its best logit to tell the
    unfamiliar by."""
    model = _learnt(messages, vectors, Options(C=c, letters=0))

    def guess(texts: Sequence[str]) -> Guesses:
        plain = [normalise(text) for text in texts]
        logits = model.logits(plain, vectors.of(plain))
        best = logits.max(axis=1).astype(np.float64)
        return Guesses(np.array(model.intents)[logits.argmax(axis=1)], best)

    return guess


def component(messages: Labelled, vectors: Vectors, options: Options) -> Guess:
    """The assistant's component, with the familiarity of `evaluation.familiarity`."""
    model = _learnt(messages, vectors, options)
    texts, names = [normalise(text) for text, _ in messages], [name for _, name in messages]
    known = familiarity(
        texts,
        vectors.of(texts),
        names,
        lambda chosen: _learnt(list(compress(messages, chosen)), vectors, options),
    )

    def guess(texts: Sequence[str]) -> Guesses:
        plain = [normalise(text) for text in texts]
        rows = vectors.of(plain)
        logits = model.logits(plain, rows)
        familiar = known.of(logits, rows).astype(np.float64)
        return Guesses(np.array(model.intents)[logits.argmax(axis=1)], familiar)

    return guess


def _learnt(messages: Labelled, vectors: Vectors, options: Options) -> IntentModel:
    texts = [normalise(text) for text, _ in messages]
    return learn(texts, vectors.of(texts), [intent for _, intent in messages], options)


def diet(messages: Labelled, epochs: int) -> Guess:
    """DIET on Rasa's default features; the unfamiliar by its confidence."""
    from evaluation.diet import Diet  # loads TensorFlow

    detector = Diet(epochs)
    detector.fit([text for text, _ in messages], [intent for _, intent in messages])

    def guess(texts: Sequence[str]) -> Guesses:
        found = detector.predict_proba(texts)
        return Guesses(np.array(detector.classes_)[found.argmax(axis=1)], found.max(axis=1))

    return guess
