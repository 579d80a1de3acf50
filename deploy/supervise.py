"""Processes side by side: started together, started again when they end, stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.parts import Part, is_up

START_SECONDS: Final = 180
STOP_SECONDS: Final = 10
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
STEADY_SECONDS: Final = 60.0
"""A part that ran for so long begins again with the shortest pause."""

Process = subprocess.Popen[bytes]


class PartFailed(Exception):
    """A part did not start, or its port is taken; the message says which and what to do."""


def check_ports(wanted: Iterable[Part]) -> None:
    """PartFailed when somebody listens already where a part is to listen."""
    for part in wanted:
        if is_taken(part.port):
            raise PartFailed(
                f"port {part.port}, which the {part.name} needs, is taken: is the assistant running"
                " already? Stop it first"
                + (", or choose another PORT=" if part.name == "desk" else "")
            )


def is_taken(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(part: Part, environ: Mapping[str, str]) -> Process:
    """Starts a part in a process group of its own, so that Ctrl-C reaches us alone."""
    return subprocess.Popen(part.command, env=dict(environ), start_new_session=True)


def wait_until_up(
    running: Mapping[str, Process], wanted: Sequence[Part], seconds: float = START_SECONDS
) -> None:
    """Waits until the parts answer, and says so one by one; PartFailed when one ends first."""
    missing = list(wanted)
    deadline = time.monotonic() + seconds
    while missing:
        for part in list(missing):
            if running[part.name].poll() is not None:
                raise PartFailed(f"the {part.name} stopped while starting; its last lines say why")
            if is_up(part):
                missing.remove(part)
                print(f"  {part.name} is up", flush=True)
        if missing and time.monotonic() > deadline:
            names = ", ".join(part.name for part in missing)
            raise PartFailed(f"not up after {seconds:g} seconds: {names}")
        time.sleep(0.1)


def stop(running: Mapping[str, Process]) -> None:
    """Ends all parts, gently first."""
    for process in running.values():
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)


def _signal(process: Process, number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)


@dataclass
class _Watched:
    part: Part
    started: float
    ends: int = 0
    """How often it ended without having been steady before."""
    due: float | None = None
    """When it is to be started again; None while it runs."""


class Watch:
    """Starts parts again that ended, after a pause that doubles as long as they keep ending."""

    def __init__(
        self,
        running: dict[str, Process],
        wanted: Sequence[Part],
        start_again: Callable[[Part], Process],
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
    ) -> None:
        self._running, self._start, self._clock, self._say = running, start_again, clock, say
        self._watched = [_Watched(part, clock()) for part in wanted]

    def look(self) -> None:
        """One look at every part."""
        for one in self._watched:
            if one.due is None:
                code = self._running[one.part.name].poll()
                if code is not None:
                    self._ended(one, code)
            elif self._clock() >= one.due:
                one.due, one.started = None, self._clock()
                self._running[one.part.name] = self._start(one.part)

    def _ended(self, one: _Watched, code: int) -> None:
        now = self._clock()
        one.ends = 1 if now - one.started >= STEADY_SECONDS else one.ends + 1
        pause = min(FIRST_PAUSE * 2 ** (one.ends - 1), LONGEST_PAUSE)
        one.due = now + pause
        self._say(
            f"The {one.part.name} ended with status {code}; starting it again in {pause:g} s."
            + ("" if one.part.name == "desk" else " Until then visitors get the safe text.")
        )
