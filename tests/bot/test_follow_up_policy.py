from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.follow_up import FollowUp, goes_on

ROOT = Path(__file__).parents[2]
CHAT = {"label": "small_talk", "reason": "chitchat", "confidence": 0.7, "source": "classifier"}
ANSWERED: list[Event] = [SlotSet("asked", "What are the side effects of ketamine?")]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


def predicted(domain: Domain, folder: Path, events: list[Event]) -> str | None:
    policy = FollowUp(
        FollowUp.get_default_config(),
        LocalModelStorage(folder),
        Resource("policy"),
        ExecutionContext(GraphSchema({})),
    )
    tracker = DialogueStateTracker.from_events("visitor-1", events, domain.slots)
    prediction = policy.predict_action_probabilities(tracker, domain)
    best = max(prediction.probabilities)
    if not best:
        return None
    name = domain.action_names_or_texts[prediction.probabilities.index(best)]
    assert isinstance(name, str)
    return name


def said(text: str, **verdict: Any) -> list[Event]:
    parse_data: Any = {"text": text, "intent": {"name": "x"}, "verdict": {**CHAT, **verdict}}
    return [ActionExecuted("action_listen"), UserUttered(text, {"name": "x"}, None, parse_data)]


def test_why_after_an_answer_is_answered_and_then_the_visitor_is_listened_to(
    domain: Domain, tmp_path: Path
) -> None:
    events = [*ANSWERED, *said("why?")]
    assert predicted(domain, tmp_path, events) == "action_answer"
    events.append(ActionExecuted("action_answer"))
    assert predicted(domain, tmp_path, events) == "action_listen"


def test_without_an_answer_before_only_the_bare_subject_is_taken_up(
    domain: Domain, tmp_path: Path
) -> None:
    assert predicted(domain, tmp_path, said("why?")) is None
    assert predicted(domain, tmp_path, said("tell me more")) == "action_answer"


@pytest.mark.parametrize(
    "verdict",
    [
        {"label": "crisis", "reason": "suicide"},
        {"label": "emergency", "reason": "acute_other"},
        {"label": "personal_medical", "reason": "dosing", "confidence": 0.6},
        {"label": "admin_handoff", "reason": "wants_human", "source": "wording"},
        {"label": "handoff", "reason": "unclear", "source": "failure"},
        {"label": "out_of_scope", "reason": "buying_drugs"},
        {"label": "general_education", "reason": "side_effects"},
    ],
)
def test_what_the_gate_is_sure_of_is_left_to_the_rules(verdict: dict[str, Any]) -> None:
    assert not goes_on("why?", {**CHAT, **verdict}, asked=True)


def test_a_faint_personal_reading_of_words_that_say_nothing_goes_on() -> None:
    faint = {**CHAT, "label": "personal_medical", "reason": "dosing", "confidence": 0.18}
    assert goes_on("the second one", faint, asked=True)
    assert not goes_on("the second one made me sick", faint, asked=True)
