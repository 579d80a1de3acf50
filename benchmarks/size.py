"""Search over 10,000, 100,000 and 1,000,000 passages, beside the alternatives, in one run.

`python -m benchmarks.size` (--data FOLDER) prints tables in Markdown and puts them with pictures
into var/bench; `--write` also into benchmarks/README.md. Real passages are of MedQuAD; what is
beyond them is mixed of them (benchmarks/mixed.py). Takes a quarter of an hour, most of it building;
the real passages are read by the encoder once and kept in var/bench/cache.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from benchmarks import vector_ways
from benchmarks.errors import BenchmarkFailed
from benchmarks.mixed import Mixer
from benchmarks.pages import OUT, lines, put
from benchmarks.public_data import DATA, medquad, passages
from benchmarks.search_rivals import ONE_THREAD, txtai, words
from benchmarks.size_tables import report
from benchmarks.stores import assembled, overlap_of_engines
from benchmarks.vector_ways import Way, written
from index import Passage, load_reader
from index.builder import passage_text
from index.cache import ReadingCache
from index.contents import BM25
from index.lexicon_writer import LexiconWriter
from index.nearest import all_compared, write_codes

REAL: Final = 10_000
SIZES: Final = (10_000, 100_000)
LARGE: Final = 1_000_000
QUESTIONS: Final = 200
BLOCK: Final = "size"


@dataclass(frozen=True)
class Searched:
    """Search over so many passages: seconds of calls by way, and more about ours."""

    calls: Mapping[str, Sequence[float]]
    encoding: Sequence[float]
    built: float
    opened: float
    memory: Mapping[str, int]


@dataclass(frozen=True)
class Large:
    """Vectors and words alone, without encoding, over so many passages."""

    by_vector: Sequence[float]
    by_words: Sequence[float]
    recall: float
    vector_memory: Mapping[str, int]
    memory: Mapping[str, int]
    built: float


@dataclass
class Found:
    """All that a run measured, by number of passages."""

    real: int
    searched: dict[int, Searched] = field(default_factory=dict)
    ways: dict[int, dict[str, Way]] = field(default_factory=dict)
    large: dict[int, Large] = field(default_factory=dict)
    words: dict[int, dict[str, Sequence[float]]] = field(default_factory=dict)
    engines: float = 0.0


@dataclass(frozen=True)
class Plan:
    """How large a run is."""

    data: Path
    out: Path
    real: int = REAL
    sizes: tuple[int, ...] = SIZES
    large: int = LARGE
    questions: int = QUESTIONS
    txtai: bool = True


def measure(plan: Plan) -> Found:
    """Builds and asks everything. Raises BenchmarkFailed."""
    pairs = medquad(plan.data)
    real = list(islice(passages(pair for pair in pairs if not pair.test), plan.real))
    texts = [pair.question for pair in pairs if pair.test][: plan.questions]
    reader = load_reader()
    cache = ReadingCache(plan.out, reader, os.cpu_count() or 1)
    mixer = Mixer(real, cache.read(_shown(real)))
    asked = np.stack([reader.ask(text).vector for text in texts])
    found = Found(len(real))
    for size in plan.sizes:
        folder = plan.out / "size" / str(size)
        found.searched[size] = _search(plan, mixer, folder, size, texts)
        found.words[size] = words(mixer, size, texts, folder)
        found.ways[size] = vector_ways.compare(
            np.concatenate(list(mixer.vector_blocks(size))),
            folder / "vectors",
            asked,
            mixer.vectors[: len(asked)],
            os.cpu_count() or 1,
        )
        _save(found, plan.out)
    found.engines = overlap_of_engines(mixer, plan.sizes[0], texts, plan.out / "size")
    for size in (*plan.sizes, plan.large):
        folder = plan.out / "size" / f"vectors-{size}"
        found.large[size] = _large(mixer, folder, size, texts, asked)
        _save(found, plan.out)
    return found


def _shown(real: Sequence[Passage]) -> Iterator[Passage]:
    from tqdm import tqdm

    return iter(tqdm(real, "real passages", unit="passage", disable=None))


def _search(plan: Plan, mixer: Mixer, folder: Path, size: int, texts: Sequence[str]) -> Searched:
    began = time.perf_counter()
    store = folder / "store"
    assembled(store, mixer.passages(size), lambda _: mixer.readings(size), load_reader())
    built = time.perf_counter() - began
    questions = folder / "questions.json"
    questions.write_text(json.dumps(list(texts)), encoding="utf-8")
    calls: dict[str, Sequence[float]] = {}
    ours = probe("search", store, questions)
    if plan.txtai:
        calls |= txtai(mixer, folder, size, texts)
        # Again after the other, so that both have had the machine as it is now and as it was.
        second = probe("search", store, questions)
        ours["calls"] += second["calls"]
        ours["encoding"] += second["encoding"]
    return Searched(
        {"ours": ours["calls"], **calls},
        ours["encoding"],
        built,
        ours["opened"],
        ours["memory"],
    )


def _large(mixer: Mixer, folder: Path, size: int, texts: Sequence[str], asked: Any) -> Large:
    began = time.perf_counter()
    threads = os.cpu_count() or 1
    rows = written(folder, mixer.vector_blocks(size), size)
    if rows.whole is None:
        write_codes(folder, "passages", rows, mixer.vectors[: len(asked)], threads)
    if not (folder / BM25 / "starts.npy").exists():
        lexicon = LexiconWriter(folder / BM25)
        for passage in mixer.passages(size):
            lexicon.add(passage_text(passage))
        lexicon.finish()
    built = time.perf_counter() - began
    file = folder / "questions.npz"
    np.savez(file, vectors=asked, texts=np.array(texts))
    answers = probe("vectors", folder, file)
    exact = all_compared(rows, asked, vector_ways.TOP)
    shared = [len(np.intersect1d(*both)) for both in zip(answers["found"], exact, strict=True)]
    return Large(
        answers["by_vector"],
        answers["by_words"],
        float(np.mean(shared) / vector_ways.TOP),
        answers["vector_memory"],
        answers["memory"],
        built,
    )


def probe(what: str, where: Path, questions: Path) -> dict[str, Any]:
    """Asks in a process of its own, one thread."""
    command = [sys.executable, "-m", "benchmarks.size_probe", what, str(where), str(questions)]
    done = subprocess.run(
        command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkFailed(f"{' '.join(command[1:])} failed: {done.stderr[-1500:]}")
    return dict(json.loads(done.stdout))


def _save(found: Found, out: Path) -> None:
    """What there is so far, so that a run that is cut off has not been for nothing."""
    (out / "size.md").write_text(report(found) + "\n", encoding="utf-8")


def draw(found: Found, out: Path) -> None:
    """search.png and words.png: time over number of passages."""
    curves: dict[str, tuple[list[float], list[float]]] = {}
    for size, one in found.searched.items():
        for name, seconds in {**one.calls, "ours, encoding alone": one.encoding}.items():
            xs, ys = curves.setdefault(f"{name}, whole call", ([], []))
            xs.append(size)
            ys.append(1000 * median(seconds))
    for size, large in found.large.items():
        for name, seconds in (("vectors", large.by_vector), ("words", large.by_words)):
            xs, ys = curves.setdefault(f"ours, {name} alone", ([], []))
            xs.append(size)
            ys.append(1000 * median(seconds))
    lines(curves, out / "size.png", "passages", "milliseconds, p50")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for tables and pictures")
    parser.add_argument("--write", action="store_true", help="put the tables into the README")
    parser.add_argument("--without-txtai", action="store_true", help="leave txtai out")
    parser.add_argument("--real", type=int, default=REAL, help="real passages")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="whole searches")
    parser.add_argument("--large", type=int, default=LARGE, help="vectors and words alone")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    chosen = parser.parse_args(arguments)
    os.environ.update(ONE_THREAD)
    plan = Plan(
        chosen.data,
        chosen.out,
        chosen.real,
        tuple(chosen.sizes),
        chosen.large,
        chosen.questions,
        not chosen.without_txtai,
    )
    plan.out.mkdir(parents=True, exist_ok=True)
    try:
        found = measure(plan)
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    text = report(found)
    print(text)
    draw(found, plan.out)
    put(text, BLOCK, plan.out, chosen.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
