from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from desk.__main__ import main
from desk.cases import Cases
from desk.database import Database
from desk.gaps import gaps
from desk.messages import Reply
from desk.store import Store

LONG_AGO = date(2020, 1, 1)


def ask(store: Store, question: str, outcome: str = "no_answer", reason: str | None = None) -> str:
    talk = store.start("website", "en").id
    turn = store.keep(talk, "m1", question)
    store.answer(turn, Reply("a reply", {"outcome": outcome, "reason": reason}))
    return talk


def test_unanswered_questions_are_counted_alike_whatever_their_case(database: Database) -> None:
    store = Store(database)
    for question in ("Is it vegan?", "is it  VEGAN", "Who makes it?", "is it vegan!"):
        ask(store, question)
    ask(store, "What is it?", "answer")
    ask(store, "Can I take it?", "handoff")
    found = [(gap.question, gap.count) for gap in gaps(database, LONG_AGO)]
    assert found == [
        ("is it vegan!", 3),
        ("Who makes it?", 1),
    ]


def test_a_word_that_got_a_choice_of_topics_is_no_gap(database: Database) -> None:
    ask(Store(database), "ketamine?", reason="clarify")
    ask(Store(database), "Who makes it?", reason="other")
    assert [gap.question for gap in gaps(database, LONG_AGO)] == ["Who makes it?"]


def test_names_and_numbers_are_taken_out(database: Database) -> None:
    ask(Store(database), "I am Dana Miller, 555-010-4477: who makes it?")
    (gap,) = gaps(database, LONG_AGO)
    assert "Miller" not in gap.question and "4477" not in gap.question
    assert "who makes it?" in gap.question


def test_old_ones_and_confidential_conversations_are_left_out(database: Database) -> None:
    store = Store(database)
    talk = ask(store, "who else was there?")
    Cases(database).open(
        talk, channel="website", reason="abuse", urgency="urgent", queue="allegations"
    )
    assert gaps(database, LONG_AGO) == ()
    ask(store, "who makes it?")
    assert gaps(database, date.today() + timedelta(days=2)) == ()
    assert len(gaps(database, LONG_AGO)) == 1


def test_the_command_prints_one_object_a_line(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    for question in ("¿Es vegano?", "Who\nmakes it?", "who makes it?"):
        ask(Store(database), question)
    database.close()
    assert main(["gaps", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"question": "who makes it?", "count": 2},
        {"question": "¿Es vegano?", "count": 1},
    ]
    assert main(["gaps", "--since", "2020-01-01"]) == 0
    assert capsys.readouterr().out == "    2  who makes it?\n    1  ¿Es vegano?\n"
