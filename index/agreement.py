"""Whether two sentences say the same, or differ on the same matter: in a number, or in a "not"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.terms import stem, terms

Difference = Literal["number", "negation"]

# Share of common words, of all words of both, from which two sentences say the same ...
_SAME = 0.6
# ... and of common terms from which they are about the same matter; more where only a "not" tells
# them apart, since "people who have not responded" is often said of the same treatment as
# "people who have".
_SAME_MATTER = 0.45
_SAME_BUT_NOT = 0.6
_FEWEST_SHARED = 2

_NEGATION = re.compile(r"\b(?:not|no|never|cannot|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_VALUES = {word: float(value) for value, word in enumerate(_WORDS)} | {
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0, "half": 0.5,
}  # fmt: skip
_MINUTES = {
    "second": 1 / 60, "minute": 1.0, "min": 1.0, "hour": 60.0, "hr": 60.0, "day": 1440.0,
    "week": 10080.0, "month": 43800.0, "year": 525600.0,
}  # fmt: skip
_NUMBER = rf"(?:\d+(?:[.,]\d+)*|\b(?:{'|'.join(_VALUES)})\b)"
_QUANTITY = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|to|or|and)\s*(?P<high>{_NUMBER}))?\s*-?\s*"
    r"(?P<unit>%|percent\b|[a-z]+)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class _Quantity:
    """A number or a range of one unit; spans of time are in minutes."""

    low: float
    high: float
    unit: str


def says_the_same(one: str, other: str) -> bool:
    """Whether two sentences have most words in common and differ neither in a number nor in a
    "not"."""
    first, second = (set(re.findall(r"\w{4,}", text.lower())) for text in (one, other))
    union = first | second
    same = bool(union) and len(first & second) / len(union) >= _SAME
    return same and difference(one, other) is None


def difference(one: str, other: str) -> Difference | None:
    """What two sentences on the same matter differ in; None where they agree or where they are
    about different matters."""
    first, second = _matter(one), _matter(other)
    shared = len(first & second)
    share = shared / max(1, len(first | second))
    if share < _SAME_MATTER or (shared < _FEWEST_SHARED and share < 1):
        return None
    if _numbers_differ(one, other):
        return "number"
    negated = [bool(_NEGATION.search(text)) for text in (one, other)]
    return "negation" if share >= _SAME_BUT_NOT and negated[0] != negated[1] else None


def _matter(text: str) -> set[str]:
    """The terms of a sentence without its numbers and their units."""
    plain = _QUANTITY.sub(lambda found: " " if _unit(found["unit"]) else found[0], text)
    return {term for term in terms(plain) if term not in _VALUES and not term.isdigit()}


def _numbers_differ(one: str, other: str) -> bool:
    """Whether both give a quantity of some unit, and no two of those overlap."""
    first, second = list(_quantities(one)), list(_quantities(other))
    units = {quantity.unit for quantity in first} & {quantity.unit for quantity in second}
    return any(
        not any(
            a.low <= b.high and b.low <= a.high
            for a in first
            for b in second
            if a.unit == b.unit == unit
        )
        for unit in units
    )


def _quantities(text: str) -> Iterator[_Quantity]:
    for found in _QUANTITY.finditer(text):
        unit = _unit(found["unit"])
        if not unit or _YEAR.fullmatch(found["low"]):
            continue
        low = _value(found["low"])
        high = _value(found["high"]) if found["high"] else low
        scale = _MINUTES.get(unit, 1.0)
        unit = "minute" if unit in _MINUTES else unit
        yield _Quantity(min(low, high) * scale, max(low, high) * scale, unit)


def _unit(word: str) -> str:
    """The unit that a word after a number is; empty for a word that is none."""
    if word in ("%", "percent"):
        return "%"
    singular = word.lower().removesuffix("s")
    if singular in _MINUTES or singular in ("mg", "ml", "kg", "mcg", "dose", "session", "time"):
        return singular
    return stem(word.lower()) if terms(word) else ""


def _value(written: str) -> float:
    word = written.lower()
    if word in _VALUES:
        return _VALUES[word]
    plain = re.sub(r"[.,](?=\d{3}\b)", "", word).replace(",", ".")
    return float(plain) if plain.count(".") <= 1 else 0.0
