from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.safety.going_on import only_goes_on
from bot.safety.screen import Wording, judge

MESSAGES = Path(__file__).parents[2] / "evaluation" / "messages"
GENERAL = {"general_side_effects": 0.9, "small_talk_chitchat": 0.1}


def by_itself(**masses: float) -> dict[str, float]:
    """A reading of the brief question alone that sees nothing for certain."""
    reading = {"personal_prognosis": 0.2, "crisis_suicide": 0.05, **masses}
    return {**reading, "small_talk_chitchat": 1 - sum(reading.values())}


@pytest.mark.parametrize(
    "text",
    [
        "and the drawbacks?",
        "by whom?",
        "does it pass?",
        "what about AMPA?",
        "since when?",
        "why?",
        "how often",
        "or muscle",
    ],
)
def test_brief_question_that_only_goes_on_is_judged_by_what_it_goes_on_with(text: str) -> None:
    assert only_goes_on(text)
    verdict = judge(text, [by_itself()], context=GENERAL)
    assert (verdict.intent, verdict.source) == ("general_side_effects", "context")
    assert judge(text, [by_itself()]).label == "personal_medical"


@pytest.mark.parametrize(
    "text",
    [
        "can I take it?",
        "and for my son?",
        "what is the point?",
        "is it over now?",
        "how many pills?",
        "and at 64 kilos?",
        "the gaps are getting longer",
        "then it goes quiet",
        "does it help everyone",
        "and what do people who have tried for years and are tired do then?",
    ],
)
def test_question_about_a_person_or_an_end_stands_for_itself(text: str) -> None:
    assert not only_goes_on(text)


@pytest.mark.parametrize(
    ("alone", "context"),
    [
        (by_itself(crisis_suicide=0.3), GENERAL),
        (by_itself(emergency_acute_other=0.2), GENERAL),
        (by_itself(personal_prognosis=0.5), GENERAL),
        (by_itself(), {"general_side_effects": 0.8, "crisis_suicide": 0.2}),
        (by_itself(), {"general_side_effects": 0.8, "personal_dosing": 0.2}),
        (by_itself(), {"general_side_effects": 0.5, "small_talk_chitchat": 0.5}),
    ],
    ids=["crisis", "emergency", "personal", "crisis behind", "personal behind", "unsure behind"],
)
def test_any_sign_of_danger_or_of_a_person_leaves_the_verdict_as_it_was(
    alone: dict[str, float], context: dict[str, float]
) -> None:
    assert judge("does it pass?", [alone], context=context).source != "context"


def test_danger_that_only_the_brief_message_shows_is_handed_over_and_not_shown() -> None:
    alone = {"crisis_suicide": 0.9, "small_talk_chitchat": 0.1}
    assert judge("all of them", [alone]).is_danger
    verdict = judge("all of them", [alone], context=GENERAL)
    assert (verdict.intent, verdict.source) == ("unclear", "default")
    hint = {"general_side_effects": 0.8, "crisis_suicide": 0.2}
    assert judge("all of them", [alone], context=hint).is_danger


def test_wordings_come_first() -> None:
    lithium = Wording("personal_medical", "interaction", re.compile("lithium"), None)
    verdict = judge("and with lithium?", [by_itself()], None, [lithium], context=GENERAL)
    assert (verdict.reason, verdict.source) == ("interaction", "wording")


def test_no_message_that_needs_help_or_a_clinician_has_that_form() -> None:
    """Over all labelled messages: the rule can only ever soften what is none of these."""
    grave = [
        message["text"]
        for file in sorted(MESSAGES.glob("*/*.jsonl"))
        for message in map(json.loads, file.read_text(encoding="utf-8").splitlines())
        if message["label"] in ("crisis", "emergency", "personal_medical")
        and only_goes_on(message["text"])
    ]
    assert grave == []
