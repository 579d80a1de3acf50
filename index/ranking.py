"""What the parts of a score come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.late import Array

# Chosen on evaluation/questions/development.jsonl; see evaluation/README.md for what each brings.
DENSE_WEIGHT = 0.8
"""Of the cosine beside BM25, where there are no tokens."""
LEXICAL_LOGIT = 2.0
DENSE_LOGIT = 8.0
SOFTNESS = 0.3
"""Of a logit, before it becomes a score: the encoder is surer than it is right."""
ASKED_LOGIT, ASKED_FROM = 24.0, 0.35
"""By its cosine, a question that the document says it answers speaks for the passage, beside what
its sentences do."""
ASKED_ALONE_LOGIT, ASKED_ALONE_FROM = 16.0, 0.72
"""The same where there are no tokens: it counts instead of the sentences, if it says more."""


@dataclass(frozen=True)
class Parts:
    """What speaks for a passage; `near` and `late` have one value a sentence, `late` is None where
    the model gives no tokens."""

    dense: float
    lexical: float
    late: Array | None
    near: Array
    asked: float = 0.0


def score(parts: Parts) -> tuple[float, Array]:
    """The score of a passage and of each of its sentences, from 0 to 1."""
    if parts.late is None:
        plain = DENSE_WEIGHT * parts.dense + (1 - DENSE_WEIGHT) * parts.lexical
        asked = _sigmoid(ASKED_ALONE_LOGIT * (parts.asked - ASKED_ALONE_FROM))
        return max(plain, asked if parts.asked else 0.0), parts.near
    rest = DENSE_LOGIT * (parts.dense - 0.5) + LEXICAL_LOGIT * parts.lexical
    whole = float(parts.late.max()) + rest
    if parts.asked:
        whole += float(np.logaddexp(0, ASKED_LOGIT * (parts.asked - ASKED_FROM)))
    lines = 1 / (1 + np.exp(-SOFTNESS * (parts.late + rest)))
    return _sigmoid(SOFTNESS * whole), np.asarray(lines, dtype=np.float32)


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
