"""One spelling for the many ways of typing a word, so that disguise does not change a verdict."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Final

_LOOK_ALIKES: Final = str.maketrans(
    "абсдеԁніјкӏмпорԛѕтυѵхуҡԝαβεικνορτχѐіїӀ",
    "a6cdedhijkimnopqstuvxykwabeikvoptxeiil",
)
_LEET: Final = str.maketrans("013457@$!", "oieastasi")
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_INTENT_PREFIX = re.compile(r"^[\s/]*/\s*(?:[\w+-]+\s*(?=\{))?(?:\{[^{}]{0,500}\})?")
_LEET_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]+[0134578@$!]+(?=[^\W\d_])[\w@$!]*", re.UNICODE)
_SPACED_OUT = re.compile(r"\b(?:[^\W\d_][ .\-_*]){3,}[^\W\d_]\b", re.UNICODE)
_LONG_RUN = re.compile(r"(.)\1{2,}")
_PUNCTUATION_RUN = re.compile(r"([!?.,;:*_~\-])\1+")
_BLANKS = re.compile(r"\s+")


def without_intent_prefix(text: str) -> str:
    """The text a visitor meant behind a leading `/intent{...}`, which Rasa would obey.

    A visitor may not choose an intent; what follows the command (or the command's own words,
    where nothing follows) is read like any other message.
    """
    if not text.lstrip().startswith("/"):
        return text
    rest = _INTENT_PREFIX.sub("", text, count=1).strip()
    return rest or text.replace("/", " ").strip() or "?"


def normalise(text: str) -> str:
    """Lower case, plain letters, no markup, no invisible characters, no letter games.

    Accents stay (Spanish needs them; `fold` takes them off). Numbers stay unless they stand
    between letters ("k1ll").
    """
    text = unescape(without_intent_prefix(text))
    if not (text.isascii() and text.isprintable()):  # most are, and have none of this
        text = unicodedata.normalize("NFKC", text)
        kept = (c if unicodedata.category(c) not in ("Cf", "Cc") else _blank(c) for c in text)
        text = "".join(kept)
    text = _MARKUP.sub(" ", text).lower().translate(_LOOK_ALIKES)
    text = text.replace("’", "'").replace("`", "'").replace("“", '"').replace("”", '"')
    text = _SPACED_OUT.sub(lambda m: re.sub(r"[ .\-_*]", "", m.group()), text)
    text = _LEET_WORD.sub(lambda m: m.group().translate(_LEET), text)
    text = _PUNCTUATION_RUN.sub(r"\1", _LONG_RUN.sub(r"\1\1", text))
    return _BLANKS.sub(" ", text).strip()


def fold(text: str) -> str:
    """Normalised text without accents and apostrophes: what the reviewed wordings match."""
    plain = normalise(text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFD", plain)
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return _BLANKS.sub(" ", plain.replace("'", "")).strip()


def _blank(character: str) -> str:
    return " " if character in "\n\r\t\v\f" else ""
