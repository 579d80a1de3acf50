from __future__ import annotations

from pathlib import Path

import pytest

from desk import texts
from desk.clinic import load_clinic, load_lines
from desk.errors import SettingsError

ROOT = Path(__file__).parents[2]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "clinic.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_that_comes_with_the_project_is_right() -> None:
    clinic = load_clinic(ROOT / "clinic.yml")
    assert clinic.topics
    assert len(clinic.opening.week) == 7


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_clinic(written(tmp_path, "")).cases.claim_minutes == 30


@pytest.mark.parametrize(
    "text,named",
    [
        ("time_zone: Mars/Olympus", "Mars/Olympus"),
        ("hours: {mon: ['09:00-17:00']}", "'mon'"),
        ("hours: {monday: ['9-5']}", "'9-5'"),
        ("hours: {monday: ['09:00-24:30']}", "24:30"),
        ("holidays: [{date: 2026-13-01}]", "month"),
        ("holidays: [{date: 2026-12-01, hours: ['x']}]", "'x'"),
        ("cases: {claim_minutes: 0}", "cases.claim_minutes"),
        ("cases: {on_call: ['nurse']}", "'nurse'"),
        ("topics: [{en: Only English}]", "topics.0.es"),
        ("colour: red", "colour"),
        ("- a list", "names and values"),
        ("a: [", "not YAML"),
    ],
)
def test_a_wrong_value_is_named_with_the_file(tmp_path: Path, text: str, named: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        load_clinic(path)
    assert named in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CLINIC_FILE"):
        load_clinic(tmp_path / "nothing.yml")


@pytest.mark.parametrize("country", ["us", "gb", "ca"])
def test_every_country_has_its_lines(country: str) -> None:
    lines = load_lines(country, ROOT / "crisis_lines.yml")
    assert lines.emergency
    for language in ("en", "es"):
        assert f"tel:{lines.emergency}" in [one["payload"] for one in lines.buttons(language)]


def test_an_unknown_country_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match="us"):
        load_lines("xx", ROOT / "crisis_lines.yml")


def test_the_desk_speaks_with_the_lines_of_its_country() -> None:
    try:
        texts.speak_for(load_lines("gb", ROOT / "crisis_lines.yml").phrases)
        for language in ("en", "es", None):
            for said in (texts.unavailable, texts.relayed, texts.missed, texts.person_asked):
                assert "999" in said(language) and "116 123" in said(language)
                assert "988" not in said(language) and "{" not in said(language)
        assert "999" in texts.danger()
    finally:
        texts.speak_for(load_lines("us", ROOT / "crisis_lines.yml").phrases)
    assert "988lifeline.org" in texts.unavailable("en")


def test_the_defaults_are_the_lines_of_us() -> None:
    """Also where nothing has been read yet: no sentence is without a number."""
    before = texts.missed("es")
    texts.speak_for(load_lines("us", ROOT / "crisis_lines.yml").phrases)
    assert texts.missed("es") == before
