"""What the parts of a score come to."""

from __future__ import annotations

from typing import Any

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


def scores(dense: Array, lexical: Array, asked: Array, late: Array | None) -> Array:
    """The scores of passages, 0 to 1, by arrays of shape (passages,): the cosine to each or to its
    nearest sentence, BM25, the cosine to a question that its document says it answers, 0 without
    one, and the logit of its best sentence, None where the model gives no tokens."""
    if late is not None:
        return _sigmoid(SOFTNESS * (late + beside_tokens(dense, lexical, asked)))
    plain = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * lexical
    said_so = _sigmoid(ASKED_ALONE_LOGIT * (asked - ASKED_ALONE_FROM))
    return np.asarray(np.maximum(plain, said_so * (asked != 0)))


def beside_tokens(dense: Array, lexical: Array, asked: Array) -> Array:
    """The logits of what speaks for passages beside their tokens."""
    said_so = np.logaddexp(0, ASKED_LOGIT * (asked - ASKED_FROM))
    return np.asarray(_of_both(dense, lexical) + said_so * (asked != 0))


def sentence_scores(dense: float, lexical: float, late: Array) -> Array:
    """The scores of one passage's sentences, 0 to 1, by their logits."""
    return _sigmoid(SOFTNESS * (late + _of_both(dense, lexical)))


def _of_both(dense: Any, lexical: Any) -> Any:
    return DENSE_LOGIT * (dense - 0.5) + LEXICAL_LOGIT * lexical


def _sigmoid(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-logits)))
