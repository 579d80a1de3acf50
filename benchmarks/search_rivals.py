"""Other ways to search over the same passages: txtai in its own environment, and bm25s."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.errors import BenchmarkFailed
from benchmarks.mixed import Mixer
from benchmarks.processes import ROOT
from benchmarks.vector_ways import TOP
from index.builder import passage_text
from index.contents import BM25

TXTAI_PYTHON: Final = ROOT / "var" / "txtai" / "bin" / "python"
ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def txtai(
    mixer: Mixer, folder: Path, size: int, texts: Sequence[str]
) -> dict[str, Sequence[float]]:
    """txtai's search over the same texts and vectors, by vectors alone and with its BM25."""
    file, vectors = folder / "texts.jsonl", folder / "given.npy"
    with file.open("w", encoding="utf-8") as stream:
        for passage in mixer.passages(size):
            stream.write(json.dumps(passage_text(passage)) + "\n")
    np.save(vectors, np.concatenate(list(mixer.vector_blocks(size))))
    taken: dict[str, list[float]] = {"txtai": [], "txtai, hybrid": []}
    with _txtai_process(file, vectors) as ask:
        ask(texts[0], True)
        for text in texts:
            for name, seconds in taken.items():
                seconds.append(ask(text, name != "txtai"))
    return dict(taken)


@contextmanager
def _txtai_process(texts: Path, vectors: Path) -> Iterator[Any]:
    if not TXTAI_PYTHON.exists():
        raise BenchmarkFailed(
            f"{TXTAI_PYTHON} is missing; make it with: make bench-others (or --without-txtai)"
        )
    environ = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": ""}
    command = [
        str(TXTAI_PYTHON),
        str(ROOT / "benchmarks" / "txtai_side.py"),
        str(texts),
        str(vectors),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdin and process.stdout
        stdin, stdout = process.stdin, process.stdout
        if stdout.readline().strip() != "ready":
            raise BenchmarkFailed(f"{command[1]} ended before it was ready; see its message above")

        def ask(text: str, hybrid: bool) -> float:
            stdin.write(json.dumps({"question": text, "hybrid": hybrid}) + "\n")
            stdin.flush()
            return float(json.loads(stdout.readline())["seconds"])

        yield ask
        stdin.close()


def words(
    mixer: Mixer, size: int, texts: Sequence[str], folder: Path
) -> dict[str, Sequence[float]]:
    """BM25 alone: ours beside bm25s with its own tokens."""
    import bm25s

    from index.lexical import Lexicon
    from index.store import current_folder

    library = bm25s.BM25()
    given = [passage_text(passage) for passage in mixer.passages(size)]
    library.index(bm25s.tokenize(given, show_progress=False), show_progress=False)
    version, _ = current_folder(folder / "store")
    ours = Lexicon.load(version / BM25, size)
    taken: dict[str, list[float]] = {"ours": [], "bm25s": []}
    for text in texts:
        began = time.perf_counter()
        ours.best(ours.ask(text), TOP)
        taken["ours"].append(time.perf_counter() - began)
        began = time.perf_counter()
        tokens = bm25s.tokenize([text], return_ids=False, show_progress=False)
        library.retrieve(tokens, k=min(size, TOP), show_progress=False)
        taken["bm25s"].append(time.perf_counter() - began)
    return dict(taken)
