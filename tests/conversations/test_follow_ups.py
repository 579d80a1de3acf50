"""Conversations about one thing, through the visitor API and real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conversations.conftest import ROOT, Assistant, Visitor

pytestmark = pytest.mark.processes


def documents(reply: dict[str, Any]) -> set[str]:
    return {citation["document"] for citation in reply["citations"]}


def staff_see(assistant: Assistant, visitor: Visitor) -> list[dict[str, Any]]:
    """The messages of a conversation as the desk keeps them for staff."""
    import sqlite3

    with sqlite3.connect(assistant.folder / "desk.db") as database:
        rows = database.execute(
            "select payload from messages where conversation_id = ? and sender = 'bot' order by id",
            (visitor.id,),
        ).fetchall()
    return [json.loads(payload) for (payload,) in rows]


def test_follow_ups_go_on_with_the_subject_until_it_changes(visitor: Visitor) -> None:
    first = visitor.say("What are the possible side effects of ketamine therapy?")
    assert first["outcome"] == "answer"
    assert 2 <= len(first["buttons"]) <= 3
    common = visitor.say("is that common?")
    assert common["outcome"] == "answer"
    assert any("side effects" in one["section"].lower() for one in common["citations"])
    assert visitor.say("why?")["outcome"] == "answer"
    changed = visitor.say("What is treatment-resistant depression?")
    assert "treatment-resistant-depression.md" in documents(changed)


def test_what_is_offered_can_be_chosen_by_its_place_and_is_answered(visitor: Visitor) -> None:
    first = visitor.say("What are the possible side effects of ketamine therapy?")
    second = visitor.say("the second one")
    tapped = visitor.say(first["buttons"][1]["payload"])
    assert second["outcome"] == tapped["outcome"] == "answer"
    assert documents(second) == documents(tapped)


def test_more_is_told_from_other_passages(visitor: Visitor) -> None:
    first = visitor.say("How does ketamine work in the brain?")
    more = visitor.say("tell me more")
    assert more["outcome"] == "answer"
    told = {citation["text"] for citation in first["citations"]}
    assert not told & {citation["text"] for citation in more["citations"]}


@pytest.mark.parametrize("text", ["ketamine?", "tell me more"])
def test_a_word_alone_gets_a_choice_of_topics(visitor: Visitor, text: str) -> None:
    reply = visitor.say(text)
    assert (reply["outcome"], reply["reason"]) == ("no_answer", "clarify")
    assert reply["citations"] == [] and 2 <= len(reply["buttons"]) <= 3
    assert visitor.say(reply["buttons"][0]["payload"])["outcome"] == "answer"


def test_personal_follow_up_goes_to_a_person(visitor: Visitor) -> None:
    visitor.say("What are the possible side effects of ketamine therapy?")
    reply = visitor.say("and if I take it with my lithium?")
    assert (reply["outcome"], reply["citations"]) == ("handoff", [])


def test_crisis_words_in_a_question_bring_the_line_on_help_and_no_buttons(
    visitor: Visitor,
) -> None:
    reply = visitor.say("Does ketamine reduce suicidal thoughts in studies?")
    assert reply["outcome"] == "answer"
    assert "call or text 988" in reply["text"]
    assert reply["buttons"] == []


def test_staff_see_why_and_visitors_do_not(assistant: Assistant, visitor: Visitor) -> None:
    reply = visitor.say("What are the possible side effects of ketamine therapy?")
    greeting = visitor.say("hello")
    assert "trace" not in json.dumps([reply, greeting, *visitor.events(until=4)])
    answered, greeted = staff_see(assistant, visitor)
    assert answered["trace"]["gate"]["label"] == "general_education"
    assert answered["trace"]["passages"] and answered["trace"]["index_version"]
    assert greeted["trace"]["gate"]["intent"] == "small_talk_greet"


@pytest.fixture
def restored() -> Iterator[None]:
    """Builds the project's own documents again when the test is over."""
    yield
    build(ROOT / "index" / "documents")


def build(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "index", "build", "--documents", str(folder)],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_new_index_is_answered_from_without_a_restart(
    assistant: Assistant, visitor: Visitor, tmp_path: Path, restored: None
) -> None:
    question = "What is treatment-resistant depression?"
    before = visitor.say(question)
    assert "treatment-resistant-depression.md" in documents(before)
    shutil.copytree(ROOT / "index" / "documents", tmp_path / "fewer")
    (tmp_path / "fewer" / "treatment-resistant-depression.md").unlink()
    build(tmp_path / "fewer")
    after = visitor.say(question)
    assert "treatment-resistant-depression.md" not in documents(after)
    versions = [payload["trace"]["index_version"] for payload in staff_see(assistant, visitor)]
    assert len(set(versions)) == 2
