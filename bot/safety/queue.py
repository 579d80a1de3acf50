"""Which messages a person should look at, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.safety.exported import Said
from bot.safety.labels import DANGER, UNCLEAR
from bot.safety.readings import Reader, Reading

NEAR: Final = 0.2
"""A danger whose probability is this close to its threshold, on either side, is worth a look."""
UNSURE: Final = 0.7
"""So is a verdict of the classifier below this confidence."""
CONCERNS: Final = ("danger near its threshold", "not recognised", "low confidence", "clear")
"""Why a message is shown, what matters most first."""


@dataclass(frozen=True)
class Item:
    """A message to be reviewed, and the gate's reading of it."""

    said: Said
    reading: Reading

    @property
    def concern(self) -> str:
        """One of CONCERNS. A danger that a wording found is settled, however near the figure."""
        verdict = self.reading.verdict
        worded = verdict.source == "wording"
        near = self.reading.margin is not None and abs(self.reading.margin) <= NEAR
        if near and not (worded and verdict.label in DANGER):
            return CONCERNS[0]
        if verdict.intent == UNCLEAR:
            return CONCERNS[1]
        return CONCERNS[3] if worded or verdict.confidence >= UNSURE else CONCERNS[2]


def to_review(said: Sequence[Said], reader: Reader, *, everything: bool = False) -> list[Item]:
    """What is worth a person's look, most important first; with `everything` the clear ones, too,
    at the end.
    """
    readings = reader.read([message.text for message in said])
    items = [Item(message, reading) for message, reading in zip(said, readings, strict=True)]
    chosen = [item for item in items if everything or item.concern != CONCERNS[-1]]
    return sorted(chosen, key=_rank)


def _rank(item: Item) -> tuple[int, float]:
    near = item.concern == CONCERNS[0]
    weight = abs(item.reading.margin or 0.0) if near else item.reading.verdict.confidence
    return CONCERNS.index(item.concern), weight
