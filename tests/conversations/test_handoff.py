"""A handoff from both sides: the visitor's API and the desk's command line."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from tests.conversations.conftest import Assistant, Visitor

pytestmark = pytest.mark.processes

NURSE = "nurse@example.org"


def test_a_handoff_from_question_to_answer_and_back(assistant: Assistant, visitor: Visitor) -> None:
    case_id = visitor.say("can I take it with my lithium")["case_id"]

    relayed = visitor.say("what is ketamine?")
    assert (relayed["outcome"], relayed["case_id"]) == ("relayed", case_id)

    danger = visitor.say("honestly i want to kill myself")
    assert (danger["outcome"], danger["case_id"]) == ("crisis", case_id)
    after = visitor.say("ok. another thing: what is ketamine?")
    assert after["outcome"] == "relayed" and "988" in after["text"]
    (case,) = [c for c in json.loads(assistant.cli("cases", "list", "--json"))
               if c["case_id"] == case_id]  # fmt: skip
    assert case["urgency"] == "urgent"

    shown = assistant.cli("cases", "show", case_id)
    assert "can I take it with my lithium" in shown and "what is ketamine?" in shown
    assistant.cli("cases", "claim", case_id, "--as", NURSE)
    assistant.cli("cases", "note", case_id, "looks worn out", "--as", NURSE)

    live: list[dict[str, Any]] = []
    listener = threading.Thread(target=lambda: live.extend(visitor.events(until=9)))
    listener.start()
    assistant.cli("cases", "reply", case_id, "I am calling you now.", "--as", NURSE)
    listener.join(20)
    assert live[-1]["from"] == "staff" and live[-1]["text"] == "I am calling you now."
    assert [e["id"] for e in live] == sorted({e["id"] for e in live})
    reloaded = visitor.events(until=9)
    assert reloaded == live
    assert visitor.events(last=str(live[-2]["id"]), until=1) == live[-1:]
    assert not any("worn out" in e["text"] for e in live)

    assistant.cli("cases", "resolve", case_id, "--as", NURSE)
    answered = visitor.say("What are the possible side effects of ketamine therapy?")
    assert answered["outcome"] == "answer"
    assert "988" in answered["text"], "after a crisis, answers carry the line"


def test_a_new_question_after_resolve_opens_a_new_case(
    assistant: Assistant, visitor: Visitor
) -> None:
    first = visitor.say("can I take it with my lithium")["case_id"]
    assistant.cli("cases", "resolve", first, "--as", NURSE)
    second = visitor.say("can I take it with my xanax")
    assert second["outcome"] == "handoff" and second["case_id"] not in (None, first)


def test_an_allegation_against_staff_has_a_queue_of_its_own(
    assistant: Assistant, visitor: Visitor
) -> None:
    reply = visitor.say("the nurse touched me while i was sedated at the clinic")
    assert (reply["outcome"], reply["reason"]) == ("crisis", "abuse")
    shown = json.loads(assistant.cli("cases", "show", reply["case_id"], "--json"))
    assert shown["queue"] == "allegations"
