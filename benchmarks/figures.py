"""Measured numbers to a block of Markdown, and that block into the README."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from benchmarks.errors import BenchmarkFailed

BEGIN = "<!-- turn benchmark -->"
END = "<!-- end -->"
NONE = "–"


@dataclass(frozen=True)
class Memory:
    """Bytes: resident, and proportional (shared pages split up) where the system tells it."""

    rss: int
    pss: int | None

    def __add__(self, other: Memory) -> Memory:
        known = None if self.pss is None or other.pss is None else self.pss + other.pss
        return Memory(self.rss + other.rss, known)


@dataclass(frozen=True)
class Latency:
    """Seconds that half and 95 in 100 of the turns stayed below."""

    p50: float
    p95: float


@dataclass(frozen=True)
class Measured:
    """Latency by contender, ours first and the stock bot last; memory by side and process."""

    latency: Mapping[str, Latency]
    memory: Mapping[str, Mapping[str, Memory]]
    stock: str | None
    """The stock bot's name among the contenders; none where it was left out."""

    def total(self, side: str) -> Memory:
        """Memory of all processes of a side."""
        return _total(self.memory[side])


def latency(seconds: Sequence[float]) -> Latency:
    """Percentiles of two or more turns, interpolated between neighbours."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return Latency(cuts[49], cuts[94])


def block(measured: Measured, setting: str) -> str:
    """The whole block; `setting` names the machine and how it was measured."""
    parts = [_headline(measured), _latency_table(measured), _memory_table(measured), setting]
    return "\n\n".join(part for part in parts if part)


def replaced(readme: str, new: str) -> str:
    """The README with `new` between its two marks. Raises BenchmarkFailed where they are not."""
    before, begin, rest = readme.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise BenchmarkFailed(f"the README needs a line {BEGIN} and, below it, a line {END}")
    return f"{before}{begin}{new.strip()}\n{end}{after}"


def _headline(measured: Measured) -> str:
    if measured.stock is None:
        return ""
    stock = measured.latency[measured.stock]
    ways = (
        f"{stock.p50 / one.p50:.1f} times as long at p50 and {stock.p95 / one.p95:.1f} times at p95"
        f" ({name})"
        for name, one in measured.latency.items()
        if name != measured.stock
    )
    ours, theirs = measured.total("ours"), measured.total("stock")
    return (
        f"**A stock Rasa bot takes {', '.join(ways)}, and {theirs.rss / ours.rss:.1f} times the"
        " memory.** It has the pipeline and policies of `rasa init`, and an action that encodes the"
        " question with sentence-transformers on torch and returns the nearest paragraph of the"
        " same documents from a flat FAISS index."
    )


def _latency_table(measured: Measured) -> str:
    stock = measured.latency[measured.stock] if measured.stock else None
    rows = [
        (
            name,
            f"{one.p50 * 1000:.1f} ms",
            f"{one.p95 * 1000:.1f} ms",
            _ratio(stock.p50 if stock else None, one.p50),
            _ratio(stock.p95 if stock else None, one.p95),
        )
        for name, one in measured.latency.items()
    ]
    return table(
        ("an answered question", "p50", "p95", "stock ÷ this, p50", "stock ÷ this, p95"), rows
    )


def _memory_table(measured: Measured) -> str:
    rows: list[tuple[str, ...]] = []
    for side, processes in measured.memory.items():
        rows += [_megabytes(f"{side}: {name}", memory) for name, memory in processes.items()]
        rows.append(_megabytes(f"**{side}, sum**", _total(processes)))
    if measured.stock:
        ours, theirs = measured.total("ours"), measured.total("stock")
        rows.append(("stock ÷ ours", _ratio(theirs.rss, ours.rss), _ratio(theirs.pss, ours.pss)))
    return table(("memory after the run", "RSS", "PSS"), rows)


def _megabytes(name: str, memory: Memory) -> tuple[str, str, str]:
    pss = NONE if memory.pss is None else f"{memory.pss / 1e6:,.0f} MB"
    return name, f"{memory.rss / 1e6:,.0f} MB", pss


def _total(processes: Mapping[str, Memory]) -> Memory:
    return reduce(add, processes.values())


def _ratio(stock: float | None, ours: float | None) -> str:
    return f"{stock / ours:.1f}" if stock and ours else NONE


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
