"""Words to the terms that questions and passages are compared by.

A term is a stem in small letters, or the one name of a group of synonyms. Words that carry no
content of their own give no term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

SYNONYMS = Path(__file__).with_name("synonyms.txt")
STOPWORDS = Path(__file__).with_name("stopwords.txt")

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_VOWEL = re.compile(r"[aeiouy]")


def terms(text: str) -> list[str]:
    """The terms of a text, in order, with repetitions."""
    return list(_terms(text))


# The sentences of the passages that answer come again and again.
@lru_cache(maxsize=4_000)
def _terms(text: str) -> tuple[str, ...]:
    groups, longest = _synonyms()
    stopped = _stop_stems()
    stems = [(word, stem(word)) for word in words(text)]
    found: list[str] = []
    position = 0
    while position < len(stems):
        for size in range(min(longest, len(stems) - position), 0, -1):
            key = tuple(stemmed for _, stemmed in stems[position : position + size])
            if key in groups:
                found.append(groups[key])
                position += size
                break
        else:
            word, stemmed = stems[position]
            if word not in stopped and stemmed not in stopped:
                found.append(stemmed)
            position += 1
    return tuple(found)


def words(text: str) -> list[str]:
    """Words in small letters without accents; hyphens part words."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).lower())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light stem: endings that change the grammar, and few that change the word."""
    word = word.split("'")[0]
    if len(word) <= 3 or not word.isalpha():
        return word
    for _ in range(2):
        word = _without_ending(word)
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _without_ending(word: str) -> str:
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ness", "ment", "ing", "ed", "ly", "ion", "ive", "er", "or", "al"):
        short = word[: -len(ending)]
        if word.endswith(ending) and len(short) > 3 and _VOWEL.search(short):
            return short[:-1] if short[-1] == short[-2] and short[-1] not in "ls" else short
    return word


@lru_cache(maxsize=1)
def _synonyms() -> tuple[dict[tuple[str, ...], str], int]:
    """Stems of each phrase to the name of its group, and the longest phrase in words."""
    groups = {}
    for phrases in _groups():
        name = "_".join(stem(word) for word in words(phrases[0]))
        for phrase in phrases:
            groups[tuple(stem(word) for word in words(phrase))] = name
    return groups, max(map(len, groups))


def _groups() -> Iterator[list[str]]:
    for line in SYNONYMS.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield [phrase.strip() for phrase in line.split(",")]


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """The words that give no term."""
    lines = STOPWORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def _stop_stems() -> frozenset[str]:
    return function_words() | {stem(word) for word in function_words()}


def synonym_words() -> frozenset[str]:
    """All words that occur in groups of synonyms."""
    return frozenset(word for phrases in _groups() for phrase in phrases for word in words(phrase))
