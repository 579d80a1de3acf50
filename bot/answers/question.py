"""A visitor's question as the index should read it: what "it" is, is said."""

from __future__ import annotations

import re
from typing import Final

SUBJECT: Final = "ketamine therapy"
_NAMED: Final = re.compile(r"\b(es)?ketamin\w*|\bspravato\b|\bket\b|\bk(?=\s+therapy)", re.IGNORECASE)
_PRONOUN: Final = re.compile(
    r"\b(it|this|that|these|they|(?:the|this|your) (?:treatment|therapy|medicine|medication|drug"
    r"|infusions?))\b(?!')",
    re.IGNORECASE,
)


def standalone(question: str) -> str:
    """The question with its subject named: in a chat of a ketamine clinic "it" is ketamine.

    A question that names it is returned as it is; one without any pronoun gets the subject in
    front, as a heading would.
    """
    if _NAMED.search(question):
        return question
    named, count = _PRONOUN.subn(SUBJECT, question, count=1)
    return named if count else f"{SUBJECT}: {question}"
