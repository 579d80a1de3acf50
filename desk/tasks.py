"""Waiting for an event and ending tasks, so that a cancellation is never lost. Python 3.10's
`asyncio.wait_for` swallows one that comes together with the result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 0.5


async def came(event: asyncio.Event, seconds: float | None = None) -> bool:
    """Whether the event was set within so many seconds."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        done, _ = await asyncio.wait([waiting], timeout=seconds)
    finally:
        waiting.cancel()
    return bool(done)


async def end(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancels the tasks until each of them has ended."""
    left = {task for task in tasks if task is not None}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
