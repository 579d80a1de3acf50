"""What staff may know of a turn, gathered while it runs: the gate's verdict, whatever answers.

The channel opens a trace before a turn and takes it with the reply; the gate writes into it. In
`make shell`, where no channel of ours is, the verdict is printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final

SHOW: Final = "SHOW_TRACE"
"""Environment variable: prints each verdict to the terminal."""

_turn: ContextVar[dict[str, Any] | None] = ContextVar("turn_trace", default=None)


def begin() -> dict[str, Any]:
    """The trace of the turn that begins; filled by whatever runs in it."""
    trace: dict[str, Any] = {}
    _turn.set(trace)
    return trace


def note_gate(verdict: Mapping[str, Any]) -> None:
    """Keeps the gate's verdict on the turn's message."""
    trace = _turn.get()
    if trace is not None:
        trace["gate"] = dict(verdict)
    elif os.environ.get(SHOW):
        print(gate_line(verdict), file=sys.stderr, flush=True)


def gate_line(verdict: Mapping[str, Any]) -> str:
    """A verdict as one line for people."""
    return (
        f"gate     {verdict.get('intent')} ({verdict.get('label')}), "
        f"{float(verdict.get('confidence') or 0):.2f}, by {verdict.get('source')}"
    )
