"""What is remembered of rules, without Rasa."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.rasa.rule_lookup import Memory

LOOKUP = {json.dumps([{"n": 1}, {"n": 2}]): "x"}


class Find:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Sequence[Any]] = []

    def __call__(self, lookup: Mapping[str, str], states: Sequence[Any]) -> set[str]:
        self.asked.append(states)
        return set(lookup)


def test_the_same_last_states_are_looked_up_once() -> None:
    find = Find()
    memory = Memory(LOOKUP, find)
    for states in ([{"n": 0}, {"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}]):
        assert memory.keys(states) == set(LOOKUP)
    assert find.asked == [[{"n": 1}, {"n": 2}]]


def test_no_more_is_remembered_than_allowed() -> None:
    find = Find()
    memory = Memory(LOOKUP, find, most=1)
    for n in (1, 2, 1):
        memory.keys([{"n": n}])
    assert len(find.asked) == 3


def test_what_was_found_cannot_be_spoiled_by_its_reader() -> None:
    memory = Memory(LOOKUP, Find())
    memory.keys([{}]).clear()
    assert memory.keys([{}]) == set(LOOKUP)


def test_without_rules_nothing_fits() -> None:
    assert Memory({}, Find()).keys([{}]) == set()
