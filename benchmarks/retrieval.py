"""Finding the right answer in public data, beside the usual ways, in one run.

`python -m benchmarks.retrieval` (--data FOLDER) prints tables in Markdown and puts them with a
picture into var/bench; `--write` also into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.errors import BenchmarkFailed
from benchmarks.figures import table
from benchmarks.pages import OUT, bars, put
from benchmarks.public_data import DATA, Pair, medquad, passages, spread, stackfaq
from benchmarks.stores import made
from index import Index, load_embedder, load_reader
from index.builder import passage_text

BLOCK: Final = "retrieval"
TOP: Final = 10
# Several passages of one answer may be among the first.
_PASSAGES: Final = 40
_FUSED: Final = 60
_SEEDS: Final = (0, 1, 2)
OURS: Final = "ours"
PLAIN: Final = "MiniLM, flat index"

Rank = Callable[[str], Sequence[int]]
"""A question to the numbers of answers, best first."""


@dataclass(frozen=True)
class Asked:
    """A question and the number of its answer."""

    question: str
    answer: int


def ndcg(ranks: Sequence[int | None]) -> float:
    """nDCG@10 in percent with one right answer each; a rank is 0 for the best, None for none."""
    gains = [1 / np.log2(2 + rank) if rank is not None and rank < TOP else 0.0 for rank in ranks]
    return float(100 * np.mean(gains))


def first(ranks: Sequence[int | None]) -> float:
    """Recall@1 in percent."""
    return float(100 * np.mean([rank == 0 for rank in ranks]))


def ranks_of(asked: Sequence[Asked], rank: Rank, name: str) -> list[int | None]:
    """Where each question's answer is."""
    found: list[int | None] = []
    for one in tqdm(asked, name, unit="question", disable=None):
        numbers = list(rank(one.question))[:TOP]
        found.append(numbers.index(one.answer) if one.answer in numbers else None)
    return found


def ours(index: Index, pairs: Sequence[Pair]) -> Rank:
    """Our search; an answer stands where its best passage stands."""
    numbers = {pair.name: n for n, pair in enumerate(pairs)}

    def rank(question: str) -> list[int]:
        found = index.search(question, _PASSAGES).passages
        return list(dict.fromkeys(numbers[one.passage.document] for one in found))

    return rank


def usual(texts: Sequence[str], vectors: NDArray[np.float32]) -> dict[str, Rank]:
    """BM25 as bm25s has it, plain MiniLM with a flat index, and both fused by rank."""
    import bm25s
    import faiss

    lexical = bm25s.BM25()
    lexical.index(bm25s.tokenize(list(texts), show_progress=False), show_progress=False)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    embedder = load_embedder()

    def by_words(question: str) -> list[int]:
        tokens = bm25s.tokenize(question, return_ids=False, show_progress=False)[0]
        return [int(n) for n in np.argsort(-lexical.get_scores(tokens), kind="stable")]

    def by_vector(question: str) -> list[int]:
        return [int(n) for n in flat.search(embedder.encode([question]), len(texts))[1][0]]

    def fused(question: str) -> list[int]:
        places = np.zeros(len(texts))
        for numbers in (by_words(question), by_vector(question)):
            places[numbers] += 1 / (_FUSED + np.arange(len(texts)))
        return [int(n) for n in np.argsort(-places, kind="stable")]

    return {"BM25": by_words, PLAIN: by_vector, "rank fusion of both": fused}


def on_medquad(pairs: Sequence[Pair], folder: Path, cache: Path) -> dict[str, float]:
    """nDCG@10 by way."""
    asked = [Asked(pair.question, n) for n, pair in enumerate(pairs)]
    embedder = load_embedder()
    answers = [pair.answer for pair in pairs]
    index = made(folder / "medquad", passages(pairs), load_reader(), cache)
    ways = {
        **usual(answers, embedder.encode(answers)),
        "MiniLM, the topic in front of the text": by_chunk(
            [f"{pair.topic}\n{pair.answer}" for pair in pairs], np.arange(len(pairs))
        ),
        "MiniLM, the same passages as ours, the best counts": by_chunk(*_chunks(pairs)),
        OURS: ours(index, pairs),
    }
    return {name: ndcg(ranks_of(asked, rank, f"MedQuAD, {name}")) for name, rank in ways.items()}


def by_chunk(texts: Sequence[str], owners: NDArray[np.int64]) -> Rank:
    """MiniLM over texts of which each belongs to an answer."""
    embedder = load_embedder()
    vectors = embedder.encode(texts)

    def rank(question: str) -> list[int]:
        order = np.argsort(-(vectors @ embedder.encode([question])[0]), kind="stable")
        return list(dict.fromkeys(int(owner) for owner in owners[order[: TOP * 20]]))

    return rank


def _chunks(pairs: Sequence[Pair]) -> tuple[list[str], NDArray[np.int64]]:
    numbers = {pair.name: n for n, pair in enumerate(pairs)}
    found = list(passages(pairs))
    return [passage_text(one) for one in found], np.array([numbers[p.document] for p in found])


def on_stackfaq(pairs: Sequence[Pair], folder: Path, cache: Path, stored: int) -> dict[str, float]:
    """Recall@1 by way, with so many of the paraphrases stored, the mean over three draws."""
    draws = _SEEDS if stored else _SEEDS[:1]
    found = [_on_draw(pairs, folder / f"{stored}-{seed}", cache, stored, seed) for seed in draws]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def _on_draw(
    pairs: Sequence[Pair], folder: Path, cache: Path, stored: int, seed: int
) -> dict[str, float]:
    chance = random.Random(seed)  # noqa: S311  # draws paraphrases; nothing secret
    kept, asked = [], []
    for number, pair in enumerate(pairs):
        others = chance.sample(pair.others, len(pair.others))
        kept.append(replace(pair, others=tuple(others[:stored])))
        asked += [Asked(text, number) for text in others[stored:]]
    index = made(folder, passages(kept, "question"), load_reader(), cache)
    texts = [text for pair in kept for text in (pair.question, *pair.others)]
    owners = np.array([n for n, pair in enumerate(kept) for _ in (0, *pair.others)])
    whole = [" ".join((pair.question, *pair.others, pair.answer)) for pair in kept]
    embedder = load_embedder()
    ways = {
        **usual(whole, embedder.encode(whole)),
        "MiniLM, questions alone": by_chunk(texts, owners),
        OURS: ours(index, kept),
    }
    name = f"StackFAQ with {stored}"
    return {way: first(ranks_of(asked, rank, f"{name}, {way}")) for way, rank in ways.items()}


def tables(found: Mapping[str, Mapping[str, float]]) -> str:
    """One column a set, one row a way."""
    ways = list(dict.fromkeys(way for column in found.values() for way in column))
    rows = [
        (way, *(f"{column[way]:.1f}" if way in column else "–" for column in found.values()))
        for way in ways
    ]
    return table(("way", *found), rows)


def measure(data: Path, out: Path, most: int | None = None) -> dict[str, dict[str, float]]:
    """All figures; `most` answers of each set, for a short run."""
    cache = out  # readings are kept in its folder "cache"
    questions = [pair for pair in medquad(data) if pair.test]
    faq = stackfaq(data)
    if most:
        questions, faq = spread(questions, most), faq[:most]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        return {
            f"MedQuAD test, {len(questions):,} answers, nDCG@10": on_medquad(
                questions, folder, cache
            ),
            "StackFAQ recall@1, no paraphrase stored": on_stackfaq(faq, folder, cache, 0),
            "StackFAQ recall@1, three stored": on_stackfaq(faq, folder, cache, 3),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for table and picture")
    parser.add_argument("--most", type=int, help="so many answers of each set, for a short run")
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    options = parser.parse_args(arguments)
    try:
        found = measure(options.data, options.out, options.most)
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    text = tables(found)
    print(text)
    bars(found, options.out / "retrieval.png", "percent")
    put(text, BLOCK, options.out, options.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
