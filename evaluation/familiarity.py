"""How like the learnt messages a text is: for telling what is outside all intents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.nlu.intent_model import Array, IntentModel

NEAREST: Final = 5
HELD_OUT: Final = 5
"""One message in so many is held out to see what unseen but familiar messages get."""

Learn = Callable[[NDArray[np.bool_]], IntentModel]
"""A model of the messages chosen."""


@dataclass(frozen=True)
class Familiarity:
    """The best logit and the mean cosine to the nearest examples, each over its deviation.

    `examples` are the vectors learnt from, `spread` the two deviations.
    """

    examples: Array
    spread: Array

    def of(self, logits: Array, vectors: Array) -> Array:
        """Higher is more familiar, shape (texts,)."""
        return np.asarray(parts(logits, vectors, self.examples) @ (1 / self.spread), np.float32)


def parts(logits: Array, vectors: Array, examples: Array) -> Array:
    """Shape (texts, 2): the best logit, and the mean cosine to the nearest examples."""
    nearest = min(NEAREST, len(examples))
    # Row by row, because all cosines at once would take a gigabyte.
    near = [np.partition(examples @ v, -nearest)[-nearest:].mean() for v in vectors]
    return np.column_stack([logits.max(axis=1), near]).astype(np.float32)


def familiarity(
    texts: Sequence[str], vectors: Array, names: Sequence[str], learn: Learn
) -> Familiarity:
    """What examples look like that were not learnt from decides the deviations."""
    held = held_out(names)
    kept = ~held
    held = held if held.any() else kept  # too few examples to spare one
    logits = learn(kept).logits([texts[n] for n in np.flatnonzero(held)], vectors[held])
    spread = parts(logits, vectors[held], vectors[kept]).std(axis=0)
    return Familiarity(vectors, np.maximum(spread, np.float32(1e-3)))


def held_out(names: Sequence[str]) -> NDArray[np.bool_]:
    """Every fifth example, evenly over the intents; none of fewer than five."""
    held = np.zeros(len(names), dtype=bool)
    held[np.argsort(np.asarray(names), kind="stable")[HELD_OUT - 1 :: HELD_OUT]] = True
    return held
