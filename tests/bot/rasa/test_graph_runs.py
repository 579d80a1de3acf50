"""The order and the run of a graph, without Rasa; its place in Rasa is tested by every turn."""

from __future__ import annotations

import pytest

from bot.rasa.graph_runs import plan, run

NEEDS = {
    "sum": {"one": "double", "other": "number"},
    "double": {"given": "number"},
    "unused": {"given": "nobody"},
}


def test_each_node_comes_after_what_it_needs_and_others_stay_out() -> None:
    assert plan(NEEDS, ["sum"]) == [("double", ["number"]), ("sum", ["double", "number"])]


def test_a_node_that_two_need_runs_once() -> None:
    assert [name for name, _ in plan(NEEDS, ["sum", "double"])] == ["double", "sum"]


def test_nodes_take_and_give_names_with_values() -> None:
    nodes = {
        "double": lambda number: ("double", number[1] * 2),
        "sum": lambda one, other: ("sum", one[1] + other[1]),
    }
    found = run(nodes, plan(NEEDS, ["sum"]), {"number": 4})
    assert found["sum"] == ("sum", 12)


def test_an_input_that_is_missing_is_handed_on_as_its_name() -> None:
    seen: list[object] = []
    run({"double": lambda given: seen.append(given)}, plan(NEEDS, ["double"]), {})
    assert seen == ["number"]


def test_what_a_node_raises_is_not_hidden() -> None:
    def fails(_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run({"double": fails}, plan(NEEDS, ["double"]), {"number": 1})
