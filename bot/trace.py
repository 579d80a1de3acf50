"""How the gate came to its verdict in the turn at hand, told beside the reply for staff to see.

A turn runs in one task from the channel to the reply, so a context variable carries it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from bot.safety.allegation import is_allegation
from bot.safety.screen import Verdict

_TURN: ContextVar[dict[str, Any] | None] = ContextVar("turn", default=None)


def begin() -> dict[str, Any]:
    """An empty trace for the turn that begins; it is filled while the turn runs."""
    trace: dict[str, Any] = {}
    _TURN.set(trace)
    return trace


def note(verdict: Verdict, text: str) -> None:
    """Writes the verdict into the turn's trace; nothing of the text itself."""
    trace = _TURN.get()
    if trace is not None:
        trace |= {
            "intent": verdict.intent,
            "confidence": round(float(verdict.confidence), 3),
            "source": verdict.source,
            "language": verdict.language,
            "about_other": verdict.about_other,
            "allegation": is_allegation(verdict.intent, text),
        }
