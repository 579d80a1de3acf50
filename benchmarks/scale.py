"""One of each process against two of each, and a restart of all of them under load.

`python -m benchmarks.scale` needs PostgreSQL, Redis and nginx installed, and a trained assistant.
On a machine whose cores one of each keeps busy, two of each cannot do more: the table says how busy
the cores were.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks import cluster, figures, load, rolling
from benchmarks.contenders import OursOverDesk
from benchmarks.errors import BenchmarkFailed
from benchmarks.load import Load
from benchmarks.processes import ROOT
from benchmarks.rolling import Fate

VISITORS: Final = (1, 8, 50)
SECONDS: Final = 15.0
ROUNDS: Final = 2
OUT: Final = ROOT / "var" / "bench" / "scale.md"


@dataclass(frozen=True)
class Scale:
    """By number of each process, then of visitors: the load, and how busy the cores were (0 to 1);
    and what became of the messages of a rolling restart."""

    loads: Mapping[int, Mapping[int, Load]]
    busy: Mapping[int, Mapping[int, float]]
    fate: Fate | None


def measure(
    counts: tuple[int, ...], visitors: tuple[int, ...], seconds: float, roll: bool
) -> Scale:
    """One cluster after another; the largest is restarted part by part. Raises BenchmarkFailed."""
    loads: dict[int, dict[int, Load]] = {}
    busy: dict[int, dict[int, float]] = {}
    fate = None
    for count in counts:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-"))
            running = stack.enter_context(cluster.running(Path(folder), count))
            way = OursOverDesk(running.url)
            loads[count], busy[count] = {}, {}
            load.measure([way], (2,), 3, 1)  # warm-up
            for crowd in visitors:
                psutil.cpu_percent()
                found = load.measure([way], (crowd,), seconds, ROUNDS)[crowd][way.name]
                busy[count][crowd] = psutil.cpu_percent() / 100
                loads[count][crowd] = found
            if roll and count == max(counts):
                fate = rolling.measure(running)
    return Scale(loads, busy, fate)


def block(scale: Scale) -> str:
    """The result as Markdown."""
    parts = [figures.table(("of each process", "visitors", "turns a second", "p50", "p95",
                            "÷ one of each", "cores busy"), list(_rows(scale)))]  # fmt: skip
    if scale.fate is not None:
        fate = scale.fate
        parts.append(
            f"Rolling restart of every process under load: {fate.sent} messages sent, {fate.lost}"
            f" lost, {fate.doubled} doubled, {fate.unanswered} unanswered, {fate.answered_twice}"
            f" answered twice; {fate.safe} got the safe text, {fate.repeated} requests were"
            f" repeated, the longest wait was {fate.longest:.1f} s."
        )
    parts.append(f"{os.cpu_count()} cores, clients, PostgreSQL, Redis and nginx on the same ones.")
    return "\n\n".join(parts)


def _rows(scale: Scale) -> Iterator[tuple[str, ...]]:
    one = scale.loads[min(scale.loads)]
    for count, loads in scale.loads.items():
        for visitors, found in loads.items():
            latency = figures.latency(found.taken)
            yield (
                str(count),
                str(visitors),
                f"{found.rate:.1f}",
                f"{latency.p50 * 1000:.0f} ms",
                f"{latency.p95 * 1000:.0f} ms",
                f"{found.rate / one[visitors].rate:.2f}",
                f"{scale.busy[count][visitors]:.0%}",
            )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--short", action="store_true", help="two of each, a few seconds")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if options.short:
            scale = measure((2,), (4,), 2, roll=True)
        else:
            scale = measure((1, 2), VISITORS, SECONDS, roll=True)
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    text = block(scale)
    print(text)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text + "\n", "utf-8")
    return 0 if scale.fate is None or scale.fate.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
