"""What of a message is read: its parts, where it is long, so that a danger sign is seen however
much surrounds it; and what was said before it, where it is short and means little by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

WHOLE: Final = 60
"""Words up to which a message is read only as a whole: so much the encoder takes in well."""
WINDOW: Final = 40
"""Words in one part: as many sentences as fit; a longer one is cut with an overlap of a half."""
BRIEF: Final = 8
"""Words up to which a message is read together with what was said before it."""
MOST: Final = 48
"""Parts at most; of a longer text the parts are taken evenly, its first and last among them."""

EARLIER: Final = 3
"""Messages before a short one that it is read with."""
EARLIER_WORDS: Final = 60
"""Of those, the last words are read."""

_SENTENCE_END: Final = re.compile(r"(?<=[.!?…;])\s+|\n+")


def windows(text: str) -> list[str]:
    """The text itself, then its parts where it has more than one."""
    words = text.split()
    if len(words) <= WHOLE:
        return [text]
    parts = [part for sentence in _SENTENCE_END.split(text) for part in _pieces(sentence)]
    parts = _merged(parts)
    if len(parts) < 2:
        return [text]
    if len(parts) > MOST:
        step = (len(parts) - 1) / (MOST - 1)
        parts = [parts[round(step * n)] for n in range(MOST)]
    return [text, *parts]


def in_context(text: str, earlier: Sequence[str]) -> str | None:
    """A brief message behind what the visitor said before; None where it stands for itself."""
    if len(text.split()) > BRIEF or not earlier:
        return None
    before = " ".join(f"{message.rstrip('.')}." for message in earlier[-EARLIER:]).split()
    return " ".join([*before[-EARLIER_WORDS:], text])


def _pieces(sentence: str) -> Iterator[str]:
    words = sentence.split()
    if len(words) <= WINDOW:
        yield " ".join(words)
        return
    half = WINDOW // 2
    for start in range(0, len(words) - half, half):
        yield " ".join(words[start : start + WINDOW])


def _merged(parts: list[str]) -> list[str]:
    """Neighbours joined as long as they fit into one part: a sentence alone may mean little."""
    merged: list[str] = []
    for part in filter(None, parts):
        if merged and len(f"{merged[-1]} {part}".split()) <= WINDOW:
            merged[-1] = f"{merged[-1]} {part}"
        else:
            merged.append(part)
    return merged
