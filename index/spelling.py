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
        self._by_initial: dict[str, list[str]] = {}
        for word in sorted(self._vocabulary):
            if len(word) >= _SHORTEST - 1:
                self._by_initial.setdefault(word[0], []).append(word)

    def corrected(self, text: str) -> str:
        """The text with misspelt words replaced, the rest as it was."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if len(word) < _SHORTEST or word in self._vocabulary or self._knows(word):
            return written
        best, best_distance = written, 2 if len(word) < _TWO_ERRORS_FROM else 3
        # First letters are seldom wrong, and keeping to them spares most of the comparisons.
        for candidate in self._by_initial.get(word[0], ()):
            if abs(len(candidate) - len(word)) < best_distance:
                distance = edit_distance(word, candidate, best_distance - 1)
                if distance < best_distance:
                    best, best_distance = candidate, distance
        return best


def edit_distance(first: str, second: str, limit: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour; limit + 1 where it is more."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        above, row = row, [i]
        for j, other in enumerate(second, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before = above
    return row[-1]
