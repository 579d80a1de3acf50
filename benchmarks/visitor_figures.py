"""What came out of many visitors at once, for people to read: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Seconds of every turn, through the desk and, each right after one, directly."""

    visitors: int
    seconds: float
    delay: float
    database: str
    through_desk: Sequence[float]
    direct: Sequence[float]

    def own(self, share: float) -> float:
        """The desk's own milliseconds at a percentile: the difference of the two."""
        return milliseconds(self.through_desk, share) - milliseconds(self.direct, share)


def milliseconds(values: Sequence[float], share: float) -> float:
    """A percentile (share from 0 to 1)."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(figures: Figures, cores: int) -> str:
    """Markdown."""
    turns = len(figures.through_desk)
    shares = (0.5, 0.95, 0.99)
    rows = {
        "through the desk": [milliseconds(figures.through_desk, share) for share in shares],
        "the stand-in alone": [milliseconds(figures.direct, share) for share in shares],
        "**the desk's own**": [figures.own(share) for share in shares],
    }
    table = [
        f"| {name} | " + " | ".join(f"{value:.1f} ms" for value in values) + " |"
        for name, values in rows.items()
    ]
    return "\n".join(
        [
            "# Many visitors at once",
            "",
            f"{figures.visitors} visitors for {figures.seconds:.0f} seconds on {cores} cores,"
            f" which the visitors share: {turns} turns, {turns / figures.seconds:.0f} a second."
            f" {figures.database}; Rasa is a stand-in that takes {1000 * figures.delay:.0f} ms."
            " Every message and every reply came once, in order, in its own conversation.",
            "",
            "| a turn | p50 | p95 | p99 |",
            "| --- | ---: | ---: | ---: |",
            *table,
            "",
            "`python -m benchmarks.visitors --out benchmarks/visitors.md`",
            "",
        ]
    )
