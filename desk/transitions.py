"""What can be done with a case in which state."""

from __future__ import annotations

from typing import Literal

from desk.errors import IllegalTransition

State = Literal["waiting", "claimed", "resolved"]
Action = Literal["claim", "release", "reply", "note", "resolve", "hand_back"]

TRANSITIONS: dict[tuple[State, Action], State] = {
    ("waiting", "claim"): "claimed",
    ("waiting", "note"): "waiting",
    ("waiting", "resolve"): "resolved",
    ("claimed", "claim"): "claimed",  # by the one who holds it, see Cases.claim
    ("claimed", "release"): "waiting",
    ("claimed", "reply"): "claimed",
    ("claimed", "note"): "claimed",
    ("claimed", "resolve"): "resolved",
    ("claimed", "hand_back"): "resolved",
    ("resolved", "note"): "resolved",
}


def transition(state: State, action: Action, *, case_id: str = "") -> State:
    """The state after the action. Raises IllegalTransition, which says what is possible."""
    after = TRANSITIONS.get((state, action))
    if after is None:
        possible = [known for before, known in TRANSITIONS if before == state]
        raise IllegalTransition(case_id, state, action, possible)
    return after
