"""What a case is: values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from desk.errors import InvalidInput
from desk.transitions import State

Urgency = Literal["normal", "soon", "urgent"]
Queue = Literal["general", "allegations"]

URGENCIES: tuple[Urgency, ...] = get_args(Urgency)  # rising
QUEUES: tuple[Queue, ...] = get_args(Queue)

ASSISTANT = "assistant"  # who, in the audit, beside e-mail addresses
VISITOR = "visitor"
DESK = "desk"


@dataclass(frozen=True)
class Case:
    """Times are ISO 8601 in UTC; `assignee` is an e-mail address."""

    case_id: str
    conversation_id: str
    channel: str
    state: State
    reason: str
    urgency: Urgency
    queue: Queue
    opened_at: str
    assignee: str | None = None
    claimed_at: str | None = None
    resolved_at: str | None = None
    outcome: str | None = None
    transcript: Sequence[Mapping[str, Any]] = ()
    waiting_since: str | None = None
    escalated_at: str | None = None
    claim_expires_at: str | None = None
    first_claimed_at: str | None = None
    first_reply_at: str | None = None

    @property
    def must_be_seen(self) -> bool:
        """Whether only a person may close it: neither the visitor's leaving nor deleting does."""
        return self.urgency == "urgent" or self.queue == "allegations"


@dataclass(frozen=True)
class CaseEvent:
    """One line of a case's audit; `text` holds a note, an outcome or what was raised."""

    id: int
    case_id: str
    at: str
    who: str
    action: str
    from_state: State | None
    to_state: State
    text: str | None


@dataclass(frozen=True)
class Callback:
    """How a visitor wants to be reached, in their own words."""

    case_id: str
    name: str
    contact: str
    best_time: str
    asked_at: str


def check_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    """Raises InvalidInput."""
    if value not in allowed:
        raise InvalidInput(f"{name} {value!r} is not one of {', '.join(allowed)}.")
