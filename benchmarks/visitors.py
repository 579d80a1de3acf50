"""Many visitors at once: nothing lost, doubled or in the wrong place, and how long the desk takes.

`python -m benchmarks.visitors` has 200 visitors talk for five minutes with a desk in front of a
stand-in for Rasa that takes 30 ms. After each turn the same visitor asks the stand-in directly:
the difference is the desk's own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.errors import BenchmarkFailed
from benchmarks.visitor_figures import Figures, report
from benchmarks.visitor_processes import Stage

SETTLE_SECONDS = 20.0


@dataclass(frozen=True)
class Plan:
    """`pause` is how long a visitor reads and thinks on average, in seconds."""

    visitors: int = 200
    seconds: float = 300.0
    pause: float = 5.0
    delay: float = 0.03
    database_url: str = ""


@dataclass
class Visitor:
    """One conversation, its turns' seconds, and what came in over the event stream."""

    number: int
    through_desk: list[float] = field(default_factory=list)
    direct: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    wrong: list[str] = field(default_factory=list)

    async def talk(self, http: aiohttp.ClientSession, stage: Stage, plan: Plan) -> None:
        """Starts somewhere within a pause, so that visitors do not march in step."""
        chance = random.Random(self.number)  # noqa: S311 # the same pauses in every run
        end = time.monotonic() + plan.seconds
        await asyncio.sleep(chance.uniform(0, plan.pause))
        async with http.post(f"{stage.desk_url}/api/conversations", json={}) as response:
            started = await response.json()
            response.raise_for_status()
        base = f"{stage.desk_url}/api/conversations/{started['conversation_id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}
        listening = asyncio.create_task(self._listen(http, f"{base}/events", headers))
        try:
            while time.monotonic() < end:
                await self._turn(http, f"{base}/messages?wait=true", headers)
                await self._direct(http, stage.rasa_url)
                await asyncio.sleep(min(chance.expovariate(1 / plan.pause), 4 * plan.pause))
            await self._settle()
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _turn(self, http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        text = f"{self.number}.{len(self.said)}.{uuid.uuid4().hex[:8]}"
        self.said.append(text)
        begun = time.perf_counter()
        async with http.post(url, json={"message_id": text, "text": text}, headers=headers) as got:
            replies = (await got.json()).get("replies", [])
        self.through_desk.append(time.perf_counter() - begun)
        if [reply["text"] for reply in replies] != [f"re: {text}"]:
            self.wrong.append(f"{text}: {replies}")

    async def _direct(self, http: aiohttp.ClientSession, url: str) -> None:
        body = {"sender": str(self.number), "message": "direct", "metadata": {}}
        begun = time.perf_counter()
        async with http.post(f"{url}/webhooks/rest/webhook", json=body) as response:
            await response.read()
        self.direct.append(time.perf_counter() - begun)

    async def _listen(self, http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        async with http.get(url, headers=headers) as response:
            async for line in response.content:
                if line.startswith(b"data: "):
                    self.heard.append(json.loads(line[6:]))
                    self.came.set()

    async def _settle(self) -> None:
        """The last reply may still be on its way over the stream."""
        with suppress(asyncio.TimeoutError):
            while len(self.heard) < 2 * len(self.said):
                self.came.clear()
                await asyncio.wait_for(self.came.wait(), SETTLE_SECONDS)

    def problems(self) -> list[str]:
        """What was lost, doubled, out of order or somebody else's."""
        wanted = [one for text in self.said for one in (text, f"re: {text}")]
        found = [message["text"] for message in self.heard]
        problems = list(self.wrong)
        if found != wanted:
            problems.append(f"visitor {self.number} heard {len(found)} of {len(wanted)}")
        return problems


async def run(plan: Plan, stage: Stage) -> Figures:
    """Has everybody talk. Raises BenchmarkFailed when anything was lost, doubled or misplaced."""
    visitors = [Visitor(number) for number in range(plan.visitors)]
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=30)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
        talks = (visitor.talk(http, stage, plan) for visitor in visitors)
        ends = await asyncio.gather(*talks, return_exceptions=True)
    if failures := [end for end in ends if end is not None]:
        raise BenchmarkFailed(f"{len(failures)} visitors failed, first: {failures[0]!r}")
    problems = [problem for visitor in visitors for problem in visitor.problems()]
    if problems:
        raise BenchmarkFailed(f"{len(problems)} visitors had a problem, first: {problems[0]}")
    return Figures(
        visitors=plan.visitors,
        seconds=plan.seconds,
        delay=plan.delay,
        database=stage.database,
        through_desk=[one for visitor in visitors for one in visitor.through_desk],
        direct=[one for visitor in visitors for one in visitor.direct],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visitors", description=__doc__)
    parser.add_argument("--visitors", type=int, default=Plan.visitors)
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--pause", type=float, default=Plan.pause)
    parser.add_argument("--delay", type=float, default=Plan.delay)
    parser.add_argument("--database", default="", help="its URL; a new SQLite file unless given")
    parser.add_argument("--out", type=Path, help="a Markdown file for the figures")
    options = parser.parse_args(arguments)
    plan = Plan(options.visitors, options.seconds, options.pause, options.delay, options.database)
    try:
        with Stage(plan.delay, plan.database_url) as stage:
            figures = asyncio.run(run(plan, stage))
    except BenchmarkFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    text = report(figures, os.cpu_count() or 0)
    print(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
