"""Runs of rows: the sentences of a passage, the tokens of a passage, laid end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def rows_of(first: NDArray[Any], numbers: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """The rows of several owners end to end, and how many each has.

    `first`, shape (owners + 1,), tells where the rows of each owner begin.
    """
    begins = first[numbers].astype(np.int64)
    counts = first[numbers + 1].astype(np.int64) - begins
    shift = begins - (np.cumsum(counts) - counts)
    return np.repeat(shift, counts) + np.arange(int(counts.sum())), counts


def owners_of(first: NDArray[Any], rows: NDArray[Any]) -> Numbers:
    """Whose each row is."""
    return np.asarray(np.searchsorted(first, rows, side="right") - 1, np.int64)


def best_of(values: NDArray[np.float32], counts: Numbers, none: float) -> NDArray[np.float32]:
    """The greatest value of each run, shape (owners,); `none` for an empty run."""
    best = np.full(len(counts), none, np.float32)
    filled = counts > 0
    if filled.any():
        starts = (np.cumsum(counts) - counts)[filled]
        best[filled] = np.maximum.reduceat(values, starts)
    return best
