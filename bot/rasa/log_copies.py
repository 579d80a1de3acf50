"""Nothing is copied for log lines that nobody reads.

Rasa's message processor hands deep copies of events to its debug log, which is off: of every answer
with its sources, at every turn.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """The processor copies for its log alone and gets a copy that is none; raises RasaUnknown."""
    pinned.require()
    from rasa.core import processor

    processor.copy = SimpleNamespace(deepcopy=_itself)


def _itself(value: Any) -> Any:
    return value
