"""The benchmark of many visitors in short: everything arrives once, in order, where it belongs."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.visitor_figures import Figures, milliseconds, report
from benchmarks.visitor_processes import Stage
from benchmarks.visitors import Plan, Visitor, run


@pytest.mark.processes
def test_many_visitors_at_once_lose_double_and_misplace_nothing() -> None:
    plan = Plan(visitors=40, seconds=8, pause=1.0, delay=0.02)
    with Stage(plan.delay) as stage:
        figures = asyncio.run(run(plan, stage))
    assert len(figures.through_desk) == len(figures.direct) >= plan.visitors
    assert "came once, in order" in report(figures, 2)


@pytest.mark.parametrize(
    "heard", [[], ["a", "re: a", "re: a"], ["re: a", "a"], ["a", "re: b"], ["a"]]
)
def test_what_goes_wrong_is_seen(heard: list[str]) -> None:
    visitor = Visitor(1, said=["a"], heard=[{"text": text} for text in heard])
    assert visitor.problems()
    assert not Visitor(1, said=["a"], heard=[{"text": "a"}, {"text": "re: a"}]).problems()


def test_percentiles_are_those_of_the_values() -> None:
    values = [number / 1000 for number in range(100)]
    assert [milliseconds(values, share) for share in (0.5, 0.95, 1.0)] == [50, 95, 99]
    figures = Figures(1, 1, 0, "SQLite", [value + 0.005 for value in values], values)
    assert round(figures.own(0.95), 6) == 5
