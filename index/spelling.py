"""Takes misspelt words of a question for the words of the documents that they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[^\W\d_]+")
# One wrong letter makes another word of a short one, so short words are left alone.
_SHORTEST, _TWO_ERRORS_FROM = 5, 8


class Spelling:
    """Corrects towards a vocabulary of words in small letters.

    `knows` says whether a word is a word of the language: such a word is what was meant, also
    when no document has it. Without it a word must be further off to be left alone.
    """

    def __init__(self, vocabulary: Iterable[str], knows: Callable[[str], bool] | None) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._knows = knows or (lambda word: False)
        self._alike: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._vocabulary):
            if len(word) >= _SHORTEST - 1:
                self._alike.setdefault((word[0], len(word)), []).append(word)

    def corrected(self, text: str) -> str:
        """The text with misspelt words replaced, the rest as it was."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if len(word) < _SHORTEST or word in self._vocabulary or self._knows(word):
            return written
        most = 1 if len(word) < _TWO_ERRORS_FROM else 2
        return self._nearest(word, most) or written

    def _nearest(self, word: str, most: int) -> str | None:
        """The vocabulary's nearest word, at most so many letters off; the first of equals."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        # First letters are seldom wrong, and keeping to them spares most of the comparisons.
        lengths = range(len(word) - most, len(word) + most + 1)
        candidates = [one for size in lengths for one in self._alike.get((word[0], size), ())]
        found = extractOne(word, candidates, scorer=OSA.distance, score_cutoff=most)
        return min(self._as_near(word, candidates, int(found[1]))) if found else None

    def _as_near(self, word: str, candidates: Iterable[str], distance: int) -> list[str]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract_iter

        near = extract_iter(word, candidates, scorer=OSA.distance, score_cutoff=distance)
        return [found for found, _, _ in near]


def edit_distance(first: str, second: str, limit: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour; limit + 1 where it is more."""
    from rapidfuzz.distance import OSA

    return int(OSA.distance(first, second, score_cutoff=limit))
