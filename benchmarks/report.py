"""A run's results as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks import encoding, figures
from benchmarks.long_conversation import Long
from benchmarks.results import STOCK, Results, goals


def block(results: Results) -> str:
    """Every table; the README takes it whole."""
    parts = (
        figures.block(results.turn, ""),
        _goals(results),
        _growth(results.long, results.queued),
        _loads(results),
        _seconds("cold start to first answer", results.start),
        _seconds("training, twelve intents", results.training),
        encoding.block(results.encoded) if results.encoded else "",
        results.setting,
    )
    return "\n\n".join(part for part in parts if part)


def _goals(results: Results) -> str:
    rows = [
        (goal.what, goal.wanted, goal.found, "yes" if goal.reached else "**no**")
        for goal in goals(results)
    ]
    return figures.table(("figure", "wanted", "measured", "reached"), rows)


def _growth(long: Long, queued: Mapping[str, float]) -> str:
    rows = [
        (name, f"{long.growth(name):.2f}", f"{queued[name] * 1000:.1f} ms") for name in long.turns
    ]
    head = ("in a long conversation", "turn 120 ÷ turn 5", "a queued message waits")
    return figures.table(head, rows)


def _loads(results: Results) -> str:
    return figures.table(
        ("visitors at once", "turns a second", "p95", "turns ÷ stock"), list(_load_rows(results))
    )


def _load_rows(results: Results) -> Iterator[tuple[str, ...]]:
    for visitors, loads in results.loads.items():
        stock = loads.get(STOCK)
        for name, load in loads.items():
            ratio = f"{load.rate / stock.rate:.1f}" if stock else figures.NONE
            yield f"{visitors}: {name}", f"{load.rate:.1f}", f"{load.p95 * 1000:.0f} ms", ratio


def _seconds(what: str, taken: Mapping[str, float] | None) -> str:
    if not taken:
        return ""
    longest = max(taken.values())
    rows = [(name, f"{value:.1f} s", f"{longest / value:.1f}") for name, value in taken.items()]
    return figures.table((what, "time", "longest ÷ this"), rows)
