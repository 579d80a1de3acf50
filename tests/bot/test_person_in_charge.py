from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.person_in_charge import RELAY, RELAY_AFTER_DANGER, PersonInCharge
from desk.cases import Cases

ROOT = Path(__file__).parents[2]
NURSE = "nurse@example.org"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    return Cases(f"sqlite:///{tmp_path / 'desk.db'}")


def policy(cases: Any, folder: Path) -> PersonInCharge:
    context = ExecutionContext(GraphSchema({}))
    return PersonInCharge(
        PersonInCharge.get_default_config(),
        LocalModelStorage(folder),
        Resource("policy"),
        context,
        cases=cases,
    )


def said(text: str, intent: str, channel: str = "rest") -> list[Event]:
    return [
        ActionExecuted("action_listen"),
        UserUttered(text, {"name": intent, "confidence": 1.0}, input_channel=channel),
    ]


def spoken(text: str, intent: str, **verdict: Any) -> list[Event]:
    parse_data: Any = {"text": text, "intent": {"name": intent}, "verdict": verdict}
    return [
        ActionExecuted("action_listen"),
        UserUttered(text, {"name": intent}, parse_data=parse_data),
    ]


def predicted(policy: PersonInCharge, domain: Domain, events: list[Event]) -> tuple[Any, Any]:
    tracker = DialogueStateTracker.from_events("visitor-1", events, domain.slots)
    prediction = policy.predict_action_probabilities(tracker, domain)
    best = max(prediction.probabilities)
    name = domain.action_names_or_texts[prediction.probabilities.index(best)] if best else None
    return name, {e.key: e.value for e in prediction.events if isinstance(e, SlotSet)}


def opened(cases: Cases, reason: str = "dosing", urgency: Any = "normal") -> str:
    return cases.open("visitor-1", channel="rest", reason=reason, urgency=urgency).case_id


def test_without_a_case_the_rules_decide(domain: Domain, cases: Cases, tmp_path: Path) -> None:
    assert predicted(policy(cases, tmp_path), domain, said("hi", "small_talk_greet")) == (None, {})


def test_while_a_case_is_open_messages_are_relayed(
    domain: Domain, cases: Cases, tmp_path: Path
) -> None:
    case_id = opened(cases)
    ours = policy(cases, tmp_path)
    assert predicted(ours, domain, said("what is it?", "general_what_is"))[0] == RELAY
    by_desk = [*said("what is it?", "general_what_is", "rest"), ActionExecuted(RELAY)]
    assert predicted(ours, domain, by_desk)[0] == "action_listen"
    by_shell = [*said("what is it?", "general_what_is", "cmdline"), ActionExecuted(RELAY)]
    assert predicted(ours, domain, by_shell)[0] == "action_keep_message"
    kept = [*by_shell, ActionExecuted("action_keep_message")]
    assert predicted(ours, domain, kept)[0] == "action_listen"
    cases.resolve(case_id, NURSE)
    assert predicted(ours, domain, said("what is it?", "general_what_is"))[0] is None


@pytest.mark.parametrize("intent", ["crisis_suicide", "emergency_acute_other"])
def test_danger_is_answered_although_a_case_is_open(
    domain: Domain, cases: Cases, tmp_path: Path, intent: str
) -> None:
    opened(cases)
    name, slots = predicted(policy(cases, tmp_path), domain, said("...", intent))
    assert name is None and slots == {"danger_seen": True}


def test_a_second_danger_is_marked_as_repeated(
    domain: Domain, cases: Cases, tmp_path: Path
) -> None:
    events = [
        *said("...", "crisis_suicide"),
        SlotSet("danger_seen", True),
        ActionExecuted("utter_crisis_suicide"),
        *said("again", "crisis_suicide"),
    ]
    assert predicted(policy(cases, tmp_path), domain, events)[1] == {"danger_repeated": True}


def test_what_happened_before_a_restart_is_known_from_our_own_tables(
    domain: Domain, cases: Cases, tmp_path: Path
) -> None:
    case_id = opened(cases, "suicide", "urgent")
    ours = policy(cases, tmp_path)
    assert predicted(ours, domain, said("jk", "small_talk_chitchat"))[0] == RELAY_AFTER_DANGER
    cases.resolve(case_id, NURSE)
    name, slots = predicted(ours, domain, said("what is it?", "general_what_is"))
    assert name is None and slots == {"danger_seen": True}


def test_a_danger_met_by_another_server_is_known_in_the_middle_of_a_conversation(
    domain: Domain, cases: Cases, tmp_path: Path
) -> None:
    earlier = [*said("hi", "small_talk_greet"), *said("what is it?", "general_what_is")]
    cases.resolve(opened(cases, "suicide", "urgent"), NURSE)
    assert predicted(policy(cases, tmp_path), domain, earlier)[1] == {"danger_seen": True}


def test_a_broken_case_store_leaves_it_to_the_rules(domain: Domain, tmp_path: Path) -> None:
    class Broken:
        def standing(self, _: str) -> None:
            raise OSError("disk")

    assert predicted(policy(Broken(), tmp_path), domain, said("hi", "small_talk_greet"))[0] is None


def test_replies_follow_the_language_of_the_latest_message_that_tells(
    domain: Domain, cases: Cases, tmp_path: Path
) -> None:
    ours = policy(cases, tmp_path)
    spanish = spoken("hola", "small_talk_greet", language="es")
    assert predicted(ours, domain, spanish)[1] == {"language": "es"}
    emoji = [*spanish, SlotSet("language", "es"), *spoken("🙂", "unclear", language="")]
    assert predicted(ours, domain, emoji)[1] == {}


@pytest.mark.parametrize("known, slots", [("es", {"language": "es"}), ("xx", {}), (None, {})])
def test_a_message_that_does_not_tell_is_in_the_language_the_desk_knows(
    domain: Domain, cases: Cases, tmp_path: Path, known: str | None, slots: dict[str, str]
) -> None:
    events = spoken("🙂", "unclear", language="")
    events[-1].metadata = {"language": known}
    assert predicted(policy(cases, tmp_path), domain, events)[1] == slots


def test_replies_know_whose_danger_it_is(domain: Domain, cases: Cases, tmp_path: Path) -> None:
    events = spoken("my brother ...", "crisis_suicide", about_other=True)
    assert predicted(policy(cases, tmp_path), domain, events)[1] == {
        "danger_seen": True,
        "about_other": True,
    }


def test_the_replies_are_filled_with_the_lines_of_the_country(
    cases: Cases, domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Rasa itself, with no action server in between."""
    monkeypatch.setenv("CLINIC_COUNTRY", "gb")
    events = spoken("I want to die", "crisis_suicide", language="en")
    tracker = DialogueStateTracker.from_events("visitor-1", events, domain.slots)
    prediction = policy(cases, tmp_path).predict_action_probabilities(tracker, domain)
    tracker.update_with_events(prediction.events, domain)
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)
    said = asyncio.run(nlg.generate("utter_crisis_suicide", tracker, "rest"))
    assert said is not None
    assert "116 123" in said["text"] and "999" in said["text"]
    assert "{crisis" not in str(said) and "{title" not in str(said)
    assert "tel:999" in [button["payload"] for button in said["buttons"]]
