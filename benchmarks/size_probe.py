"""Asks a stored index in a process of its own, so that its memory is its own.

`python -m benchmarks.size_probe vectors FOLDER QUESTIONS.npz` or `search STORE QUESTIONS.json`
prints one JSON object: seconds of every search, and bytes of memory.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from index import Index, load_reader
from index.contents import BM25
from index.lexical import Lexicon
from index.nearest import open_nearest
from index.rows import Rows

TOP: Final = 10
_ROUNDS: Final = 3


def memory() -> dict[str, int]:
    """Bytes of this process's own memory and of mapped files that it has touched."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines if line.startswith("Rss"))
    return {
        "own": int(found["RssAnon"].split()[0]) * 1024,
        "mapped": int(found["RssFile"].split()[0]) * 1024,
    }


def vectors(folder: Path, file: Path) -> dict[str, Any]:
    """Near vectors and BM25 without encoding, over the same number of passages."""
    import faiss

    faiss.omp_set_num_threads(1)
    given = np.load(file, allow_pickle=False)
    questions, texts = given["vectors"], [str(text) for text in given["texts"]]
    faiss.knn(questions[:1], questions, 1)
    before = memory()
    rows = Rows.load(folder, "passages")
    nearest = open_nearest(folder, "passages", rows)
    found = [nearest.nearest(question, TOP).tolist() for question in questions]
    by_vector = _timed(questions, lambda one: nearest.nearest(one, TOP))
    with_vectors = memory()
    lexicon = Lexicon.load(folder / BM25, rows.count)
    by_words = _timed(texts, lambda text: lexicon.best(lexicon.ask(text), TOP))
    return {
        "found": found,
        "by_vector": by_vector,
        "by_words": by_words,
        "vector_memory": {name: with_vectors[name] - before[name] for name in before},
        "memory": {name: value - before[name] for name, value in memory().items()},
    }


def search(store: Path, file: Path) -> dict[str, Any]:
    """Whole search calls, and the encoding of the question alone."""
    reader = load_reader()
    texts = json.loads(file.read_text(encoding="utf-8"))
    reader.ask(texts[0])
    before = memory()
    began = time.perf_counter()
    index = Index.open(store, reader)
    opened = time.perf_counter() - began
    for text in texts:
        index.search(text)
    calls, encoding = [], []
    for text in texts * _ROUNDS:
        calls += _timed([text], index.search, rounds=1)
        encoding += _timed([text], reader.ask, rounds=1)
    return {
        "calls": calls,
        "encoding": encoding,
        "opened": opened,
        "memory": {name: value - before[name] for name, value in memory().items()},
    }


def _timed(
    asked: Sequence[Any], ask: Callable[[Any], object], rounds: int = _ROUNDS
) -> list[float]:
    taken = []
    for one in list(asked) * rounds:
        began = time.perf_counter()
        ask(one)
        taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    what, where, questions = sys.argv[1:]
    found = {"vectors": vectors, "search": search}[what](Path(where), Path(questions))
    print(json.dumps(found))
