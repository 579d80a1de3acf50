from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.safety.labels import both_of, intent_of
from evaluation.judged import Judged
from evaluation.messages import Message


def message(
    text: str = "x", label: str = "crisis", reason: str = "suicide", **more: Any
) -> Message:
    given = {"language": "en", "file": Path("a.jsonl"), "line": 1, **more}
    return Message(text, label, reason, **given)


def judged(
    label: str, reason: str, got: tuple[str, str] | str, danger: float = 0.0, language: str = "en"
) -> Judged:
    """A message of this label and reason that got a label and reason, `both` or `unclear`."""
    asked = message(f"about {reason}", label, reason, language=language)
    if got == "unclear":
        return Judged(asked, "unclear", "handoff", "unclear", "default", danger)
    if got == "both":
        intent = both_of("acute_other", "suicide")
        return Judged(asked, intent, "emergency", "acute_other", "classifier", danger)
    return Judged(asked, intent_of(*got), *got, "classifier", danger)


SUICIDE = ("crisis", "suicide")
GENERAL = ("general_education", "what_is")
DOSING = ("personal_medical", "dosing")
