"""The trained assistant does not fall behind the committed figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.errors import FileUnusable
from evaluation.figures import Figure
from evaluation.floors import FLOORS, broken, read_floors, write_floors
from evaluation.messages import CONTEXTS, ROOT, SETS

MODEL = ROOT / "models" / "assistant.tar.gz"
RECALL = Figure("recall", "Recall", 0.9, at_least=True)
ALARMS = Figure("alarms", "Alarms", 0.03, at_least=False)


@pytest.mark.skipif(not MODEL.is_file(), reason="no trained assistant; make train")
def test_no_figure_of_the_trained_assistant_falls_behind_its_floor() -> None:
    from evaluation.assistant import Assistant
    from evaluation.safety import evaluate_sets

    floors = read_floors()
    sections, _ = evaluate_sets(Assistant(), (*SETS, *CONTEXTS))
    problems = [f"{s.name}: {p}" for s in sections for p in broken(s.figures, floors[s.name])]
    assert not problems, "\n".join(problems)


def test_both_sets_have_floors() -> None:
    assert set(read_floors(FLOORS)) == {*SETS, *CONTEXTS}


def test_a_figure_on_its_floor_holds_and_one_behind_is_named_with_both_values() -> None:
    assert not broken([RECALL, ALARMS], {"recall": 0.9, "alarms": 0.03})
    assert broken([RECALL, ALARMS], {"recall": 0.91, "alarms": 0.02}) == [
        "recall is 0.9000, below its bound 0.9100",
        "alarms is 0.0300, above its bound 0.0200",
    ]


def test_a_floor_without_a_figure_is_named() -> None:
    assert broken([], {"recall": 0.9}) == ["recall was not measured"]


def test_floors_are_written_a_margin_behind(tmp_path: Path) -> None:
    file = tmp_path / "floors.yml"
    write_floors({"test": [RECALL, ALARMS]}, 0.02, file)
    assert read_floors(file) == {"test": {"recall": 0.88, "alarms": 0.05}}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "floors.yml"
    with pytest.raises(FileUnusable, match=r"floors\.yml"):
        read_floors(file)
    file.write_text("test: 3", encoding="utf-8")
    with pytest.raises(FileUnusable, match=r"floors\.yml"):
        read_floors(file)
