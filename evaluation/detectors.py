"""Ways to tell what a message is, from the same training messages, for the comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Final, Protocol

import numpy as np
import yaml
from numpy.typing import NDArray
from tqdm import tqdm

from bot.nlu.intent_model import Options, learn, softmax
from bot.safety.tune import ENCODER
from evaluation.messages import ROOT
from index import load_embedder

CONFIG: Final = ROOT / "config.yml"
CLASSIFIER: Final = "bot.nlu.intent_classifier.SentenceIntentClassifier"
_MINILM: Final = "default"
_TUNED: Final = str(ROOT / ENCODER)

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors of shape (texts, dimension)."""


class Detector(Protocol):
    """What scikit-learn calls a classifier. Texts come normalised."""

    classes_: Sequence[str]

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> object: ...

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (texts, intents), in the order of `classes_`."""
        ...


class Regression:
    """The assistant's intent model over an encoder's vectors, over letters, or over both."""

    classes_: Sequence[str] = ()

    def __init__(self, encode: Encode, options: Options) -> None:
        self._encode, self._options = encode, options

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> Regression:
        self._model = learn(texts, self._encode(texts), intents, self._options)
        self.classes_ = self._model.intents
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (texts, intents), in the order of `classes_`."""
        found = softmax(self._model.logits(texts, self._encode(texts)))
        return np.asarray(found, dtype=np.float64)


def no_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """For a model of letters alone."""
    return np.zeros((len(texts), 0), np.float32)


def encoder(model: str) -> Encode:
    """Sentence vectors of the embedder of this name or folder. What is read as one of many, as
    training messages are, is read once; a single message always anew, because it may be timed."""
    embedder = load_embedder(model)
    known: dict[str, NDArray[np.float32]] = {}

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        if len(texts) == 1:
            return embedder.encode(texts)
        for text in tqdm(texts, "embedding", unit="msg", leave=False, disable=None):
            if text not in known:
                known[text] = embedder.encode([text])[0]
        return np.vstack([known[text] for text in texts])

    return encode


def assistant_options() -> Options:
    """How the assistant's own classifier learns, from config.yml."""
    pipeline = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["pipeline"]
    given = next(part for part in pipeline if part["name"] == CLASSIFIER)
    known = {field.name for field in fields(Options)}
    return Options(**{name: value for name, value in given.items() if name in known})


def detectors(diet_epochs: int) -> Mapping[str, tuple[str, Callable[[], Detector]]]:
    """Names and ways to make them, by the key for `--only`, the simplest first."""
    own, once = assistant_options(), cache(encoder)
    vectors_only, letters_only = Options(letters=0), Options(letters=1)
    tuned_only = Options(C=own.C, letters=0, temperature=own.temperature)
    return {
        "letters": ("character n-grams", lambda: Regression(no_vectors, letters_only)),
        "diet": (f"DIET, sparse features, {diet_epochs} epochs", lambda: _diet(diet_epochs)),
        "minilm": ("MiniLM", lambda: Regression(once(_MINILM), vectors_only)),
        "both": ("MiniLM and character n-grams", lambda: Regression(once(_MINILM), Options())),
        "tuned": ("tuned encoder", lambda: Regression(once(_TUNED), tuned_only)),
        "component": (
            "tuned encoder and character n-grams: the assistant's component",
            lambda: Regression(once(_TUNED), own),
        ),
    }


def _diet(epochs: int) -> Detector:
    from evaluation.diet import Diet  # loads TensorFlow

    return Diet(epochs)
