"""Which vectors are nearest to a question's, without comparing all of them where there are many.

    up to FLAT_MOST vectors    all are compared as they are
    up to CODED_MOST           all are compared by codes of 4 bits for every 2 numbers, which takes
                               a 16th of the time; the best of those once more by their rows
    above                      likewise, but only in the nearest of many groups (k-means)

The codes are FAISS's (product quantisation in registers, "fast scan"); the rows are mapped from
disk (index.rows). How many groups are looked into is set when the index is built: as many as it
takes to find the ten nearest of sample questions. Graphs (HNSW) find as much as fast, but take
three times the memory and ten times the building; benchmarks/README.md has the figures.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from index.rows import Array, Rows

if TYPE_CHECKING:
    from faiss import Index as FaissIndex

Numbers = NDArray[np.int64]
CODED_MOST: Final = 200_000
RECALL: Final = 0.99
"""Of the ten nearest, the part that has to be found with the sample questions."""

_NUMBERS_A_CODE: Final = 2
_TRAINED: Final = 16_384
_TRAINED_A_GROUP: Final = 40
_ROUNDS: Final = 10
# Of the groups this part is looked into at the least: real questions lie further from passages
# than samples do.
_FEWEST_GROUPS: Final = 8
# So many times the vectors that are wanted are compared again, and not fewer than some.
_COMPARED_AGAIN: Final = 4
_COMPARED_LEAST: Final = 200
_TOP: Final = 10


class Nearest(Protocol):
    """Finds vectors among one index's passages, sentences or questions."""

    def nearest(self, vector: Array, count: int) -> Numbers:
        """The numbers of the nearest vectors by inner product, nearest first, at most `count`."""
        ...


class Flat:
    """Compares all."""

    def __init__(self, vectors: Array) -> None:
        self._vectors = vectors

    def nearest(self, vector: Array, count: int) -> Numbers:
        """The numbers of the nearest vectors by inner product, nearest first, at most `count`."""
        import faiss

        if not len(self._vectors):
            return np.zeros(0, np.int64)
        many = min(count, len(self._vectors))
        _, found = faiss.knn(vector[None], self._vectors, many, faiss.METRIC_INNER_PRODUCT)
        return np.asarray(found[0], np.int64)


class Coded:
    """Compares codes, then the best of those by their rows."""

    def __init__(self, index: FaissIndex, rows: Rows) -> None:
        self._index, self._rows = index, rows

    def nearest(self, vector: Array, count: int) -> Numbers:
        """The numbers of the nearest vectors by inner product, nearest first, at most `count`."""
        many = min(max(count * _COMPARED_AGAIN, _COMPARED_LEAST), self._rows.count)
        _, found = self._index.search(vector[None], many)
        numbers = found[0][found[0] >= 0]
        dots = self._rows.dots(numbers, vector)
        return np.asarray(numbers[np.argsort(-dots, kind="stable")[:count]], np.int64)


def open_nearest(folder: Path, name: str, rows: Rows) -> Nearest:
    """What serves rows best; raises OSError, ValueError or RuntimeError on damaged files."""
    whole = rows.whole
    if whole is not None:
        return Flat(whole)
    import faiss

    index = faiss.read_index(str(folder / f"{name}.faiss"))
    if index.ntotal != rows.count or index.d != rows.dimension:
        raise ValueError(f"{name}.faiss holds {index.ntotal} vectors, not {rows.count}")
    return Coded(index, rows)


def write_codes(folder: Path, name: str, rows: Rows, questions: Array, threads: int) -> float:
    """Makes NAME.faiss for rows of which there are many; returns the measured recall. The vectors
    have an even number of numbers.

    `questions` are sample vectors to set it by. Holds a part of the vectors only.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        index = _trained(rows, threads)
        for _, block in rows.blocks():
            index.add(block)
        recall = _set_probes(index, rows, questions)
        faiss.write_index(index, str(folder / f"{name}.faiss"))
    finally:
        faiss.omp_set_num_threads(before)
    return recall


def all_compared(rows: Rows, questions: Array, count: int) -> Numbers:
    """The nearest by comparing every row, shape (questions, count), in parts."""
    best = np.full((len(questions), count), -np.inf, np.float32)
    numbers = np.zeros((len(questions), count), np.int64)
    for start, block in rows.blocks():
        scores = np.hstack([best, questions @ block.T])
        places = np.broadcast_to(np.arange(start, start + len(block)), (len(best), len(block)))
        both = np.hstack([numbers, places])
        top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        best, numbers = (np.take_along_axis(each, top, axis=1) for each in (scores, both))
    order = np.argsort(-best, axis=1, kind="stable")
    return np.take_along_axis(numbers, order, axis=1)


def recall_of(nearest: Nearest, questions: Array, exact: Numbers) -> float:
    """The part of the exact nearest that is found among as many."""
    count = exact.shape[1]
    shared = [
        len(np.intersect1d(nearest.nearest(question, count), row))
        for question, row in zip(questions, exact, strict=True)
    ]
    return float(np.mean(shared) / count)


def groups_for(count: int) -> int:
    """About twice the root of the number of vectors, as a power of two."""
    return int(2 ** round(np.log2(2 * np.sqrt(count))))


def _trained(rows: Rows, threads: int) -> Any:
    import faiss

    groups = groups_for(rows.count) if rows.count > CODED_MOST else 0
    codes = f"PQ{rows.dimension // _NUMBERS_A_CODE}x4fs"
    kind = f"IVF{groups},{codes}r" if groups else codes
    index = faiss.index_factory(rows.dimension, kind, faiss.METRIC_INNER_PRODUCT)
    if groups:
        means = faiss.Kmeans(rows.dimension, groups, niter=_ROUNDS, spherical=True)
        means.train(_chosen(rows, groups * _TRAINED_A_GROUP))
        faiss.downcast_index(index.quantizer).add(means.centroids)
    # Hundreds of small problems: threads would wait for each other more than they work.
    faiss.omp_set_num_threads(1)
    index.train(_chosen(rows, _TRAINED))
    faiss.omp_set_num_threads(threads)
    return index


def _chosen(rows: Rows, most: int) -> Array:
    chance = np.random.default_rng(0)
    chosen = chance.choice(rows.count, min(rows.count, most), replace=False)
    return rows.take(np.sort(chosen))


def _set_probes(index: Any, rows: Rows, questions: Array) -> float:
    exact = all_compared(rows, questions, _TOP)
    groups = getattr(index, "nlist", 0)
    probes = groups // _FEWEST_GROUPS
    while True:
        if groups:
            index.nprobe = probes
        recall = recall_of(Coded(index, rows), questions, exact)
        if recall >= RECALL or probes >= groups:
            return recall
        probes = min(2 * probes, groups)
