"""One timed turn."""

from __future__ import annotations

import time

import httpx

from benchmarks.contenders import Contender
from benchmarks.errors import BenchmarkFailed


def timed(contender: Contender, question: str) -> float:
    """Seconds of one turn. Raises BenchmarkFailed unless it ended in an answer."""
    start = time.perf_counter()
    try:
        reply = contender.ask(question)
    except httpx.HTTPError as error:
        raise BenchmarkFailed(f"{contender.name}: {question!r} met {error!r}") from error
    taken = time.perf_counter() - start
    if reply.status_code != 200 or not contender.answered(reply.json()):
        raise BenchmarkFailed(
            f"{contender.name} did not answer {question!r} from the documents, so its times would"
            f" compare with nothing; it said, with status {reply.status_code}: {reply.text[:500]}"
        )
    return taken
