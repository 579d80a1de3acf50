"""The candidates of a question looked at closely: every part of their scores, all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.contents import Contents
from index.late import Array, AskedTokens, Late
from index.lexical import AskedWords
from index.ranking import Parts
from index.spans import Numbers, best_of, rows_of


@dataclass(frozen=True)
class Look:
    """A candidate: its number, what its score is made of, the logit of its best sentence (0 where
    the model gives no tokens) and the part of the question's words that it holds."""

    number: int
    parts: Parts
    late: float
    coverage: float


def look_closely(
    contents: Contents,
    late: Late | None,
    asked: AskedTokens,
    said: AskedWords,
    numbers: NDArray[np.int64],
    most: int,
) -> list[Look]:
    """The candidates that may be among the best `most`, in the order of their numbers: not those
    that as many others are as good as in every part of the score, which rises with each part.
    Only the candidates' own rows are read.
    """
    lexical = contents.lexicon.score(said, numbers)
    whole = contents.rows["passages"].dots(numbers, asked.vector)
    rows, counts = rows_of(contents.sentence_first, numbers)
    near = contents.rows["sentences"].dots(rows, asked.vector)
    dense = np.maximum(whole, best_of(near, counts, -1.0))
    logits = _logits(contents, late, asked, numbers, counts, near)
    best = np.zeros_like(dense) if logits is None else best_of(logits, counts, 0.0)
    questions, asked_counts = rows_of(contents.question_first, numbers)
    said_so = contents.rows["questions"].dots(questions, asked.vector)
    alike = best_of(said_so, asked_counts, 0.0)
    first = np.cumsum(counts) - counts
    found = []
    for n in _leading(np.stack([dense, lexical.bm25, best, alike]), most):
        own = slice(int(first[n]), int(first[n] + counts[n]))
        parts = Parts(
            dense=float(dense[n]),
            lexical=float(lexical.bm25[n]),
            late=None if logits is None else logits[own],
            near=near[own],
            asked=float(alike[n]),
        )
        found.append(Look(int(numbers[n]), parts, float(best[n]), float(lexical.coverage[n])))
    return found


def _leading(parts: Array, most: int) -> Numbers:
    """The columns of `parts` that fewer than `most` others equal or surpass in every row; of equal
    ones the first leads."""
    if parts.shape[1] <= most:
        return np.arange(parts.shape[1])
    as_good = np.all(parts[:, :, None] >= parts[:, None, :], axis=0)
    equal = as_good & as_good.T
    ahead = as_good & ~(equal & ~np.tri(len(equal), k=-1, dtype=bool).T)
    return np.asarray(np.flatnonzero(ahead.sum(axis=0) < most), np.int64)


def _logits(
    contents: Contents,
    late: Late | None,
    asked: AskedTokens,
    numbers: NDArray[np.int64],
    counts: Numbers,
    near: Array,
) -> Array | None:
    if late is None:
        return None
    tokens, belongs, token_counts = contents.tokens.of_passages(numbers)
    return late.logits_of_many(asked, tokens, belongs, token_counts, counts, near)
