"""A title for a text that has none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from index.sentences import split_sentences
from index.terms import function_words

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Besides the stop words: what articles say of everything.
_HOLLOW_WORDS = """during between among often offer offers provide provides experience traditional
individuals struggling including particularly various"""
_HOLLOW = frozenset(_HOLLOW_WORDS.split())
_MAX_WORDS = 4


def title_from(texts: Iterable[str], file_stem: str) -> str:
    """The one or two word groups that the text repeats most, else the file's name.

    Long groups count for more: "infusion therapy" is in every sentence that "ketamine infusion
    therapy" is in, and says less.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    spelling: dict[tuple[str, ...], str] = {}
    for text in texts:
        for group in _groups(text):
            key = tuple(word.lower() for word in group)
            counts[key] += 1
            spelling.setdefault(key, " ".join(group))
    ranked = sorted(
        (key for key, count in counts.items() if count > 1),
        key=lambda key: (-counts[key] * len(key) ** 3, key),
    )
    if not ranked:
        return _capital(" ".join(_WORD.findall(file_stem.replace("_", " "))) or file_stem)
    first = ranked[0]
    second = next((key for key in ranked if not set(key) & set(first)), None)
    title = _capital(spelling[first])
    return f"{title}: {_lower(spelling[second])}" if second else title


def _groups(text: str) -> Iterable[tuple[str, ...]]:
    """Runs of two to four telling words, never across punctuation or a common word."""
    plain = function_words() | _HOLLOW
    for sentence in split_sentences(text):
        for chunk in re.split(r"[^\w\s'’-]+", sentence):
            run: list[str] = []
            for word in [*_WORD.findall(chunk), "the"]:
                if word.lower() not in plain:
                    run.append(word)
                    continue
                yield from _parts(run)
                run = []


def _parts(run: list[str]) -> Iterable[tuple[str, ...]]:
    for size in range(2, _MAX_WORDS + 1):
        for start in range(len(run) - size + 1):
            yield tuple(run[start : start + size])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """All words in small letters but those, such as TRD, that are written in capitals."""
    return " ".join(word if word[1:2].isupper() else word.lower() for word in text.split())
