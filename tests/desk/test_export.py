from __future__ import annotations

import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from desk import export
from desk.__main__ import main
from desk.cases import Cases
from desk.database import Database
from desk.messages import Reply
from desk.models import messages
from desk.store import Store
from desk.turn_queue import TurnQueue

DAY = "2025-03-10"
SECRET = "a secret for tests only"
ANN = "ann@clinic.example"


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DESK_SECRET", SECRET)
    return Database(sqlite_url)


@pytest.fixture
def conversation(database: Database) -> str:
    """A visitor's question and its reply, of one day."""
    return said(database, "I'm Ximora, call 555-123-4567", DAY)


def said(database: Database, text: str, day: str) -> str:
    store = Store(database)
    conversation = store.start("website")
    queue = TurnQueue(database)
    turn = queue.receive(conversation.id, "m1", text).message
    queue.finish(turn, [Reply("Somebody will.", {"outcome": "handoff", "reason": "unclear"})])
    same = messages.c.conversation_id == conversation.id
    with database.writing() as connection:
        at = f"{day}T23:59:59.999999+00:00"
        connection.execute(update(messages).where(same).values(created_at=at))
    return conversation.id


def run(*arguments: str) -> int:
    return main(["export", *arguments])


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_conversation_is_one_line_redacted_under_a_pseudonym(
    database: Database, conversation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--since", DAY) == 0
    shown = capsys.readouterr()
    (line,) = lines(shown.out)
    assert line["messages"] == [
        {
            "from": "visitor",
            "text": "I'm [name], call [phone]",
            "outcome": None,
            "reason": None,
            "at": DAY,
        },
        {
            "from": "bot",
            "text": "Somebody will.",
            "outcome": "handoff",
            "reason": "unclear",
            "at": DAY,
        },
    ]
    assert len(line["conversation"]) == 12
    assert conversation not in shown.out
    assert "not perfect" in shown.err
    assert "health data" in shown.err


def test_the_pseudonym_stays_the_same_and_hangs_on_the_secret(
    database: Database, conversation: str
) -> None:
    def names(secret: str) -> list[str]:
        day = date.fromisoformat(DAY)
        return [line["conversation"] for line in export.exported(database, day, day, secret)]

    assert names(SECRET) == names(SECRET) != names("another secret, just as long")


def test_both_days_are_included_and_others_are_not(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in ("2025-03-09", "2025-03-10", "2025-03-11", "2025-03-12"):
        said(database, f"on {day[-2:]}", day)
    assert run("--since", "2025-03-10", "--until", "2025-03-11") == 0
    texts = [line["messages"][0]["text"] for line in lines(capsys.readouterr().out)]
    assert texts == ["on 10", "on 11"]


def test_notes_are_never_exported(
    database: Database, conversation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = Cases(database)
    case = cases.open(conversation, channel="website", reason="unclear")
    cases.claim(case.case_id, ANN)
    cases.note(case.case_id, "a private note", ANN)
    cases.reply(case.case_id, "Please wait.", ANN)
    cases.resolve(case.case_id, ANN, "a private outcome")
    assert run("--since", DAY) == 0
    out = capsys.readouterr().out
    assert "Please wait." in out
    assert "private" not in out
    assert ANN not in out


def test_allegations_are_left_out_unless_asked_for(
    database: Database, conversation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Cases(database).open(conversation, channel="website", reason="abuse", queue="allegations")
    assert run("--since", DAY) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "allegation" in shown.err
    assert run("--since", DAY, "--with-allegations") == 0
    assert len(lines(capsys.readouterr().out)) == 1


def test_the_file_is_for_its_owner_alone_and_not_overwritten_unasked(
    database: Database, conversation: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "export.jsonl"
    assert run("--since", DAY, "--out", str(out)) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert len(lines(out.read_text())) == 1
    out.write_text("mine")
    assert run("--since", DAY, "--out", str(out)) == 1
    assert "--force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert run("--since", DAY, "--out", str(out), "--force") == 0
    assert len(lines(out.read_text())) == 1


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    database: Database, conversation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "export.jsonl"
    out.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desk.export.os.fsync", full)
    before = sorted(tmp_path.iterdir())
    assert run("--since", DAY, "--out", str(out), "--force") == 1
    assert out.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "arguments,named",
    [
        (["--since", "2025-03-11", "--until", "2025-03-10"], "--since 2025-03-11"),
        (["--since", DAY, "--out", "no/such/folder/x.jsonl"], "no/such/folder"),
        (["--since", DAY, "--out", "."], "--out ."),
    ],
)
def test_what_cannot_be_exported_is_one_line_on_stderr(
    database: Database, arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert named in line


def test_a_day_that_is_none_is_refused(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run("--since", "10.3.2025")
    assert "'10.3.2025' is no day like" in capsys.readouterr().err
