"""Ways to tell what a message is, from the same training messages, for the comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer
from tqdm import tqdm

from bot.safety.tune import ENCODER
from index import load_embedder


class Detector(Protocol):
    """What scikit-learn calls a classifier. Texts come normalised."""

    classes_: Sequence[str]

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> object: ...

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (texts, intents), in the order of `classes_`."""
        ...


def detectors(skip_diet: bool) -> Iterator[tuple[str, Detector]]:
    """The contenders with their names, the simplest first; each is made when its turn comes."""
    yield "character n-grams", regression(characters())
    if not skip_diet:
        from evaluation.diet import Diet  # loads TensorFlow

        yield "DIET, sparse features", Diet()
    yield "MiniLM", regression(embedding("default"))
    both = make_union(embedding("default"), characters())
    yield "MiniLM and character n-grams", regression(both)
    if ENCODER.is_dir():
        yield "tuned encoder", regression(embedding(str(ENCODER)))


def regression(features: Any) -> Any:
    """Logistic regression over features, set like the assistant's own classifier."""
    return make_pipeline(features, LogisticRegression(C=10.0, max_iter=300))


def characters() -> Any:
    """TF-IDF of two to five letters in a row, within words."""
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=2, max_features=50_000, sublinear_tf=True
    )


def embedding(model: str) -> Any:
    """Sentence vectors of the embedder of this name or folder."""
    embedder = load_embedder(model)

    def rows(texts: Sequence[str]) -> NDArray[np.float32]:
        bar = tqdm(texts, "embedding", unit="msg", disable=len(texts) < 100, leave=False)
        return np.vstack([embedder.encode([text]) for text in bar])

    return FunctionTransformer(rows)
