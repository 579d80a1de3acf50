"""What the answering action says, in which order, and what it keeps of the conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.answer import ActionAnswer
from bot.answers.answering import SEARCHED
from bot.answers.topics import QUESTIONS, SPANISH
from tests.bot.passages import EFFECTS, Shelf, passage, shelf

OLD = passage("old", "An infusion takes 40 minutes.", reviewed_on="2020-01-01")
NEW = passage("new", "An infusion takes two hours.", date="2025-03-04")
HOPE = passage("hope", "Ketamine may relieve depression quickly.")
ABOUT_DYING = passage("dying", "Studies looked at suicidal thoughts.")


class Live:
    """An index that never changes."""

    def __init__(self, index: Shelf) -> None:
        self._index = index
        self.ahead: list[tuple[str, int]] = []

    def current(self) -> Shelf:
        return self._index

    def search_ahead(self, question: str, k: int) -> None:
        self.ahead.append((question, k))


def test_a_search_begins_early_where_there_is_an_index_and_something_to_search_for(
    action: ActionAnswer,
) -> None:
    async def messages(*texts: str) -> None:
        for text in texts:
            action.begin(text)
        await asyncio.get_running_loop().shutdown_default_executor()

    asyncio.run(messages("before there is an index"))
    live = Live(shelf())
    action._index = live  # type: ignore[assignment]
    asyncio.run(messages("what is it?", "  ", "/restart"))
    assert live.ahead == [("what is it?", SEARCHED)]


@pytest.fixture
def action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ActionAnswer:
    monkeypatch.setenv("INDEX_STORE", str(tmp_path / "no-index"))
    return ActionAnswer()


def turn(
    action: ActionAnswer,
    text: str,
    intent: str,
    index: Shelf | None = None,
    channel: str = "rest",
    **slots: Any,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The messages of a turn and the slots that it set."""
    action._index = Live(index or shelf())  # type: ignore[assignment]
    latest = {
        "text": text,
        "intent": {"name": intent},
        "verdict": {"intent": intent, "label": "general_education", "source": "classifier"},
    }
    event = {"event": "user", "text": text, "timestamp": 1.0, "input_channel": channel}
    about = Tracker("v", slots, latest, [event], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, about, {}))
    return list(dispatcher.messages), {event["name"]: event["value"] for event in events}


def responses(messages: list[dict[str, Any]]) -> list[str]:
    return [message["response"] for message in messages if message["response"]]


def test_an_answer_comes_with_source_disclaimer_and_what_to_ask_next(action: ActionAnswer) -> None:
    messages, slots = turn(action, QUESTIONS["side_effects"], "general_side_effects")
    assert responses(messages) == ["say_answer", "say_disclaimer", "say_next"]
    custom = messages[0]["custom"]
    assert (custom["outcome"], custom["reason"]) == ("answer", "side_effects")
    (citation,) = custom["citations"]
    assert citation["document"] == "effects.md"
    assert {"title", "section", "text", "url", "date", "author", "page"} <= citation.keys()
    assert [button["payload"] for button in messages[-1]["buttons"]] == slots["offered"]
    assert (slots["topic"], slots["asked"]) == ("side_effects", QUESTIONS["side_effects"])
    assert custom["trace"]["index_version"] == "v1"


def test_slots_carry_the_subject_to_the_next_question(action: ActionAnswer) -> None:
    _, slots = turn(action, QUESTIONS["side_effects"], "general_side_effects")
    messages, after = turn(action, "why?", "small_talk_chitchat", **slots)
    assert messages[0]["custom"]["outcome"] == "answer"
    assert messages[0]["custom"]["reason"] == "side_effects"
    assert after.get("topic", slots["topic"]) == "side_effects"


def test_bare_word_gets_topics_as_buttons(action: ActionAnswer) -> None:
    messages, _ = turn(action, "ketamine?", "general_what_is")
    (only,) = messages
    assert only["response"] == "say_clarify"
    assert (only["custom"]["outcome"], only["custom"]["reason"]) == ("no_answer", "clarify")
    assert {"title": "Possible side effects", "payload": QUESTIONS["side_effects"]} in only[
        "buttons"
    ]


def test_spanish_reader_gets_spanish_buttons(action: ActionAnswer) -> None:
    messages, _ = turn(action, "¿efectos secundarios?", "general_side_effects", language="es")
    payloads = [button["payload"] for button in messages[-1]["buttons"]]
    assert payloads and set(payloads) <= set(SPANISH.values())


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("Are suicidal thoughts one of the side effects?", {}),
        (QUESTIONS["side_effects"], {"danger_seen": True}),
    ],
)
def test_crisis_words_bring_the_line_on_help_and_no_further_questions(
    action: ActionAnswer, question: str, slots: dict[str, Any]
) -> None:
    messages, _ = turn(action, question, "general_side_effects", **slots)
    assert responses(messages)[-1] == "say_danger_line"
    assert "say_next" not in responses(messages)


def test_crisis_words_in_what_is_quoted_bring_it_too(action: ActionAnswer) -> None:
    index = Shelf(studied=((ABOUT_DYING, 0.9, (0.9,)),))
    messages, _ = turn(action, "What was studied?", "general_other", index)
    assert responses(messages)[-1] == "say_danger_line"


def test_off_label_line_follows_what_promises_help_with_a_condition(action: ActionAnswer) -> None:
    index = Shelf(quickly=((HOPE, 0.9, (0.9,)),), side=((EFFECTS, 0.9, (0.9,)),))
    messages, _ = turn(action, "How quickly does ketamine work?", "general_onset_duration", index)
    assert "say_off_label" in responses(messages)
    messages, _ = turn(action, QUESTIONS["side_effects"], "general_side_effects", index)
    assert "say_off_label" not in responses(messages)


def test_documents_that_differ_and_one_past_its_review_are_said_to(action: ActionAnswer) -> None:
    index = Shelf(long=((OLD, 0.9, (0.9,)), (NEW, 0.85, (0.85,))))
    messages, _ = turn(action, "How long is an infusion?", "general_administration", index)
    said = {message["response"]: message for message in messages}
    contradiction, outdated = said["say_contradiction"], said["say_outdated"]
    assert (contradiction["one"], contradiction["other"]) == ("Old, 2020-01-01", "New, 2025-03-04")
    assert (outdated["title"], outdated["day"]) == ("Old", "2022-01-01")


def test_outdated_documents_are_left_out_where_the_setting_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEX_STORE", str(tmp_path / "no-index"))
    monkeypatch.setenv("OUTDATED_DOCUMENTS", "leave_out")
    index = Shelf(long=((OLD, 0.9, (0.9,)),))
    messages, _ = turn(ActionAnswer(), "How long is an infusion?", "general_other", index)
    assert messages[0]["custom"]["outcome"] == "no_answer"
    assert "review date" in messages[0]["custom"]["trace"]["why"]


def test_shell_shows_the_trace_readably_and_other_channels_do_not(action: ActionAnswer) -> None:
    question = QUESTIONS["side_effects"]
    in_shell, _ = turn(action, question, "general_side_effects", channel="cmdline")
    shown = in_shell[-1]["text"]
    assert "gate     general_side_effects" in shown
    assert "Effects / Effects" in shown and "why      the passages answer it" in shown
    assert "trace" not in in_shell[0]["custom"]
    on_site, _ = turn(action, question, "general_side_effects")
    assert all(not message["text"] for message in on_site)
