from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from desk.__main__ import main
from desk.cases import Cases
from desk.database import Database
from desk.store import Store

ANN, BEN = "ann@clinic.example", "ben@clinic.example"
LISTED = {
    "case_id",
    "conversation_id",
    "channel",
    "state",
    "reason",
    "urgency",
    "opened_at",
    "assignee",
}


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    return Database(sqlite_url)


@pytest.fixture
def case_id(database: Database) -> str:
    said = [{"from": "visitor", "text": "can I take\nit now?"}]
    cases = Cases(database)
    return cases.open("c1", channel="cmdline", reason="dosing", transcript=said).case_id


def run(*arguments: str) -> int:
    return main(arguments)


def test_an_empty_database_is_migrated_once(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("migrate") == run("migrate") == 0
    assert capsys.readouterr().out.splitlines() == [
        "The tables are up to date now.",
        "The tables were up to date.",
    ]


def test_a_case_from_the_list_to_its_end(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("staff", "add", ANN, "--name", "Ann") == 0
    assert run("cases", "claim", case_id.lower(), "--as", ANN) == 0
    assert run("cases", "note", case_id, "a private note", "--as", ANN) == 0
    assert run("cases", "reply", case_id, "Please wait.", "--as", ANN) == 0
    assert run("cases", "release", case_id, "--as", ANN) == 0
    assert run("cases", "resolve", case_id, "--as", ANN, "--outcome", "called") == 0
    assert f"Case {case_id} is resolved." in capsys.readouterr().out
    said = [(message.sender, message.text) for message in Store(database).messages("c1")]
    assert said[0] == ("staff", "Please wait.")
    assert [sender for sender, _ in said] == ["staff", "system"]
    case = Cases(database).get(case_id)
    assert (case.state, case.outcome) == ("resolved", "called")


def test_handing_back_needs_its_holder(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("cases", "claim", case_id, "--as", ANN)
    assert run("cases", "hand-back", case_id, "bye", "--as", BEN) == 1
    assert ANN in capsys.readouterr().err
    assert run("cases", "hand-back", case_id, "bye", "--as", ANN) == 0


def test_the_list_as_json_has_the_unresolved_cases(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Cases(database).open("c2", channel="website", reason="suicide", urgency="urgent")
    Cases(database).resolve(case_id, ANN)
    assert run("cases", "list", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert set(listed) == LISTED
    assert listed["case_id"] == other.case_id
    assert run("cases", "list", "--json", "--all") == 0
    assert [case["case_id"] for case in json.loads(capsys.readouterr().out)] == [
        other.case_id,
        case_id,
    ]


def test_the_list_for_people_says_when_it_is_empty(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("cases", "list") == 0
    assert capsys.readouterr().out == "No case is open.\n"


def test_show_tells_the_conversation_and_the_notes_apart(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("cases", "claim", case_id, "--as", ANN)
    run("cases", "reply", case_id, "Please wait.", "--as", ANN)
    run("cases", "note", case_id, "a private note", "--as", ANN)
    capsys.readouterr()
    assert run("cases", "show", case_id) == 0
    conversation, history = capsys.readouterr().out.split("Notes and history")
    assert "visitor: can I take\n    it now?" in conversation
    assert re.search(r"\d\d:\d\d UTC  staff: Please wait\.", conversation)
    assert "private" not in conversation
    assert f"{ANN}, note: a private note" in history
    assert run("cases", "show", case_id, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert [message["text"] for message in shown["messages"]] == ["Please wait."]
    assert [event["action"] for event in shown["events"]] == ["open", "claim", "reply", "note"]
    assert shown["transcript"][0]["from"] == "visitor"


def test_somebody_without_an_account_is_taken_and_told(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("cases", "claim", case_id, "--as", ANN) == 0
    shown = capsys.readouterr()
    assert f"{ANN} has no account yet" in shown.err
    assert f"claimed by {ANN}" in shown.out


@pytest.mark.parametrize(
    "arguments,named",
    [
        (["cases", "show", "C-NOPE"], "C-NOPE"),
        (["cases", "claim", "C-NOPE", "--as", ANN], "C-NOPE"),
        (["cases", "claim", "CASE", "--as", "ann"], "'ann'"),
        (["cases", "reply", "CASE", "hello", "--as", ANN], "claim"),
        (["cases", "note", "CASE", " ", "--as", ANN], "empty"),
        (["staff", "add", "ann at clinic"], "ann at clinic"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr(
    database: Database,
    case_id: str,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    named: str,
) -> None:
    assert run(*(case_id if argument == "CASE" else argument for argument in arguments)) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert named in shown.err.splitlines()[-1]


def test_a_bad_setting_is_one_line_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "eight")
    assert run("cases", "list") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("PORT='eight' is not allowed")


def test_staff_are_listed_with_their_names(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    run("staff", "add", "Ann@Clinic.Example")
    run("staff", "add", ANN, "--name", "Ann")
    run("staff", "add", BEN)
    capsys.readouterr()
    assert run("staff", "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{ANN}  Ann  agent",
        f"{BEN}  -  agent",
    ]


def test_it_runs_as_a_program(database: Database, case_id: str) -> None:
    command = [sys.executable, "-m", "desk", "cases", "list", "--json"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert [case["case_id"] for case in json.loads(done.stdout)] == [case_id]
    assert done.stderr == ""


def test_a_case_is_given_to_somebody_who_has_an_account(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("cases", "reassign", case_id, "--to", BEN, "--as", ANN) == 1
    assert "no active account" in capsys.readouterr().err
    run("staff", "add", BEN)
    assert run("cases", "reassign", case_id, "--to", BEN, "--as", ANN) == 0
    assert f"claimed by {BEN}" in capsys.readouterr().out


def test_conversations_are_deleted_one_by_one_or_by_age(
    database: Database, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("retention", "--days", "1", "--dry-run") == 0
    assert "0 conversations are older" in capsys.readouterr().out
    assert run("delete", "c1", "nothing") == 0
    assert "1 of 2" in capsys.readouterr().out
    assert Cases(database).list("all") == ()
    with pytest.raises(SystemExit):
        run("retention", "--days", "none")
