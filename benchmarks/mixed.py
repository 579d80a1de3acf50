"""More passages than public text has: made by mixing real ones.

A mixed passage has sentences of two real passages on near subjects, with their own vectors and
tokens, all moved a little at random. It is always the same for the same number, so that nothing
has to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.late import HEADING, ReadTokens
from index.passages import Passage

NOISE: Final = 0.3
"""Length of what is added at random to a vector of length 1."""

_NEIGHBOURS: Final = 20
_SENTENCES: Final = 5
_TOKEN_SCALE: Final = np.float32(127)


@dataclass(frozen=True)
class _Mix:
    """Sentences as (passage, sentence) numbers; the first passage gives the title."""

    sentences: tuple[tuple[int, int], ...]
    chance: np.random.Generator


class Mixer:
    """Passages and their readings by number: first the real ones, then mixed ones."""

    def __init__(self, real: Sequence[Passage], readings: Iterator[ReadTokens]) -> None:
        self._real = tuple(real)
        # A byte a number, as the index keeps them: floats of all tokens would fill the memory.
        self._readings = [
            replace(one, tokens=np.rint(one.tokens * _TOKEN_SCALE).astype(np.int8))
            for one in readings
        ]
        self.vectors = np.stack([one.vector for one in self._readings])
        self._near = _neighbours(self.vectors)

    def passages(self, count: int) -> Iterator[Passage]:
        """So many passages."""
        return (self.passage(number) for number in _counted(count, "passages"))

    def readings(self, count: int) -> Iterator[ReadTokens]:
        """What the encoder would have read in them."""
        return (self.reading(number) for number in _counted(count, "readings"))

    def passage(self, number: int) -> Passage:
        if number < len(self._real):
            return self._real[number]
        mix = self._mix(number)
        texts = tuple(self._real[one].sentences[place] for one, place in mix.sentences)
        first = self._real[mix.sentences[0][0]]
        return replace(
            first,
            passage_id=f"mixed-{number}#000",
            document=f"mixed-{number}",
            text=" ".join(texts),
            sentences=texts,
        )

    def reading(self, number: int) -> ReadTokens:
        if number < len(self._real):
            read = self._readings[number]
            return replace(read, tokens=read.tokens.astype(np.float32) / _TOKEN_SCALE)
        mix = self._mix(number)
        own = np.stack([self._readings[one].sentences[place] for one, place in mix.sentences])
        sentences = _moved(own, mix.chance)
        tokens, belongs = self._tokens(mix)
        whole = sentences.mean(axis=0)
        vector = np.asarray(whole / np.linalg.norm(whole), np.float32)
        nothing = np.zeros((0, own.shape[1]), np.float32)
        return ReadTokens(vector, sentences, nothing, tokens, belongs)

    def vector_blocks(self, count: int, size: int = 32_768) -> Iterator[NDArray[np.float32]]:
        """Vectors alone, the real ones first: points between a real one and a near one, moved."""
        chance = np.random.default_rng(1)
        for start in tqdm(range(0, count, size), "vectors", unit="block", disable=None):
            many = min(size, count - start)
            one = chance.integers(len(self.vectors), size=many)
            other = self._near[one, chance.integers(self._near.shape[1], size=many)]
            share = chance.uniform(0.2, 0.8, size=(many, 1)).astype(np.float32)
            mixed = share * self.vectors[one] + (1 - share) * self.vectors[other]
            block = _moved(mixed, chance)
            real = self.vectors[start : start + many]
            block[: len(real)] = real
            yield block

    def _mix(self, number: int) -> _Mix:
        chance = np.random.default_rng((0, number))
        one = int(chance.integers(len(self._real)))
        other = int(self._near[one, chance.integers(self._near.shape[1])])
        places = [(n, m) for n in (one, other) for m in range(len(self._real[n].sentences))]
        chosen = chance.permutation(len(places))[: max(1, min(_SENTENCES, len(places) // 2))]
        return _Mix(tuple(places[place] for place in np.sort(chosen)), chance)

    def _tokens(self, mix: _Mix) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        first = self._readings[mix.sentences[0][0]]
        heading = first.belongs == HEADING
        parts, owners = [first.tokens[heading]], [first.belongs[heading]]
        for number, (one, place) in enumerate(mix.sentences):
            own = self._readings[one].belongs == place
            parts.append(self._readings[one].tokens[own])
            owners.append(np.full(int(own.sum()), number, np.int16))
        tokens = np.concatenate(parts).astype(np.float32) / _TOKEN_SCALE
        return _moved(tokens, mix.chance), np.concatenate(owners)


def _moved(vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    if not vectors.size:
        return vectors
    noise = chance.standard_normal(vectors.shape, np.float32) * (NOISE / vectors.shape[1] ** 0.5)
    moved = vectors + noise
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def _neighbours(vectors: NDArray[np.float32]) -> NDArray[Any]:
    """The numbers of the nearest others of each, shape (n, up to _NEIGHBOURS)."""
    many = min(_NEIGHBOURS + 1, len(vectors))
    found = []
    for start in range(0, len(vectors), 1024):
        cosines = vectors[start : start + 1024] @ vectors.T
        found.append(np.argpartition(-cosines, many - 1, axis=1)[:, :many])
    return np.concatenate(found)


def _counted(count: int, what: str) -> Iterator[int]:
    return iter(tqdm(range(count), what, unit="passage", disable=None))
