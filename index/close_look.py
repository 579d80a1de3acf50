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
) -> list[Look]:
    """The candidates in the order of their numbers. Only their own rows are read."""
    lexical = contents.lexicon.score(said, numbers)
    whole = contents.rows["passages"].dots(numbers, asked.vector)
    rows, counts = rows_of(contents.sentence_first, numbers)
    near = contents.rows["sentences"].dots(rows, asked.vector)
    dense = np.maximum(whole, best_of(near, counts, -1.0))
    logits = _logits(contents, late, asked, numbers, counts, near)
    questions, asked_counts = rows_of(contents.question_first, numbers)
    said_so = contents.rows["questions"].dots(questions, asked.vector)
    alike = best_of(said_so, asked_counts, 0.0)
    ends = np.cumsum(counts)
    return [
        _look(
            int(number),
            float(dense[n]),
            float(lexical.bm25[n]),
            None if logits is None else logits[end - count : end],
            near[end - count : end],
            float(alike[n]),
            float(lexical.coverage[n]),
        )
        for n, (number, count, end) in enumerate(zip(numbers, counts, ends, strict=True))
    ]


def _look(
    number: int,
    dense: float,
    lexical: float,
    late: Array | None,
    near: Array,
    asked: float,
    coverage: float,
) -> Look:
    best = 0.0 if late is None else float(late.max())
    return Look(number, Parts(dense, lexical, late, near, asked), best, coverage)


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
