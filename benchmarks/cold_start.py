"""From nothing running to the first answer: ours side by side, stock parts one after another."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tqdm import tqdm

from benchmarks import processes, stock
from benchmarks.contenders import Contender, OursOverDesk, StockOverRest
from benchmarks.questions import QUESTIONS
from benchmarks.timing import timed

REPEATS: Final = 3
OURS: Final = "ours, parts side by side"
STOCK: Final = "stock, one part after the other"


def measure(
    bot: Path | None, texts: frozenset[str] = frozenset(), repeats: int = REPEATS
) -> dict[str, float]:
    """Median seconds by way of starting; `bot` is the folder of a trained stock bot, without which
    only ours is started. Raises BenchmarkFailed.
    """
    ways: dict[str, Callable[[], float]] = {OURS: _ours}
    if bot is not None:
        folder = bot
        ways[STOCK] = lambda: _stock(folder, texts)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    with tqdm(total=repeats * len(ways), desc="cold starts", unit="start") as bar:
        for _ in range(repeats):
            for name, way in ways.items():
                taken[name].append(way())
                bar.update()
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _ours() -> float:
    with tempfile.TemporaryDirectory(prefix="start-") as name:
        began = time.perf_counter()
        with processes.ours(Path(name)) as (_, _, desk):
            return _until_answered(OursOverDesk(desk), began)


def _stock(folder: Path, texts: frozenset[str]) -> float:
    began = time.perf_counter()
    with stock.stock(folder, one_after_another=True) as (_, url):
        return _until_answered(StockOverRest(url, texts), began)


def _until_answered(contender: Contender, began: float) -> float:
    contender.begin()
    timed(contender, QUESTIONS[0])
    return time.perf_counter() - began
