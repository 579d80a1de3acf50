"""Makes a text one that every database, page and terminal can hold."""

from __future__ import annotations

import unicodedata


def clean(text: str) -> str:
    """The text without control characters, line ends and tabs aside, and without halves of
    surrogate pairs. Invisible characters of other kinds stay: the safety gate deals with them.
    """
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
