"""Late interaction: question and passage meet token by token, after each was encoded by itself.

Every token of the question looks for its best match in the heading or in a sentence; how much it
counts, and how good a match must be, the encoder reads off the question. The sum is a logit: that
the sentence answers the question. Nothing of a passage is computed when a question comes.
(Token matching: Khattab and Zaharia 2020, "ColBERT".)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
HEADING = -1
"""What a token of the heading belongs to, instead of a sentence's number."""


@dataclass(frozen=True)
class AskedTokens:
    """A question: `vector` (size,), `tokens` (n, token size), `weight` and `floor` (n,)."""

    vector: Array
    tokens: Array
    weight: Array
    floor: Array


@dataclass(frozen=True)
class ReadTokens:
    """A passage: `vector` (size,), `sentences` (s, size) and `questions` (q, size), those that its
    document says it answers, all of length 1; `tokens` (m, token size) with `belongs` (m,), the
    sentence of each or HEADING, rising.
    """

    vector: Array
    sentences: Array
    questions: Array
    tokens: Array
    belongs: NDArray[np.int16]


@dataclass(frozen=True)
class Late:
    """The two numbers that are not read off the question: of the cosine, and the constant."""

    nearness: float
    bias: float

    def logits(
        self, asked: AskedTokens, tokens: Array, belongs: NDArray[np.int16], sentences: Array
    ) -> Array:
        """For each sentence of a passage, shape (s,), the logit that it answers; a sentence of
        which no token was read matches by its heading.
        """
        counts = np.array([len(belongs)]), np.array([len(sentences)])
        return self.logits_of_many(asked, tokens, belongs, *counts, sentences @ asked.vector)

    def logits_of_many(
        self,
        asked: AskedTokens,
        tokens: Array,
        belongs: NDArray[np.int16],
        token_counts: NDArray[np.int64],
        sentence_counts: NDArray[np.int64],
        near: Array,
    ) -> Array:
        """The same for passages end to end: `token_counts` and `sentence_counts` of each, and the
        cosine of every sentence.
        """
        best = np.full((len(near), len(asked.tokens)), -1.0, np.float32)
        if len(belongs):
            passage = np.repeat(np.arange(len(token_counts)), token_counts)
            starts = np.flatnonzero(np.diff(belongs, prepend=np.int16(-9)) | _changes(passage))
            runs = np.maximum.reduceat(tokens @ asked.tokens.T, starts, axis=0)
            owner, place = belongs[starts], passage[starts]
            first = np.cumsum(sentence_counts) - sentence_counts
            own = (owner >= 0) & (owner < sentence_counts[place])
            best[first[place[own]] + owner[own]] = runs[own]
            heading = np.full((len(token_counts), len(asked.tokens)), -1.0, np.float32)
            heading[place[owner == HEADING]] = runs[owner == HEADING]
            best = np.maximum(best, np.repeat(heading, sentence_counts, axis=0))
        late = (best - asked.floor) @ asked.weight
        return np.asarray(self.nearness * (near - 0.5) + late + self.bias, dtype=np.float32)


def _changes(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    return np.asarray(np.diff(values, prepend=-1) != 0, np.bool_)


def sentence_means(states: Array, belongs: NDArray[np.int16], count: int, whole: Array) -> Array:
    """Vectors of length 1, shape (count, size): the mean over the heading and each sentence;
    `whole` where nothing of a sentence was read.
    """
    vectors = np.tile(whole, (count, 1))
    for number in range(count):
        mine = (belongs == number) | (belongs == HEADING)
        if (belongs == number).any():
            mean = states[mine].mean(axis=0)
            vectors[number] = mean / np.linalg.norm(mean)
    return vectors.astype(np.float32)
