"""Many visitors at once: each asks the next question the moment the answer is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from tqdm import tqdm

from benchmarks import figures
from benchmarks.contenders import TIMEOUT_SECONDS, Contender
from benchmarks.errors import BenchmarkFailed
from benchmarks.questions import QUESTIONS

VISITORS: Final = (8, 50)
SECONDS: Final = 20.0
ROUNDS: Final = 3
CONVERSATION_TURNS: Final = 10
FEWEST: Final = 20
"""Turns below which percentiles say nothing; a round goes on until it has so many."""


@dataclass
class Load:
    """Seconds of each turn, and of the rounds together."""

    taken: list[float] = field(default_factory=list)
    wall: float = 0.0

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.taken) / self.wall

    @property
    def p95(self) -> float:
        return figures.latency(self.taken).p95


Loads = Mapping[int, Mapping[str, Load]]
"""By number of visitors, then by contender."""


def measure(
    contenders: Sequence[Contender],
    visitors: Sequence[int] = VISITORS,
    seconds: float = SECONDS,
    rounds: int = ROUNDS,
) -> Loads:
    """Rounds in turn, one contender at a time, so that noise hits all alike.

    Raises BenchmarkFailed when a turn does not end in an answer.
    """
    loads = {count: {one.name: Load() for one in contenders} for count in visitors}
    plan = [(n, one) for n in visitors for _ in range(rounds) for one in contenders]
    for count, contender in tqdm(plan, desc="visitors at once", unit="round"):
        crowd = [contender.another() for _ in range(count)]
        taken, wall = asyncio.run(_round(crowd, seconds))
        load = loads[count][contender.name]
        load.taken += taken
        load.wall += wall
    return loads


async def _round(crowd: Sequence[Contender], seconds: float) -> tuple[list[float], float]:
    for visitor in crowd:
        visitor.begin()
    taken: list[float] = []
    began = time.perf_counter()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        await asyncio.gather(
            *(
                _visit(session, visitor, number, began + seconds, taken)
                for number, visitor in enumerate(crowd)
            )
        )
    return taken, time.perf_counter() - began


async def _visit(
    session: aiohttp.ClientSession,
    visitor: Contender,
    number: int,
    end: float,
    taken: list[float],
) -> None:
    turn = number  # not all ask the same at the same time
    while time.perf_counter() < end or len(taken) < FEWEST:
        question = QUESTIONS[turn % len(QUESTIONS)]
        start = time.perf_counter()
        post = visitor.post(question)
        try:
            async with session.post(post.url, json=post.body, headers=post.headers) as reply:
                body = await reply.json()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise BenchmarkFailed(f"{visitor.name}: {question!r} met {error!r}") from error
        taken.append(time.perf_counter() - start)
        if reply.status != 200 or not visitor.answered(body):
            raise BenchmarkFailed(f"{visitor.name} did not answer {question!r} under load: {body}")
        turn += 1
        if turn % CONVERSATION_TURNS == 0:
            await asyncio.to_thread(visitor.begin)
