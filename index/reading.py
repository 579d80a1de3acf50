"""How the encoder reads a passage, its heading in front and each sentence's place known, and a
question that goes on with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Reading:
    """The text to encode, and the (start, end) of each sentence in it, in characters."""

    text: str
    spans: tuple[tuple[int, int], ...]


def reading(title: str, section: str, sentences: Sequence[str]) -> Reading:
    """A passage as it is read; the heading is title and section, told apart from the sentences."""
    heading = ": ".join(part for part in (title, section) if part)
    text = f"{heading}\n" if heading else ""
    spans: list[tuple[int, int]] = []
    for sentence in sentences:
        if spans:
            text += " "
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence
    return Reading(text, tuple(spans))


def going_on(before: str, question: str) -> str:
    """A question behind the one that it goes on with, as the encoder learns to read the two."""
    return f"{before.rstrip(' ?.!')}: {question}"


def sentence_of_tokens(
    offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> NDArray[np.int16]:
    """For each token the number of its sentence, -1 in the heading, -2 for a mark of the model's
    own (offset (0, 0)) or a token between sentences.
    """
    found = np.full(len(offsets), -2, np.int16)
    first = spans[0][0] if spans else 0
    for n, (start, end) in enumerate(offsets):
        if end <= start:
            continue
        if end <= first:
            found[n] = -1
            continue
        for number, (begins, ends) in enumerate(spans):
            if begins <= start < ends:
                found[n] = number
                break
    return found
