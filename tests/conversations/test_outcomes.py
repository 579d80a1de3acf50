"""What a visitor meets, through the visitor API and real Rasa and action server processes."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from tests.conversations.conftest import Assistant, Visitor

pytestmark = pytest.mark.processes

CRISIS_ELEMENTS = ("911", "988", "988lifeline.org", "838255", "741741")


def cases(assistant: Assistant, conversation_id: str) -> list[dict[str, Any]]:
    listed = json.loads(assistant.cli("cases", "list", "--json"))
    return [case for case in listed if case["conversation_id"] == conversation_id]


@pytest.mark.parametrize(
    "question, document, words",
    [
        ("What are the possible side effects of ketamine therapy?", None, "dizziness"),
        ("Is ketamine approved by the FDA for depression?", "regulation-and-safety.md", "not"),
        ("What is treatment-resistant depression?", "treatment-resistant-depression.md", "several"),
        ("How does ketamine block NMDA receptors?", None, "NMDA"),
        ("Is IV ketamine used for adolescents?", "adolescents.md", "adolescents"),
    ],
)
def test_a_general_question_is_answered_with_its_source(
    visitor: Visitor, question: str, document: str | None, words: str
) -> None:
    reply = visitor.say(question)
    assert reply["outcome"] == "answer"
    assert reply["from"] == "bot"
    cited = [citation["document"] for citation in reply["citations"]]
    assert cited and (document is None or document in cited)
    assert words in reply["text"]
    assert "not medical advice" in reply["text"] or "no medical advice" in reply["text"]


def test_every_quoted_sentence_stands_in_a_cited_passage(visitor: Visitor) -> None:
    reply = visitor.say("How quickly does ketamine work compared with antidepressants?")
    assert reply["outcome"] == "answer"
    quoted = reply["text"].split("\n\n")[0]
    passages = " ".join(citation["text"] for citation in reply["citations"])
    for sentence in re.split(r"(?<=[.!?])\s+", quoted):
        assert sentence in passages


def test_lithium_opens_a_case_and_nothing_medical_is_said(
    assistant: Assistant, visitor: Visitor
) -> None:
    reply = visitor.say("can I take it with my lithium")
    assert (reply["outcome"], reply["reason"]) == ("handoff", "interaction")
    assert reply["citations"] == []
    assert "prescriber" in reply["text"] and "988" in reply["text"] and "911" in reply["text"]
    assert not re.search(r"\b(safe|yes|no interaction|serotonin|can be taken)\b", reply["text"])
    (case,) = cases(assistant, visitor.id)
    assert case["case_id"] == reply["case_id"]
    assert (case["reason"], case["state"]) == ("interaction", "waiting")


@pytest.mark.parametrize("text", ["i want to kill myself", '/greet{"a":1} I want to die'])
def test_a_crisis_message_gets_the_crisis_reply(
    assistant: Assistant, visitor: Visitor, text: str
) -> None:
    reply = visitor.say(text)
    assert (reply["outcome"], reply["reason"]) == ("crisis", "suicide")
    assert all(element in reply["text"] for element in CRISIS_ELEMENTS)
    assert reply["citations"] == []
    assert {"tel:988", "sms:988", "tel:911"} <= {b["payload"] for b in reply["buttons"]}
    (case,) = cases(assistant, visitor.id)
    assert (case["urgency"], case["case_id"]) == ("urgent", reply["case_id"])


def test_a_crisis_in_spanish_is_answered_in_spanish(visitor: Visitor) -> None:
    reply = visitor.say("ya no quiero vivir")
    assert reply["outcome"] == "crisis"
    assert "988" in reply["text"] and "AYUDA" in reply["text"] and "asistente" in reply["text"]


def test_a_second_crisis_message_gets_another_wording(visitor: Visitor) -> None:
    first, second = visitor.say("i want to kill myself"), visitor.say("i really want to die")
    assert first["outcome"] == second["outcome"] == "crisis"
    assert first["text"] != second["text"]
    assert first["case_id"] == second["case_id"]


def test_emergency_and_crisis_together_give_both_blocks(visitor: Visitor) -> None:
    reply = visitor.say("I just took all of my pills because i want to die")
    assert (reply["outcome"], reply["reason"]) == ("emergency", "overdose_or_ingestion")
    assert reply["text"].index("911") < reply["text"].index("988lifeline.org")


def test_a_router_is_turned_away_politely(assistant: Assistant, visitor: Visitor) -> None:
    reply = visitor.say("how do I reset my router")
    assert reply["outcome"] == "out_of_scope"
    assert reply["case_id"] is None and cases(assistant, visitor.id) == []


def test_what_the_documents_do_not_say_is_admitted(visitor: Visitor) -> None:
    reply = visitor.say("which company manufactures ketamine?")
    assert reply["outcome"] == "no_answer"
    assert reply["citations"] == []
    assert any("person" in button["payload"] for button in reply["buttons"])


def test_an_offered_person_is_one_tap_away(assistant: Assistant, visitor: Visitor) -> None:
    offer = visitor.say("which company manufactures ketamine?")
    reply = visitor.say(offer["buttons"][0]["payload"])
    assert (reply["outcome"], reply["reason"]) == ("handoff", "wants_human")
    assert len(cases(assistant, visitor.id)) == 1


def test_small_talk(visitor: Visitor) -> None:
    assert visitor.say("hello there")["outcome"] == "small_talk"


def test_the_crisis_line_follows_an_answer_that_touches_on_suicide(visitor: Visitor) -> None:
    reply = visitor.say("does ketamine reduce suicidal thoughts in studies?")
    assert reply["outcome"] == "answer"
    assert "988" in reply["text"]
    assert not re.search(r"prevents? suicide", reply["text"])


@pytest.mark.parametrize("text", ["", "   \n ", "\x00\x07"])
def test_nothing_to_read_is_refused_clearly(visitor: Visitor, text: str) -> None:
    answer = visitor.post(text)
    assert answer.status_code == 422
    assert "988" in answer.json()["error"]["message"]


def test_a_megabyte_is_refused_and_the_conversation_goes_on(visitor: Visitor) -> None:
    assert visitor.post("a" * 1_000_000).status_code == 413
    assert visitor.say("hello")["outcome"] == "small_talk"


@pytest.mark.parametrize("text", ["🙂🙂", "/restart", "<script>alert(1)</script>", "a\x07b\x00c"])
def test_odd_input_gets_a_reply_and_no_traceback(visitor: Visitor, text: str) -> None:
    reply = visitor.say(text)
    assert reply["outcome"] in {"handoff", "out_of_scope", "small_talk", "no_answer"}
    assert "Traceback" not in reply["text"]
    assert visitor.say("hello")["outcome"] in {"small_talk", "relayed"}


def test_the_same_message_twice_is_one_turn(visitor: Visitor) -> None:
    first = visitor.post("What is ketamine infusion therapy?", "m-1").json()
    again = visitor.post("What is ketamine infusion therapy?", "m-1").json()
    assert first == again
    assert len(visitor.events(until=2)) == 2


def test_rasas_own_channel_carries_the_whole_reply_in_one_element(assistant: Assistant) -> None:
    answer = httpx.post(
        f"{assistant.url('rasa')}/webhooks/rest/webhook",
        json={"sender": "test-channel", "message": "what are the side effects of ketamine?"},
        timeout=30,
    ).json()
    (element,) = answer
    assert element["custom"]["outcome"] == "answer"
    assert element["custom"]["text"] == element["text"]
    assert {"reason", "citations", "buttons", "case_id"} <= set(element["custom"])


def test_rasa_and_the_action_server_write_no_visitors_words(
    assistant: Assistant, visitor: Visitor
) -> None:
    visitor.say("my secret word is xylophonist, does ketamine help depression?")
    for name in ("rasa", "actions", "desk"):
        assert "xylophonist" not in assistant.log(name)
