from __future__ import annotations

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import Index, Passage, build
from index import rows as rows_module
from index.builder import fill
from index.contents import load_rows
from index.engines import FaissEngine
from index.late import ReadTokens
from index.reader import Reader

Folder = Callable[[dict[str, str | bytes]], Path]
ROOT = Path(__file__).parents[2]

SLOW_BUILD = """
import os, sys, time
from pathlib import Path
from index import PlainReader, build
from tests.index.conftest import WordEmbedder

class Slow(PlainReader):
    def read(self, *given):
        os.write(1, b"read\\n")
        time.sleep(0.02)
        return super().read(*given)

build(Path(sys.argv[1]), Path(sys.argv[2]), Slow(WordEmbedder()), progress=False, threads=2)
"""


def documents(count: int) -> dict[str, str | bytes]:
    return {
        f"{n:03d}.md": f"# Hill {n}\n\nHill number {n} is what remains of a mountain after rain.\n"
        for n in range(count)
    }


def test_killed_build_leaves_the_old_index_and_the_next_reads_only_the_rest(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    store = tmp_path / "store"
    build(folder(documents(1)), store, words_embedder, progress=False)
    before = Index.open(store, words_embedder).version
    base = folder(documents(150))
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_BUILD, str(base), str(store)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as building:
        assert building.stdout is not None
        for _ in range(100):
            assert building.stdout.readline() == b"read\n"
        building.send_signal(signal.SIGKILL)
    assert Index.open(store, words_embedder).version == before
    report = build(base, store, words_embedder, progress=False)
    assert report.passages == 150
    assert 0 < report.embedded <= 60
    found = Index.open(store, words_embedder).search("hill number 149", 3)
    assert found.passages[0].passage.document == "149.md"
    assert not list((store / "versions").glob("making-*"))


def test_threads_do_not_change_the_index(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    base = folder(documents(100))
    results = []
    for threads in (1, 4):
        store = tmp_path / str(threads)
        build(base, store, words_embedder, progress=False, threads=threads)
        found = Index.open(store, words_embedder).search("mountain hill number 42", 10)
        results.append([(one.passage.passage_id, one.score) for one in found.passages])
    assert results[0] == results[1]


def many(count: int) -> Iterator[Passage]:
    for n in range(count):
        text = f"Hill number {n} is what remains of a mountain."
        yield Passage(f"{n}#0", f"{n}.md", "Hills", "", text, (text,))


def large_readings(passages: Sequence[Passage]) -> Iterator[ReadTokens]:
    """Of 50 kB each."""
    for number in range(len(passages)):
        vector = np.random.default_rng(number).normal(size=64).astype(np.float32)
        vector /= np.linalg.norm(vector)
        tokens = np.full((200, 64), 0.1, np.float32)
        belongs = np.zeros(200, np.int16)
        yield ReadTokens(vector, vector[None], np.zeros((0, 64), np.float32), tokens, belongs)


def test_build_holds_a_few_passages_and_not_all(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        filled = fill(tmp_path, many(1500), large_readings, FaissEngine(), threads=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert filled.passages == 1500
    assert peak < 15_000_000  # the readings are 75 MB


def test_many_vectors_are_kept_small_and_their_recall_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words_embedder: Reader
) -> None:
    monkeypatch.setattr("index.contents.FLAT_MOST", 500)
    filled = fill(tmp_path, many(1500), large_readings, FaissEngine(), threads=1)
    assert filled.recall.keys() == {"passages", "sentences"}
    assert min(filled.recall.values()) > 0.9
    assert (tmp_path / "passages.faiss").exists()
    assert load_rows(tmp_path)["passages"].whole is None
    assert rows_module.FLAT_MOST == 10_000
