"""Times an answered question beside Rasa's stock way, on one machine and in one run.

`python -m benchmarks.turn` prints a table in Markdown; everything else goes to stderr. The
contenders take turns at every question, so that noise hits all alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final

import httpx
from tqdm import tqdm

from benchmarks import figures, processes, stock
from benchmarks.contenders import Contender, OursOverDesk, OursOverRest, StockOverRest
from benchmarks.errors import BenchmarkFailed
from benchmarks.figures import Measured, Memory
from benchmarks.questions import QUESTIONS

TURNS: Final = 200
SHORT_TURNS: Final = 10
CONVERSATION_TURNS: Final = 10
README: Final = processes.ROOT / "README.md"
DOCUMENTS: Final = processes.ROOT / "index" / "documents"


def measure(turns: int, with_stock: bool) -> Measured:
    """Starts everything, times `turns` turns a contender, and ends everything."""
    with tempfile.TemporaryDirectory(prefix="turn-") as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "ours").mkdir()
        ours, rasa, desk = stack.enter_context(processes.ours(folder / "ours"))
        running = {"ours": ours}
        contenders: list[Contender] = [OursOverRest(rasa), OursOverDesk(desk)]
        warm_up(contenders)  # before the long training, so that a fault shows early
        if with_stock:
            (folder / "stock").mkdir()
            texts = stock.paragraphs(DOCUMENTS)
            stock.generate(folder / "stock", texts)
            stock.train(folder / "stock")
            running["stock"], rasa = stack.enter_context(stock.stock(folder / "stock"))
            contenders.append(StockOverRest(rasa, frozenset(texts)))
            warm_up(contenders)
        seconds = time_turns(contenders, turns)
        return Measured(
            {name: figures.latency(taken) for name, taken in seconds.items()},
            {side: weigh(parts) for side, parts in running.items()},
            StockOverRest.name if with_stock else None,
        )


def warm_up(contenders: Sequence[Contender]) -> None:
    """Every question once, which also shows that every contender answers every one."""
    for contender in contenders:
        contender.begin()
        for question in tqdm(QUESTIONS, desc=f"warm-up: {contender.name}", unit="turn"):
            timed(contender, question)


def time_turns(contenders: Sequence[Contender], turns: int) -> dict[str, list[float]]:
    """Seconds of each turn by contender; who is first changes from question to question."""
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for turn in tqdm(range(turns), desc="timed turns", unit="turn"):
        if turn % CONVERSATION_TURNS == 0:
            for contender in contenders:
                contender.begin()
        first = turn % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            seconds[contender.name].append(timed(contender, QUESTIONS[turn % len(QUESTIONS)]))
    return seconds


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


def weigh(running: processes.Running) -> Mapping[str, Memory]:
    return {name: processes.memory_of(process) for name, process in running.items()}


def setting(turns: int) -> str:
    """What the figures hold for: the machine, the day, the number of turns."""
    return (
        f"{cpu()}, {os.cpu_count()} cores, {date.today():%Y-%m-%d}. {turns} turns each, in"
        f" conversations of {CONVERSATION_TURNS}, one client, all running side by side and"
        " asked in turn (`make bench`)."
    )


def cpu() -> str:
    """The processor's model, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turn", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="timed turns a contender")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument(
        "--short", action="store_true", help=f"ours only, {SHORT_TURNS} turns, nothing trained"
    )
    options = parser.parse_args(arguments)
    if options.turns < 2:
        parser.error("--turns must be 2 or more")
    if options.short and options.write:
        parser.error("--short compares with nothing, so it does not go into the README")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(SHORT_TURNS if options.short else options.turns, options.short, options.write)
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


def run(turns: int, short: bool, write: bool) -> None:
    """Measures and prints; with `write` also into the README, which is looked at first."""
    if write:
        figures.replaced(README.read_text("utf-8"), "")
    block = figures.block(measure(turns, with_stock=not short), setting(turns))
    print(block)
    if write:
        README.write_text(figures.replaced(README.read_text("utf-8"), block), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
