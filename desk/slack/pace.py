"""How fast Slack may be told things: about one message a second in a channel, with short bursts,
and not before it said so after a refusal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from desk.slack.outbox import Letter


@dataclass
class _Bucket:
    left: float
    at: float


class Pace:
    """Lanes of one channel share its pace; those of direct messages have each their own."""

    def __init__(
        self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._buckets: dict[str, _Bucket] = {}
        self._held: dict[str, float] = {}

    def may_start(self, letter: Letter) -> bool:
        """Whether it may be sent now; if so it is counted."""
        group, now = _group(letter), self._clock()
        if self._held.get(group, 0.0) > now:
            return False
        bucket = self._buckets.setdefault(group, _Bucket(float(self._burst), now))
        gained = (now - bucket.at) * self._per_second
        bucket.left, bucket.at = min(float(self._burst), bucket.left + gained), now
        if bucket.left < 1.0:
            return False
        bucket.left -= 1.0
        return True

    def hold(self, letter: Letter, seconds: float) -> None:
        """Nothing more of this kind for so long: Slack said so."""
        self._held[_group(letter)] = self._clock() + seconds
        if len(self._held) > 1000:
            self._held = {key: end for key, end in self._held.items() if end > self._clock()}


def _group(letter: Letter) -> str:
    """What goes to the staff channel shares one pace; each person's lane has its own."""
    if letter.kind in ("said", "event", "card"):
        return "staff channel"
    return letter.kind if letter.kind in ("erase", "withdraw") else letter.lane
