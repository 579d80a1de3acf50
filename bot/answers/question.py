"""A visitor's question as the index should read it: what "it" is, is said."""

from __future__ import annotations

import re
from typing import Final

SUBJECT: Final = "ketamine therapy"
_NAMED: Final = re.compile(r"\b(es)?ketamin\w*|\bspravato\b", re.IGNORECASE)
_PRONOUN: Final = re.compile(
    r"\b(it|this|that|these|they|(?:the|this|your) (?:treatment|therapy|medicine|medication|drug"
    r"|infusions?))\b(?!')",
    re.IGNORECASE,
)


def standalone(question: str) -> str:
    """The question with its subject named: in a chat of a ketamine clinic "it" is ketamine.

    A question that names it, or has no such word, is returned as it is.
    """
    return question if _NAMED.search(question) else _PRONOUN.sub(SUBJECT, question, count=1)
