"""What a run measured, and how that compares with what is to be reached."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from benchmarks import cold_start, encoding, training
from benchmarks.contenders import OursOverDesk, OursOverRest, StockOverRest
from benchmarks.encoding import Encoded
from benchmarks.figures import Measured
from benchmarks.load import Loads
from benchmarks.long_conversation import Long

REST: Final = OursOverRest.name
DESK: Final = OursOverDesk.name
STOCK: Final = StockOverRest.name


@dataclass(frozen=True)
class Results:
    """Every figure of a run; what was not measured is None. Seconds throughout."""

    setting: str
    turn: Measured
    long: Long
    queued: Mapping[str, float]
    loads: Loads
    start: Mapping[str, float] | None = None
    training: Mapping[str, float] | None = None
    encoded: Encoded | None = None


@dataclass(frozen=True)
class Goal:
    """One figure and what it is to reach; `reached` is the comparison, not a rounding of it."""

    what: str
    wanted: str
    found: str
    reached: bool


def goals(results: Results) -> Iterator[Goal]:
    """The goals that the run can tell about."""
    growth = results.long.growth(REST)
    yield Goal("turn 120 against turn 5", "<= 1.5 times", f"{growth:.2f} times", growth <= 1.5)
    wait = results.queued[REST]
    yield Goal("a queued message waits", "<= 20 ms", f"{wait * 1000:.1f} ms", wait <= 0.02)
    rest, desk = results.turn.latency[REST], results.turn.latency[DESK]
    added = desk.p95 - rest.p95
    yield Goal("added by the desk, p95", "<= 10 ms", f"{added * 1000:.1f} ms", added <= 0.01)
    if STOCK in results.turn.latency:
        yield from _against_stock(results)
    if results.start and cold_start.STOCK in results.start:
        part = results.start[cold_start.OURS] / results.start[cold_start.STOCK]
        yield _at_most("cold start to first answer, ours ÷ stock", part, 0.5)
    if results.training:
        part = results.training[training.OURS] / results.training[training.STOCK]
        yield _at_most("training on the same data, ours ÷ stock", part, 0.5)
    if results.encoded:
        taken = results.encoded.document  # both on all cores, as an index is built
        ratio = taken[encoding.TORCH] / taken[encoding.ALL_CORES]
        yield _at_least("encoding documents, torch ÷ ours", ratio, 4)
        cosine = results.encoded.mean_cosine
        yield Goal("cosine to the original vectors", ">= 0.99", f"{cosine:.4f}", cosine >= 0.99)


def _against_stock(results: Results) -> Iterator[Goal]:
    ours, stock = results.turn.latency[REST], results.turn.latency[STOCK]
    yield _at_least("answered question, p50, stock ÷ ours", stock.p50 / ours.p50, 6)
    yield _at_least("answered question, p95, stock ÷ ours", stock.p95 / ours.p95, 6)
    for visitors, loads in results.loads.items():
        what = f"turns a second with {visitors} visitors, ours ÷ stock"
        yield _at_least(what, loads[REST].rate / loads[STOCK].rate, 10)
    part = results.turn.total("ours").rss / results.turn.total("stock").rss
    yield _at_most("memory of all processes, ours ÷ stock", part, 0.8)


def _at_least(what: str, found: float, wanted: float) -> Goal:
    return Goal(what, f">= {wanted:g}", f"{found:.2f}", found >= wanted)


def _at_most(what: str, found: float, wanted: float) -> Goal:
    return Goal(what, f"<= {wanted:g}", f"{found:.2f}", found <= wanted)


def save(results: Results, file: Path) -> None:
    """Everything as JSON, single turns included."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(results), indent=1, ensure_ascii=False), "utf-8")
