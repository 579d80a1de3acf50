"""Nothing is copied for log lines that nobody reads.

Rasa's message processor and RulePolicy hand deep copies to their debug log, which is off: of every
answer with its sources, and of a conversation's states, several times a turn.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """Both copy for their logs alone, and get a copy that is none; raises RasaUnknown."""
    pinned.require()
    from rasa.core import processor
    from rasa.core.policies import rule_policy

    for module in (processor, rule_policy):
        module.copy = SimpleNamespace(deepcopy=_itself)


def _itself(value: Any) -> Any:
    return value
