"""The parts of the widget's benchmark that compute."""

from __future__ import annotations

from benchmarks.rivals import needed
from benchmarks.widget import Row, Timed, median_of, table


def test_a_bundle_weighs_what_its_first_view_needs() -> None:
    """What is imported later, when it is asked for, is not part of it."""
    outputs = {
        "a.js": {"imports": [{"path": "b.js", "kind": "import-statement"}]},
        "b.js": {
            "imports": [
                {"path": "a.js", "kind": "import-statement"},
                {"path": "later.js", "kind": "dynamic-import"},
            ]
        },
        "later.js": {"imports": []},
    }
    assert needed(outputs, "a.js") == {"a.js", "b.js"}


def test_runs_become_medians_of_each_stage_and_the_largest_shift() -> None:
    runs = [[Timed(10, 0.0)], [Timed(90, 0.2)], [Timed(20, 0.0)]]
    assert median_of(runs) == [Timed(20, 0.2)]


def test_the_table_has_a_line_for_each_widget() -> None:
    lines = table([Row("ours", 23_400, 3, Timed(44.4, 0.0))]).splitlines()
    assert lines[-1] == "| ours | 23.4 kB | 3 | 44 ms | 0.000 |"
