from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.answer import ActionAnswer
from bot.actions.hand_off import ActionHandOff, transcript_of, urgency_of
from bot.actions.keep_message import ActionKeepMessage
from bot.settings import BotSettings, SettingsInvalid
from desk.cases import Cases
from desk.database import Database
from desk.store import Store


def tracker(text: str, intent: str, **slots: Any) -> Tracker:
    latest = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": []}
    events = [{"event": "user", "text": text, "timestamp": 1.0}]
    return Tracker("visitor-1", slots, latest, events, False, None, {}, "action_listen")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    monkeypatch.setenv("INDEX_STORE", str(tmp_path / "no-index"))
    return f"sqlite:///{tmp_path / 'desk.db'}"


def said(action: Any, about: Tracker) -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    asyncio.run(action.run(dispatcher, about, {}))
    return list(dispatcher.messages)


def test_a_handoff_opens_a_case_and_says_so(database: str) -> None:
    messages = said(ActionHandOff(), tracker("can i double my dose", "personal_medical_dosing"))
    # An unknown intent is a handoff too; the real name is personal_dosing.
    assert messages[0]["custom"]["outcome"] == "handoff"
    messages = said(ActionHandOff(), tracker("can i double my dose", "personal_dosing"))
    assert messages[0]["response"] == "say_hand_off_personal_medical"
    assert messages[0]["custom"]["reason"] == "dosing"
    assert [m["response"] for m in messages[1:]] == ["say_change_nothing", "say_urgent_line"]
    case = Cases(database).current("visitor-1")
    assert case is not None and case.case_id == messages[0]["custom"]["case_id"]


def test_a_danger_reply_is_not_said_twice(database: str) -> None:
    messages = said(ActionHandOff(), tracker("...", "crisis_suicide"))
    case = Cases(database).current("visitor-1")
    assert case is not None and case.urgency == "urgent"
    assert [m["custom"] for m in messages] == [{"case_id": case.case_id}]


def test_a_message_from_the_shell_is_kept_with_its_case(database: str) -> None:
    said(ActionHandOff(), tracker("a person please", "admin_wants_human"))
    assert said(ActionKeepMessage(), tracker("it is about my bill", "admin_records")) == []
    kept = Store(Database(database)).messages("visitor-1")
    assert [(message.sender, message.text) for message in kept] == [
        ("visitor", "it is about my bill")
    ]


def test_an_allegation_goes_to_its_own_queue(database: str) -> None:
    said(ActionHandOff(), tracker("your nurse touched me", "crisis_abuse"))
    case = Cases(database).current("visitor-1")
    assert case is not None and case.queue == "allegations"


@pytest.mark.parametrize(
    "text,intent",
    [
        ("your nurse touched me and i cant breathe", "emergency_chest_pain_or_breathing"),
        (
            "your doctor groped me so i took the whole bottle",
            "emergency_overdose_or_ingestion_and_crisis_abuse",
        ),
        ("the technician assaulted me during my infusion, i want to die", "crisis_suicide"),
    ],
)
def test_an_allegation_inside_another_danger_goes_to_its_queue_as_urgent(
    database: str, text: str, intent: str
) -> None:
    said(ActionHandOff(), tracker(text, intent))
    case = Cases(database).current("visitor-1")
    assert case is not None and (case.queue, case.urgency) == ("allegations", "urgent")


def test_staff_who_are_only_named_are_accused_of_nothing(database: str) -> None:
    said(ActionHandOff(), tracker("tell the nurse i cant breathe", "emergency_acute_other"))
    case = Cases(database).current("visitor-1")
    assert case is not None and case.queue == "general"


def test_opening_hours_are_said_when_they_are_set(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLINIC_HOURS", "Mon to Fri 9 to 5")
    messages = said(ActionHandOff(), tracker("a person please", "admin_wants_human"))
    assert {"say_hand_off_admin_handoff", "say_opening_hours"} <= {m["response"] for m in messages}


def test_without_an_index_the_action_fails_and_the_desk_takes_over(database: str) -> None:
    with pytest.raises(Exception, match="index build"):
        said(ActionAnswer(), tracker("what is ketamine?", "general_what_is"))


def test_how_soon_a_person_has_to_look() -> None:
    assert urgency_of("crisis", "abuse") == urgency_of("emergency", "acute_other") == "urgent"
    assert urgency_of("personal_medical", "side_effect_now") == "soon"
    assert urgency_of("admin_handoff", "records") == "normal"


def test_the_transcript_is_what_was_said() -> None:
    events = [
        {"event": "action", "name": "action_listen", "timestamp": 0.5},
        {"event": "user", "text": "hi", "timestamp": 1.0},
        {"event": "bot", "text": "hello", "timestamp": 2.0},
        {"event": "bot", "text": None, "timestamp": 3.0},
    ]
    assert transcript_of(events) == [
        {"from": "visitor", "text": "hi", "at": 1.0},
        {"from": "bot", "text": "hello", "at": 2.0},
    ]


@pytest.mark.parametrize("name, value", [("DATABASE_URL", "mysql://x"), ("ANSWER_SENTENCES", "9")])
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=name):
        BotSettings()
