from __future__ import annotations

import itertools
from typing import get_args

import pytest

from desk.errors import IllegalTransition
from desk.transitions import Action, State, transition

LEGAL = {
    ("waiting", "claim"): "claimed",
    ("waiting", "reassign"): "claimed",
    ("waiting", "note"): "waiting",
    ("waiting", "resolve"): "resolved",
    ("waiting", "leave"): "resolved",
    ("waiting", "ask_callback"): "callback",
    ("waiting", "escalate"): "waiting",
    ("waiting", "miss"): "missed",
    ("claimed", "claim"): "claimed",
    ("claimed", "release"): "waiting",
    ("claimed", "reassign"): "claimed",
    ("claimed", "reply"): "claimed",
    ("claimed", "note"): "claimed",
    ("claimed", "resolve"): "resolved",
    ("claimed", "hand_back"): "resolved",
    ("claimed", "leave"): "claimed",
    ("claimed", "ask_callback"): "claimed",
    ("claimed", "expire"): "waiting",
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


@pytest.mark.parametrize("state,action", itertools.product(get_args(State), get_args(Action)))
def test_every_pair_of_state_and_action_is_legal_or_says_what_is(
    state: State, action: Action
) -> None:
    if (state, action) in LEGAL:
        assert transition(state, action) == LEGAL[state, action]
        return
    with pytest.raises(IllegalTransition) as raised:
        transition(state, action, case_id="C-234567")
    for part in ("C-234567", state, action, *raised.value.possible):
        assert part in str(raised.value)
    assert all((state, possible) in LEGAL for possible in raised.value.possible)
