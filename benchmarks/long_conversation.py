"""Whether a turn slows as a conversation grows, and how soon a queued message is taken up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from tqdm import tqdm

from benchmarks.contenders import Contender
from benchmarks.questions import QUESTIONS
from benchmarks.timing import timed

TURNS: Final = 122
EARLY: Final = slice(2, 7)  # turns 3 to 7, so about turn 5
LATE: Final = slice(117, 122)  # turns 118 to 122, so about turn 120
REPEATS: Final = 4
PAIRS: Final = 15


@dataclass(frozen=True)
class Long:
    """By contender: the median seconds of the first turn, the second, and so on."""

    turns: Mapping[str, Sequence[float]]

    def growth(self, name: str) -> float:
        """How many times as long turn 120 takes as turn 5."""
        turns = self.turns[name]
        return statistics.median(turns[LATE]) / statistics.median(turns[EARLY])


def measure(contenders: Sequence[Contender], turns: int = TURNS, repeats: int = REPEATS) -> Long:
    """Long conversations side by side, turn by turn. Raises BenchmarkFailed."""
    seconds: dict[str, list[list[float]]] = {
        one.name: [[] for _ in range(turns)] for one in contenders
    }
    with tqdm(total=repeats * turns, desc="long conversations", unit="turn") as bar:
        for _ in range(repeats):
            for contender in contenders:
                contender.begin()
            for turn in range(turns):
                for contender in contenders:
                    taken = timed(contender, QUESTIONS[turn % len(QUESTIONS)])
                    seconds[contender.name][turn].append(taken)
                bar.update()
    return Long(
        {name: [statistics.median(one) for one in taken] for name, taken in seconds.items()}
    )


def queued(contenders: Sequence[Contender], pairs: int = PAIRS) -> dict[str, float]:
    """Median seconds from the end of a turn to the start of the one that waited for it.

    Two messages of a conversation are sent at once. The second is answered one turn's time after
    the first, and what comes on top is the wait: one turn's time is the conversation's own median.
    """
    waits: dict[str, list[float]] = {one.name: [] for one in contenders}
    with ThreadPoolExecutor(2) as pool:
        for pair in tqdm(range(pairs), desc="queued messages", unit="pair"):
            for contender in contenders:
                contender.begin()
                question = QUESTIONS[pair % len(QUESTIONS)]
                alone = statistics.median(timed(contender, question) for _ in range(3))
                ends = sorted(pool.map(lambda _, c=contender, q=question: _end(c, q), range(2)))
                waits[contender.name].append(max(0.0, ends[1] - ends[0] - alone))
    return {name: statistics.median(taken) for name, taken in waits.items()}


def _end(contender: Contender, question: str) -> float:
    timed(contender, question)
    return time.perf_counter()
