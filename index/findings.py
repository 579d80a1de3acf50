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
from index.contents import Contents
from index.errors import GapsUnreadable
from index.passages import Passage
from index.spans import owners_of

# Sentences are compared with so many nearest ones, from this cosine up.
_NEIGHBOURS = 12
_NEAR = 0.6


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
    rows, near = contents.rows["sentences"], contents.nearest["sentences"]
    for first, block in rows.blocks():
        for row, vector in enumerate(block, first):
            # Each pair once: the later sentence finds the earlier one.
            found = near.nearest(vector, _NEIGHBOURS)
            earlier = found[found < row]
            for place in earlier[rows.dots(earlier, vector) >= _NEAR]:
                yield from _compared(_sentence(contents, int(place)), _sentence(contents, row))


def _sentence(contents: Contents, row: int) -> tuple[Passage, str]:
    owner = int(owners_of(contents.sentence_first, np.array(row)))
    passage = contents.passages[owner]
    return passage, passage.sentences[row - int(contents.sentence_first[owner])]


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
