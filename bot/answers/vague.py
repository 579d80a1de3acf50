"""Questions of a word or two: the one clear question they stand for, or none."""

from __future__ import annotations

import re
from typing import Final

from bot.answers.mentions import is_only
from bot.answers.topics import QUESTIONS

_SUBJECT: Final = re.compile(
    r"(?:(?:about|the|some|any|iv|infusions?|ketamine|therapy|treatments?|info(?:rmation)?|more"
    r"|general|questions?|please|on|i have a|with|of|for|tell me|give me|what|details?)\b\W*)+",
    re.IGNORECASE,
)
_NAMES: Final = re.compile(r"(?:esketamine|spravato)", re.IGNORECASE)
_FEW: Final = 3
"""Words up to which a message may be no question but a catchword."""


def is_open(question: str) -> bool:
    """Whether it names the treatment and nothing about it: "ketamine?", "info please"."""
    text = question.strip(" ?!.,…")
    return len(text.split()) <= _FEW + 1 and _SUBJECT.fullmatch(text) is not None


def widened(question: str, topic: str) -> str | None:
    """The question that a catchword stands for: what it names, else the topic that it was
    recognised as; None for a question in words of its own."""
    text = question.strip(" ?!.,…")
    if not text or len(text.split()) > _FEW or is_open(question):
        return None
    if _NAMES.fullmatch(text):
        return f"What is {text}?"
    if is_only(text, "condition"):
        return f"Is ketamine therapy used for {text}?"
    if is_only(text, "population"):
        return QUESTIONS["adolescents"] if topic == "adolescents" else None
    if is_only(text, "route"):
        return f"How is ketamine given as {text}?"
    return QUESTIONS.get(topic)
