"""Ways to find near vectors: ours and those that FAISS offers ready-made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.nearest import Nearest, open_nearest, recall_of, write_codes
from index.rows import FLAT_MOST, Rows, RowsWriter

Vectors = NDArray[np.float32]
OURS: Final = "ours"
TOP: Final = 10


@dataclass(frozen=True)
class Way:
    """A way to search: seconds to build it, bytes it holds, seconds of a search, recall@10."""

    built: float
    size: int
    p50: float
    recall: float


class Ready:
    """One of FAISS's indexes as it comes."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def nearest(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        """The numbers of the nearest vectors."""
        return np.asarray(self._index.search(vector[None], count)[1][0], np.int64)


def flat(vectors: Vectors) -> Any:
    """All compared."""
    return _factory("Flat", vectors)


def grouped(vectors: Vectors) -> Any:
    """Groups of vectors, an eighth of the groups looked into, a byte a number."""
    index = _factory(f"IVF{int(4 * len(vectors) ** 0.5)},SQ8", vectors)
    index.nprobe = index.nlist // 8
    return index


def graph(vectors: Vectors) -> Any:
    """A graph (HNSW), whole vectors."""
    index = _factory("HNSW32", vectors)
    index.hnsw.efSearch = 128
    return index


def graph_small(vectors: Vectors) -> Any:
    """A graph, a byte a number."""
    index = _factory("HNSW32,SQ8", vectors)
    index.hnsw.efSearch = 128
    return index


READY: Final[Mapping[str, Callable[[Vectors], Any]]] = {
    "flat": flat,
    "IVF, SQ8, an eighth probed": grouped,
    "HNSW32": graph,
    "HNSW32, SQ8": graph_small,
}


def ours(folder: Path, rows: Rows, samples: Vectors, threads: int) -> tuple[Nearest, float, int]:
    """Ours over rows that are written: the search, seconds to build it and bytes it holds."""
    began = time.perf_counter()
    if rows.count > FLAT_MOST:
        write_codes(folder, "passages", rows, samples, threads)
    built = time.perf_counter() - began
    file = folder / "passages.faiss"
    size = file.stat().st_size if file.exists() else rows.count * rows.dimension * 4
    return open_nearest(folder, "passages", rows), built, size


def compare(
    vectors: Vectors, folder: Path, questions: Vectors, samples: Vectors, threads: int
) -> dict[str, Way]:
    """All ways over the same vectors, built one after another and asked in turn."""
    import faiss

    rows = written(folder, [vectors])
    exact = np.argsort(-(questions @ vectors.T), axis=1, kind="stable")[:, :TOP]
    built: dict[str, tuple[Nearest, float, int]] = {OURS: ours(folder, rows, samples, threads)}
    faiss.omp_set_num_threads(threads)
    for name, make in tqdm(READY.items(), "building", unit="way", disable=None):
        began = time.perf_counter()
        index = make(vectors)
        size = faiss.serialize_index(index).nbytes
        built[name] = (Ready(index), time.perf_counter() - began, size)
    faiss.omp_set_num_threads(1)
    taken = timed({name: way for name, (way, _, _) in built.items()}, questions)
    return {
        name: Way(seconds, size, median(taken[name]), recall_of(way, questions, exact))
        for name, (way, seconds, size) in built.items()
    }


def timed(
    ways: Mapping[str, Nearest], questions: Vectors, rounds: int = 3
) -> dict[str, list[float]]:
    """Seconds of every search; every question is asked of all ways before the next comes."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for question in questions:
            for name, way in ways.items():
                began = time.perf_counter()
                way.nearest(question, TOP)
                taken[name].append(time.perf_counter() - began)
    return taken


def written(folder: Path, blocks: Any, count: int | None = None) -> Rows:
    """Vectors as the index keeps them; `count` where the blocks are not a list."""
    folder.mkdir(parents=True, exist_ok=True)
    many = count if count is not None else sum(len(block) for block in blocks)
    writer = RowsWriter(folder, "passages", small=many > FLAT_MOST)
    for block in blocks:
        writer.add(block)
    writer.close()
    return Rows.load(folder, "passages")


def _factory(kind: str, vectors: Vectors) -> Any:
    import faiss

    index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:: max(1, len(vectors) // 50_000)])
    index.add(vectors)
    return index
