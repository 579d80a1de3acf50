"""Visitors talk on while every process is restarted, one after another; then it is counted what
became of each message."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from benchmarks.cluster import Cluster
from benchmarks.questions import QUESTIONS

VISITORS: Final = 6
PAUSE_SECONDS: Final = 0.3
RETRY_SECONDS: Final = 0.5
QUIET_SECONDS: Final = 3.0
"""So long a stream of events must say nothing before it is taken to be at its end."""


@dataclass
class Fate:
    """What became of the messages. A `safe` reply is the desk's own, in place of an answer."""

    sent: int = 0
    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    answered_twice: int = 0
    safe: int = 0
    repeated: int = 0
    """Requests that failed and were sent again with the same id, as a visitor's page does."""
    longest: float = 0.0
    """Seconds that a visitor waited for a reply at most."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost or doubled."""
        return not (self.lost or self.doubled or self.unanswered or self.answered_twice)


@dataclass
class _Talk:
    """One visitor's conversation."""

    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)


def measure(cluster: Cluster, visitors: int = VISITORS) -> Fate:
    """Restarts every process of the cluster under load."""
    return asyncio.run(_measure(cluster, visitors))


async def _measure(cluster: Cluster, visitors: int) -> Fate:
    fate, over = Fate(), asyncio.Event()
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        talks = [_Talk() for _ in range(visitors)]
        talking = [
            asyncio.create_task(_talk(session, cluster.url, talk, fate, over)) for talk in talks
        ]
        try:
            for name in cluster.parts:
                await asyncio.to_thread(cluster.restart, name)
                await asyncio.sleep(1)
        finally:
            over.set()
            await asyncio.gather(*talking)
        for talk in talks:
            await _count(session, talk, fate)
    return fate


async def _talk(
    session: aiohttp.ClientSession, url: str, talk: _Talk, fate: Fate, over: asyncio.Event
) -> None:
    _, started = await _insistent(session, f"{url}/api/conversations", {}, {}, fate)
    talk.url = f"{url}/api/conversations/{started['conversation_id']}"
    talk.headers = {"Authorization": f"Bearer {started['token']}"}
    turn = 0
    while not over.is_set():
        message = {"message_id": uuid.uuid4().hex, "text": QUESTIONS[turn % len(QUESTIONS)]}
        talk.sent.append(message["message_id"])
        begun = time.perf_counter()
        await _insistent(session, f"{talk.url}/messages?wait=true", message, talk.headers, fate)
        fate.longest = max(fate.longest, time.perf_counter() - begun)
        fate.sent += 1
        turn += 1
        await asyncio.sleep(PAUSE_SECONDS)


async def _insistent(
    session: aiohttp.ClientSession,
    url: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    fate: Fate,
) -> tuple[int, Any]:
    """The same request again until it succeeds."""
    while True:
        try:
            async with session.post(url, json=body, headers=headers) as reply:
                if reply.status < 300:
                    return reply.status, await reply.json()
        except (aiohttp.ClientError, asyncio.TimeoutError):
            pass
        fate.repeated += 1
        await asyncio.sleep(RETRY_SECONDS)


async def _count(session: aiohttp.ClientSession, talk: _Talk, fate: Fate) -> None:
    """Reads the whole conversation back and compares it with what was sent."""
    events = [event async for event in _events(session, talk)]
    came = Counter(str(e.get("message_id")) for e in events if e["from"] == "visitor")
    fate.lost += sum(came[message] == 0 for message in talk.sent)
    fate.doubled += sum(came[message] > 1 for message in talk.sent)
    replies: list[list[dict[str, Any]]] = []
    for event in events:
        if event["from"] == "visitor":
            replies.append([])
        elif replies:
            replies[-1].append(event)
    fate.unanswered += sum(not said for said in replies)
    fate.answered_twice += sum(len(said) > 1 for said in replies)
    fate.safe += sum(e.get("reason") == "assistant_unavailable" for said in replies for e in said)


async def _events(session: aiohttp.ClientSession, talk: _Talk) -> Any:
    headers = {**talk.headers, "Last-Event-ID": "0"}
    async with session.get(f"{talk.url}/events", headers=headers) as stream:
        while True:
            try:
                line = await asyncio.wait_for(stream.content.readline(), QUIET_SECONDS)
            except asyncio.TimeoutError:
                return
            if not line:
                return
            if line.startswith(b"data:"):
                event = json.loads(line[5:])
                if isinstance(event, dict) and "from" in event:
                    yield event
