"""Measures the assistant beside its alternatives, on one machine and in one run.

`python -m benchmarks` prints tables in Markdown, and puts them with pictures and every single
figure into var/bench; everything else goes to stderr. `--short` is ours alone, in a minute.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import (
    cold_start,
    encoding,
    figures,
    load,
    long_conversation,
    plots,
    processes,
    report,
    results,
    selector,
    stock,
    training,
    turn,
)
from benchmarks.contenders import Contender, OursOverDesk, OursOverRest, StockOverRest
from benchmarks.errors import BenchmarkFailed
from benchmarks.figures import Measured
from benchmarks.machine import cpu
from benchmarks.results import Results

README: Final = processes.ROOT / "README.md"
DOCUMENTS: Final = processes.ROOT / "index" / "documents"
OUT: Final = processes.ROOT / "var" / "bench"


def measure(turns: int) -> Results:
    """Trains and starts everything, measures, and ends everything."""
    texts = stock.paragraphs(DOCUMENTS)
    bots = OUT / "bots"
    generate = partial(stock.generate, texts=texts)
    trained = {
        training.STOCK: training.stock(bots / "stock", generate),
        training.OURS: training.ours(bots / "ours", generate),
    }
    said: list[frozenset[str]] = []
    training.stock(bots / "selector", lambda folder: said.append(selector.generate(folder, texts)))
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        ours, rasa, desk = stack.enter_context(processes.ours(Path(name)))
        theirs, stock_url = stack.enter_context(stock.stock(bots / "stock" / "bot"))
        chosen, selector_url = stack.enter_context(selector.running(bots / "selector" / "bot"))
        contenders: list[Contender] = [
            OursOverRest(rasa),
            OursOverDesk(desk),
            StockOverRest(selector_url, said[0], selector.NAME),
            StockOverRest(stock_url, frozenset(texts)),
        ]
        running = {"ours": ours, "ResponseSelector": chosen, "stock": theirs}
        found = _measure(contenders, running, turns)
    return replace(
        found,
        start=cold_start.measure(bots / "stock" / "bot", frozenset(texts)),
        training=trained,
        encoded=encoding.measure(encoding.passages()),
    )


def measure_short() -> Results:
    """Ours alone, a few turns of everything, nothing trained."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        running, rasa, desk = stack.enter_context(processes.ours(Path(name)))
        contenders: list[Contender] = [OursOverRest(rasa), OursOverDesk(desk)]
        turn.warm_up(contenders)
        seconds = turn.time_turns(contenders, turn.SHORT_TURNS)
        return Results(
            setting=setting(turn.SHORT_TURNS),
            turn=Measured(
                {name: figures.latency(taken) for name, taken in seconds.items()},
                {"ours": turn.weigh(running)},
                stock=None,
            ),
            long=long_conversation.measure(contenders, repeats=1),
            queued=long_conversation.queued(contenders, pairs=2),
            loads=load.measure(contenders, visitors=(3,), seconds=1, rounds=1),
        )


def _measure(
    contenders: list[Contender], running: dict[str, processes.Running], turns: int
) -> Results:
    turn.warm_up(contenders)
    memory = {side: turn.weigh(parts) for side, parts in running.items()}
    seconds = turn.time_turns(contenders, turns)
    latency = {name: figures.latency(taken) for name, taken in seconds.items()}
    return Results(
        setting=setting(turns),
        turn=Measured(latency, memory, StockOverRest.name),
        long=long_conversation.measure(contenders),
        queued=long_conversation.queued(contenders),
        loads=load.measure(contenders),
    )


def setting(turns: int) -> str:
    """What the figures hold for: the machine, the day, the number of turns."""
    return (
        f"{cpu()}, {os.cpu_count()} cores, {date.today():%Y-%m-%d}. {turns} turns each, in"
        f" conversations of {turn.CONVERSATION_TURNS}, one client, all running side by side and"
        " asked in turn; under load one after the other, in turn (`make bench`)."
    )


def run(turns: int, short: bool, write: bool) -> None:
    """Measures and prints; with `write` also into the README, which is looked at first."""
    if write:
        figures.replaced(README.read_text("utf-8"), "")
    found = measure_short() if short else measure(turns)
    block = report.block(found)
    print(block)
    out = OUT / "short" if short else OUT
    results.save(found, out / "figures.json")
    (out / "report.md").write_text(block + "\n", "utf-8")
    for file in plots.draw(found, out):
        print(f"wrote {file.relative_to(processes.ROOT)}", file=sys.stderr)
    if write:
        README.write_text(figures.replaced(README.read_text("utf-8"), block), "utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--turns", type=int, default=turn.TURNS, help="timed turns a contender")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    parser.add_argument("--short", action="store_true", help="ours only, nothing trained")
    options = parser.parse_args(arguments)
    if options.turns < 2:
        parser.error("--turns must be 2 or more")
    if options.short and options.write:
        parser.error("--short compares with nothing, so it does not go into the README")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(options.turns, options.short, options.write)
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
