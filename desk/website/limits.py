"""How much one sender may send."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
SWEEP_AT = 10_000  # senders remembered before those that are quiet again are forgotten


class Limiter:
    """At most `limit` within any minute for each key; 0 is no limit. `clock` gives seconds."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}

    def take(self, key: str) -> int | None:
        """Counts one and returns None, or the whole seconds to wait when there are too many."""
        if not self._limit:
            return None
        now = self._clock()
        if len(self._taken) >= SWEEP_AT:
            self._taken = {k: t for k, t in self._taken.items() if t[-1] > now - WINDOW_SECONDS}
        taken = self._taken.setdefault(key, deque(maxlen=self._limit))
        if len(taken) == self._limit and taken[0] > now - WINDOW_SECONDS:
            return math.ceil(taken[0] + WINDOW_SECONDS - now)
        taken.append(now)
        return None
