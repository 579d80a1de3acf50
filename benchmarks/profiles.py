"""Where the time of a turn goes: profiles of the hot paths, as text in benchmarks/profiles.

`python -m benchmarks.profiles` profiles, in this process, a Rasa turn with a real action server, an
answer from the index, and the desk's part of a turn with a stand-in for Rasa. Profiling
makes Python slower and leaves libraries as they are: read the order, not the milliseconds.
"""

from __future__ import annotations

import asyncio
import cProfile
import io
import logging
import os
import pstats
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.processes import ROOT, address, free_port, started
from benchmarks.questions import QUESTIONS
from deploy import parts as deployed
from deploy.parts import MODEL, Part, environment, module_part, write_endpoints

OUT: Final = ROOT / "benchmarks" / "profiles"
TURNS: Final = 150
LINES: Final = 45
Turn = Callable[[int], Awaitable[object]]


async def rasa_turn(folder: Path) -> Turn:
    """Our Rasa server's part, with a real action server."""
    from bot.rasa import left_out

    left_out.apply()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from bot.rasa.__main__ import PATCHES

    for patch in PATCHES:
        patch.apply()
    from bot.channel import Collector

    configure_structlog(logging.WARNING)
    endpoints = AvailableEndpoints.read_endpoints(str(folder / "endpoints.yml"))
    agent = Agent.load(
        MODEL,
        action_endpoint=endpoints.action,
        tracker_store=TrackerStore.create(endpoints.tracker_store),
        lock_store=LockStore.create(endpoints.lock_store),
    )

    async def turn(number: int) -> object:
        collector = Collector()
        text, sender = QUESTIONS[number % len(QUESTIONS)], f"c-{number // 10}"
        await agent.handle_message(UserMessage(text, collector, sender, input_channel="rest"))
        return collector.replies()

    return turn


async def answer(_: Path) -> Turn:
    """An answer from the index: search and composing, as the action server does in a thread."""
    from bot.actions.answer import ActionAnswer
    from bot.answers.answering import Asked

    action = ActionAnswer()
    index = await action._opened()

    async def turn(number: int) -> object:
        return action._answer(index, Asked(QUESTIONS[number % len(QUESTIONS)]))

    return turn


async def desk_turn(folder: Path) -> Turn:
    """The desk's part of a turn, over its HTTP interface; the stand-in for Rasa answers at once."""
    from desk.app import create_app
    from desk.settings import load_settings

    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'profile.db'}"
    os.environ["DESK_RATE_LIMIT"] = "0"
    os.environ["DESK_SECRET"] = uuid.uuid4().hex
    app = create_app(load_settings())
    app.state.lifespan = app.router.lifespan_context(app)  # held on to until this process ends
    await app.state.lifespan.__aenter__()
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")
    begun = (await client.post("/api/conversations")).raise_for_status().json()
    headers = {"Authorization": f"Bearer {begun['token']}"}
    address = f"/api/conversations/{begun['conversation_id']}/messages?wait=true"

    async def turn(number: int) -> object:
        body = {"message_id": uuid.uuid4().hex, "text": QUESTIONS[number % len(QUESTIONS)]}
        return (await client.post(address, json=body, headers=headers)).raise_for_status()

    return turn


PATHS: Final[dict[str, Callable[[Path], Awaitable[Turn]]]] = {
    "rasa": rasa_turn,
    "answer": answer,
    "desk": desk_turn,
}
BESIDE: Final[dict[str, Callable[[int, Path], tuple[Part, ...]]]] = {
    "rasa": lambda port, folder: (deployed.actions(port, folder),),
    "desk": lambda port, _: (
        module_part("stand-in", port, "/", "benchmarks.stand_in", "--port", str(port)),
    ),
}
"""What runs in processes of its own, on a port, with a folder for sockets."""


async def profile(turn: Turn) -> str:
    """The profile of many turns, after what they take without it."""
    for number in range(len(QUESTIONS)):
        await turn(number)
    wall, cpu = [], []
    for number in range(TURNS):
        before, busy = time.perf_counter(), time.process_time()
        await turn(number)
        wall.append(time.perf_counter() - before)
        cpu.append(time.process_time() - busy)
    profiler = cProfile.Profile()
    profiler.enable()
    for number in range(TURNS):
        await turn(number)
    profiler.disable()
    head = (
        f"{TURNS} turns. Without the profiler a turn takes {statistics.median(wall) * 1000:.1f} ms,"
        f" {statistics.median(cpu) * 1000:.1f} ms of them at work in this process.\n"
    )
    return head + _text(profiler)


def _text(profiler: cProfile.Profile) -> str:
    stream = io.StringIO()
    stats = pstats.Stats(profiler, stream=stream)
    stats.sort_stats("cumulative").print_stats(LINES)
    stats.sort_stats("tottime").print_stats(LINES // 2)
    return shortened(stream.getvalue())


def shortened(text: str) -> str:
    """Paths without what differs from machine to machine, and no blanks at a line's end."""
    text = text.replace(f"{ROOT}/", "")
    text = re.sub(r"\S*/site-packages/|\S*/lib/python3\.\d+/", "", text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


async def _run(name: str, folder: Path) -> None:
    turn: Any = await PATHS[name](folder)
    (OUT / f"{name}.txt").write_text(await profile(turn), "utf-8")
    print(f"wrote {(OUT / name).relative_to(ROOT)}.txt", file=sys.stderr)


def main() -> int:
    os.environ.update(environment())
    OUT.mkdir(exist_ok=True)
    for name in sys.argv[1:] or PATHS:
        if os.fork() == 0:  # each path in a process of its own: patches cannot be taken off
            with tempfile.TemporaryDirectory(prefix="profile-") as given:
                folder, port = Path(given), free_port()
                os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'desk.db'}"
                write_endpoints(folder, port)
                os.environ["RASA_URL"] = address(port)
                parts = BESIDE[name](port, folder) if name in BESIDE else ()
                with started(parts, ROOT, environment(), folder):
                    asyncio.run(_run(name, folder))
            os._exit(0)
        if os.wait()[1] != 0:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
