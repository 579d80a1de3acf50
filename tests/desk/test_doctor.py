from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.__main__ import main
from desk.database import Database
from desk.staff import Staff

ROOT = Path(__file__).parents[2]


def found(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, list[str]]]:
    code = main(["doctor", "--json", *more])
    findings: dict[str, list[str]] = {}
    for one in json.loads(capsys.readouterr().out):
        findings.setdefault(one["part"], []).append(f"{one['grade']}: {one['says']}")
    return code, findings


@pytest.fixture
def healthy(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All but Rasa and the action server, whose ports nobody listens on."""
    store = tmp_path / "index"
    store.mkdir()
    (store / "current").write_text("version")
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("INDEX_STORE", str(store))
    monkeypatch.setenv("RASA_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:9")
    return tmp_path


def test_it_names_each_part_and_what_to_do(
    healthy: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, findings = found(capsys)
    assert code == 1
    for part in ("settings", "clinic", "database", "disk", "index"):
        assert findings[part][0].startswith("ok"), findings[part]
    assert findings["rasa"][0].startswith("fail") and "make run" in findings["rasa"][0]
    assert "staff add" in findings["staff"][0]
    assert "on_call" in findings["on call"][0]
    Staff(Database(sqlite_url)).add("a@b.example", role="admin", password="long enough a word")
    assert found(capsys)[1]["staff"] == ["ok: 1 people can log in"]


@pytest.mark.parametrize(
    "name,value,part,named",
    [
        ("PORT", "eight", "settings", "PORT='eight'"),
        ("CLINIC_FILE", "nothing.yml", "clinic", "nothing.yml"),
        ("CLINIC_COUNTRY", "xx", "clinic", "crisis_lines.yml"),
        ("DATABASE_URL", "postgresql://desk:hidden@127.0.0.1:9/desk", "database", "127.0.0.1:9"),
        ("INDEX_STORE", "no-such-folder", "index", "make index"),
    ],
)
def test_what_is_wrong_is_named(
    healthy: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    part: str,
    named: str,
) -> None:
    monkeypatch.setenv(name, value)
    code, findings = found(capsys)
    assert code == 1
    assert findings[part][0].startswith("fail") and named in findings[part][0]
    assert "hidden" not in str(findings)


def test_mail_for_those_on_call_needs_a_server(
    healthy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = healthy / "clinic.yml"
    file.write_text("cases: {on_call: ['mailto:oncall@clinic.example']}")
    monkeypatch.setenv("CLINIC_FILE", str(file))
    assert "set DESK_SMTP_URL" in found(capsys)[1]["mail"][0]
    monkeypatch.setenv("DESK_SMTP_URL", "smtp://127.0.0.1:9")
    assert "check DESK_SMTP_URL" in found(capsys)[1]["mail"][0]
