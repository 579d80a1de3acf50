"""What the gate makes of a message, with the figures that tell how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.safety.labels import DANGER, label_of
from bot.safety.screen import Thresholds, Verdict, judge


@dataclass(frozen=True)
class Reading:
    """A verdict; `danger` is the classifier's highest probability, 0 to 1, of a crisis or an
    emergency over the message and its parts. `margin` is how far it is above the threshold that it
    is held against, below it when negative. Both are None where no classifier was asked.
    """

    verdict: Verdict
    danger: float | None = None
    margin: float | None = None


class Reader(Protocol):
    """Judges messages, each by itself."""

    def read(self, texts: Sequence[str]) -> list[Reading]: ...


class WordingsReader:
    """The reviewed wordings alone, without a trained assistant."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [Reading(judge(text, ())) for text in texts]


def reading_of(
    verdict: Verdict, probabilities: Sequence[Mapping[str, float]], limits: Thresholds
) -> Reading:
    """The reading behind a verdict; `probabilities` of the whole message and then of its parts."""
    if not probabilities:
        return Reading(verdict)
    dangers = [danger_of(row) for row in probabilities]
    parts = [danger - limits.part for danger in dangers[1:]]
    return Reading(verdict, max(dangers), max([dangers[0] - limits.danger, *parts]))


def danger_of(probabilities: Mapping[str, float]) -> float:
    """The probability of a crisis or an emergency."""
    return sum(p for intent, p in probabilities.items() if label_of(intent)[0] in DANGER)
