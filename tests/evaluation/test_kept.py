"""Figures that took long stay for the next table."""

from __future__ import annotations

from pathlib import Path

from evaluation.kept import Kept


def test_what_was_measured_is_kept_beside_what_was_measured_before(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "made" / "figures.json")
    assert kept.read() == {}
    kept.add("x", {"banking": 0.5})
    kept.add("x", {"in_scope": 0.25})
    assert kept.read() == {"x": {"banking": 0.5, "in_scope": 0.25}}


def test_figures_of_another_setting_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    Kept(file, "100 messages").add("x", {"recall": 0.5})
    assert Kept(file, "200 messages").read() == {}
