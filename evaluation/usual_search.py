"""The usual ways of search, over the same passages: for comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index import Embedder, Index, Passage, load_embedder

Rank = Callable[[str, str], Sequence[Passage]]
"""Folder and question to passages, best first."""
Scores = Callable[[str, str], NDArray[np.float32]]
"""Folder and question to a score for each passage: higher is better."""


def usual_ways(
    indexes: Mapping[str, Index], embedder: Embedder | None = None
) -> Iterator[tuple[str, Rank]]:
    """BM25 as the library has it, MiniLM over passages in a flat index, and both fused by rank."""
    import bm25s

    passages = {name: list(index.passages) for name, index in indexes.items()}
    texts = {name: [one.text for one in found] for name, found in passages.items()}
    lexical = {}
    for name, all_texts in texts.items():
        lexical[name] = bm25s.BM25()
        lexical[name].index(bm25s.tokenize(all_texts, show_progress=False), show_progress=False)
    embedder = embedder or load_embedder()
    vectors = {name: embedder.encode(all_texts) for name, all_texts in texts.items()}

    def by_words(folder: str, question: str) -> NDArray[np.float32]:
        tokens = bm25s.tokenize(question, return_ids=False, show_progress=False)[0]
        return np.asarray(lexical[folder].get_scores(tokens), np.float32)

    def by_vector(folder: str, question: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = vectors[folder] @ embedder.encode([question])[0]
        return found

    def fused(folder: str, question: str) -> NDArray[np.float32]:
        ranks = [
            np.argsort(np.argsort(-scores, kind="stable"))
            for scores in (by_words(folder, question), by_vector(folder, question))
        ]
        return np.asarray(np.sum([1 / (60 + one) for one in ranks], axis=0), np.float32)

    def five(scores: Scores) -> Rank:
        return lambda folder, question: [
            passages[folder][n] for n in np.argsort(-scores(folder, question), kind="stable")[:5]
        ]

    for way, scores in (("BM25", by_words), ("MiniLM", by_vector), ("both, by rank", fused)):
        yield way, five(scores)
