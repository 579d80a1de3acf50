"""The candidates of a question looked at closely: every part of their scores, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.contents import Contents
from index.late import Array, AskedTokens, Late
from index.lexical import AskedWords
from index.ranking import beside_tokens, scores, sentence_scores
from index.spans import Numbers, best_of, rows_of

_BY_TOKENS: Final = 30
"""So many are met token by token, which takes most of the time: those that lead by the rest."""


@dataclass(frozen=True)
class Look:
    """A candidate: its number, its score and what that is made of, the scores of its sentences, and
    the part of the question's words that it holds. `late` is the logit of its best sentence, 0
    where the model gives no tokens."""

    number: int
    score: float
    dense: float
    lexical: float
    asked: float
    late: float
    coverage: float
    sentence_scores: tuple[float, ...]


def look_closely(
    contents: Contents,
    late: Late | None,
    asked: AskedTokens,
    said: AskedWords,
    numbers: NDArray[np.int64],
    most: int,
) -> list[Look]:
    """The best of the candidates, best first, at most `most`; of equal ones the one with the lower
    number leads. `numbers` are rising; only the candidates' own rows are read.
    """
    lexical = contents.lexicon.score(said, numbers)
    whole = contents.rows["passages"].dots(numbers, asked.vector)
    rows, counts = rows_of(contents.sentence_first, numbers)
    near = contents.rows["sentences"].dots(rows, asked.vector)
    dense = np.maximum(whole, best_of(near, counts, -1.0))
    questions, asked_counts = rows_of(contents.question_first, numbers)
    said_so = contents.rows["questions"].dots(questions, asked.vector)
    alike = _shared(best_of(said_so, asked_counts, 0.0), contents.passages.section_of[numbers])
    seen = np.stack([dense, lexical.bm25, alike, lexical.coverage])
    logits, best = near, None
    if late is not None:
        likely = np.sort(_leading(beside_tokens(seen[0], seen[1], seen[2]), max(most, _BY_TOKENS)))
        kept, counts = rows_of(np.append(0, np.cumsum(counts)), likely)
        near, numbers, seen = near[kept], numbers[likely], seen[:, likely]
        tokens, belongs, token_counts = contents.tokens.of_passages(numbers)
        logits = late.logits_of_many(asked, tokens, belongs, token_counts, counts, near)
        best = best_of(logits, counts, 0.0)
    totals = scores(seen[0], seen[1], seen[2], best)
    first = np.cumsum(counts) - counts
    found = []
    for n in _leading(totals, most):
        cosine, bm25, of_question, coverage = seen[:, n].tolist()
        lines = logits[first[n] : first[n] + counts[n]]
        if best is not None:
            lines = sentence_scores(cosine, bm25, lines)
        of_best = 0.0 if best is None else float(best[n])
        parts = (float(totals[n]), cosine, bm25, of_question, of_best, coverage)
        found.append(Look(int(numbers[n]), *parts, tuple(lines.tolist())))
    return found


def _shared(alike: Array, sections: Numbers) -> Array:
    """A question that a section says it answers speaks for each of its passages: of a long answer,
    the question stands with one alone."""
    starts = np.flatnonzero(np.diff(sections, prepend=-1))
    greatest = np.maximum.reduceat(alike, starts)
    return np.repeat(greatest, np.diff(starts, append=len(alike)))


def _leading(values: Array, most: int) -> Numbers:
    """Where the greatest are, at most so many, greatest first; of equal ones the first."""
    return np.argsort(-values, kind="stable")[:most]
