"""Times an answered question, the contenders taking turns at every question, so that noise hits all
alike; and weighs the processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tqdm import tqdm

from benchmarks import processes
from benchmarks.contenders import Contender
from benchmarks.figures import Memory
from benchmarks.questions import QUESTIONS
from benchmarks.timing import timed

TURNS: Final = 200
SHORT_TURNS: Final = 10
CONVERSATION_TURNS: Final = 10


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


def weigh(running: processes.Running) -> Mapping[str, Memory]:
    """Memory by process."""
    return {name: processes.memory_of(process) for name, process in running.items()}
