"""What of an index its keepers should look at: sentences of two documents that say the same, or
that do not agree; and what visitors asked that no document answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.agreement import difference, says_the_same
from index.errors import GapsUnreadable
from index.passages import Passage
from index.store import Contents

# Sentences are compared with so many nearest ones, from this cosine up.
_NEIGHBOURS = 12
_NEAR = 0.6
_BATCH = 1024


@dataclass(frozen=True)
class Pair:
    """Sentences of two documents; `kind` says what is between them."""

    kind: Literal["same", "number", "negation"]
    one: str
    of_one: Passage
    other: str
    of_other: Passage


@dataclass(frozen=True)
class Gap:
    """A question that was not answered, and how often it was asked."""

    question: str
    count: int


def pairs(contents: Contents) -> list[Pair]:
    """Pairs of sentences that say the same or contradict each other, contradictions first."""
    return sorted(_pairs(contents), key=lambda pair: pair.kind == "same")


def _pairs(contents: Contents) -> Iterator[Pair]:
    sentences = [
        (passage, sentence) for passage in contents.passages for sentence in passage.sentences
    ]
    index = contents.sentence_vectors
    most = min(_NEIGHBOURS, len(sentences))
    for first in range(0, len(sentences), _BATCH):
        count = min(_BATCH, len(sentences) - first)
        cosines, near = index.search(np.asarray(index.reconstruct_n(first, count)), most)
        for row in range(count):
            for cosine, place in zip(cosines[row], near[row], strict=True):
                # Each pair once: the later sentence finds the earlier one.
                if cosine >= _NEAR and 0 <= place < first + row:
                    yield from _compared(sentences[place], sentences[first + row])


def _compared(one: tuple[Passage, str], other: tuple[Passage, str]) -> Iterator[Pair]:
    (of_one, first), (of_other, second) = one, other
    if of_one.document == of_other.document:
        return
    kind = difference(first, second)
    if kind is not None:
        yield Pair(kind, first, of_one, second, of_other)
    elif says_the_same(first, second):
        yield Pair("same", first, of_one, second, of_other)


def read_gaps(path: Path) -> list[Gap]:
    """Questions with their counts, most asked first: a JSON list, or one object a line.

    Raises GapsUnreadable.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = json.loads(text) if text.lstrip().startswith("[") else _lines(text)
        gaps = [Gap(str(one["question"]), int(one.get("count", 1))) for one in values]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise GapsUnreadable(
            f"the questions in {path} cannot be read ({error}); "
            "write them with: python -m desk gaps --json > FILE"
        ) from error
    return sorted(gaps, key=lambda gap: -gap.count)


def _lines(text: str) -> Sequence[Any]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]
