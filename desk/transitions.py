"""What can be done with a case in which state, by staff, by the visitor, by the desk itself."""

from __future__ import annotations

from typing import Literal

from desk.errors import IllegalTransition

State = Literal["waiting", "claimed", "resolved", "missed", "callback"]
Action = Literal[
    "claim",
    "release",
    "reassign",
    "reply",
    "note",
    "resolve",
    "hand_back",
    "leave",
    "ask_callback",
    "expire",
    "escalate",
    "miss",
]

TRANSITIONS: dict[tuple[State, Action], State] = {
    ("waiting", "claim"): "claimed",
    ("waiting", "reassign"): "claimed",
    ("waiting", "note"): "waiting",
    ("waiting", "resolve"): "resolved",
    ("waiting", "leave"): "resolved",  # an urgent one stays, see Cases.leave
    ("waiting", "ask_callback"): "callback",
    ("waiting", "escalate"): "waiting",
    ("waiting", "miss"): "missed",
    ("claimed", "claim"): "claimed",  # by the one who holds it, see Cases.claim
    ("claimed", "release"): "waiting",  # or callback, where the visitor asked for one
    ("claimed", "reassign"): "claimed",
    ("claimed", "reply"): "claimed",
    ("claimed", "note"): "claimed",
    ("claimed", "resolve"): "resolved",
    ("claimed", "hand_back"): "resolved",
    ("claimed", "leave"): "claimed",  # the person who has it closes it
    ("claimed", "ask_callback"): "claimed",
    ("claimed", "expire"): "waiting",  # or callback
    ("missed", "claim"): "claimed",
    ("missed", "reassign"): "claimed",
    ("missed", "note"): "missed",
    ("missed", "resolve"): "resolved",
    ("missed", "leave"): "resolved",
    ("missed", "ask_callback"): "callback",
    ("callback", "claim"): "claimed",
    ("callback", "reassign"): "claimed",
    ("callback", "note"): "callback",
    ("callback", "resolve"): "resolved",
    ("callback", "leave"): "resolved",
    ("callback", "ask_callback"): "callback",
    ("callback", "escalate"): "callback",
    ("resolved", "note"): "resolved",
}
UNCLAIMED: tuple[State, ...] = ("waiting", "missed", "callback")
QUEUED: tuple[State, ...] = ("waiting", "missed")  # who has a place in the queue


def transition(state: State, action: Action, *, case_id: str = "") -> State:
    """The state after the action. Raises IllegalTransition, which says what is possible."""
    after = TRANSITIONS.get((state, action))
    if after is None:
        possible = [known for before, known in TRANSITIONS if before == state]
        raise IllegalTransition(case_id, state, action, possible)
    return after
