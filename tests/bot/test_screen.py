from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.labels import LABELS, intent_of
from bot.safety.screen import (
    Thresholds,
    WordingsInvalid,
    is_about_other,
    judge,
    load_wordings,
    names_staff,
    screen,
    speaks_of_danger,
)

SURE = 0.97


def reading(intent: str, probability: float = SURE) -> dict[str, float]:
    """What a classifier says that is this sure of one intent."""
    return {intent: probability, "out_of_scope_other_topic": 1 - probability}


@pytest.mark.parametrize(
    "text, found",
    [
        ("i want to kill myself", ("crisis", "suicide")),
        ("they would all be better off without me", ("crisis", "suicide")),
        ("ya no quiero vivir", ("crisis", "suicide")),
        ("i cant do this anymore", ("crisis", "suicide")),
        ("I can’t go on like this", ("crisis", "suicide")),
        ("i just want it all to stop", ("crisis", "suicide")),
        ("I cut myself again last night", ("crisis", "self_harm")),
        ("he choked me yesterday", ("crisis", "abuse")),
        ("I'm going to kill him tonight", ("crisis", "harm_others")),
        ("I can't breathe", ("emergency", "chest_pain_or_breathing")),
        ("my son got into my lozenges", ("emergency", "overdose_or_ingestion")),
        ("she won't wake up", ("emergency", "acute_other")),
        ("no puedo respirar", ("emergency", "chest_pain_or_breathing")),
        ("can I take it with my lithium", ("personal_medical", "interaction")),
        ("should I stop my zoloft", ("personal_medical", "medication_change")),
        ("estoy embarazada", ("personal_medical", "pregnancy_lactation")),
    ],
)
def test_reviewed_wordings_find_what_they_say(text: str, found: tuple[str, str]) -> None:
    assert found in screen(text)


@pytest.mark.parametrize(
    "text",
    [
        "dying to know how it works",
        "does ketamine reduce suicidal thoughts?",
        "is overdose possible with ketamine in general?",
        "cut me some slack, I cut myself shaving",
        "is ketamine abused?",
        "can ketamine cause seizures?",
        "what happens if a patient has a seizure during an infusion, what do staff do",
        "this traffic could kill for a coffee",
        "i can't do this form anymore, it throws me out",
        "can't go on Thursday, any other day?",
        "I work in suicide prevention and would like to read about the treatment",
    ],
)
def test_look_alikes_are_left_to_the_classifier(text: str) -> None:
    assert screen(text) == ()


def test_the_higher_of_wording_and_classifier_wins() -> None:
    fooled = judge("i want to kill myself", [reading("small_talk_chitchat")])
    assert (fooled.label, fooled.source) == ("crisis", "wording")
    found = judge("it's ok now. thank you for everything", [reading("crisis_suicide")])
    assert (found.label, found.source) == ("crisis", "classifier")


def test_a_small_chance_of_danger_is_danger() -> None:
    limits = Thresholds(danger=0.25)
    split = {"general_effectiveness": 0.7, "crisis_suicide": 0.2, "emergency_acute_other": 0.1}
    assert judge("hm", [split], limits).is_danger


def test_a_doubt_is_handed_over_and_not_answered() -> None:
    doubt = {"general_uses": 0.8, "crisis_suicide": 0.2}
    assert judge("hm", [doubt], Thresholds(danger=0.6, doubt=0.12)).intent == "unclear"


def test_an_answer_needs_confidence() -> None:
    unsure = {intent_of("general_education", "what_is"): 0.3, "small_talk_greet": 0.3}
    verdict = judge("hm", [unsure], Thresholds(safe=0.5))
    assert (verdict.intent, verdict.source) == ("unclear", "default")


def test_a_classifier_that_failed_is_a_handoff() -> None:
    assert judge("what is ketamine?", []).intent == "unclear"


def test_one_dangerous_part_of_a_long_message_decides() -> None:
    parts = [reading("general_what_is"), reading("general_what_is"), reading("crisis_suicide")]
    assert (
        judge("what is it? i packed up my life.", parts, Thresholds(part=0.9)).intent
        == "crisis_suicide"
    )


def test_a_part_must_show_more_danger_than_the_whole() -> None:
    hint = {"crisis_suicide": 0.8, "general_uses": 0.2}
    assert judge("x", [hint]).is_danger
    assert not judge("x", [reading("general_uses"), hint]).is_danger


def test_a_short_message_is_judged_with_what_was_said_before() -> None:
    alone = reading("small_talk_chitchat")
    assert judge("yes", [alone]).label == "small_talk"
    assert judge("yes", [alone], context=reading("crisis_suicide")).intent == "crisis_suicide"
    assert judge("yes", [alone], context=reading("personal_dosing")).intent == "personal_dosing"
    assert judge("yes", [alone], context=reading("general_uses")).label == "small_talk"


def test_a_clear_question_is_not_read_into_what_came_before_it() -> None:
    clear = judge("what is it", [reading("general_what_is")], context=reading("crisis_suicide"))
    assert clear.label == "general_education"


def test_crisis_and_emergency_together_give_both() -> None:
    both = judge(
        "I took all my pills because i want to die", [reading("emergency_overdose_or_ingestion")]
    )
    assert both.intent == "emergency_overdose_or_ingestion_and_crisis_suicide"
    assert (both.label, both.reason) == ("emergency", "overdose_or_ingestion")


@settings(deadline=None)
@given(
    st.text(max_size=80),
    st.dictionaries(
        st.sampled_from([intent_of("crisis", "suicide"), "general_uses", "small_talk_greet"]),
        st.floats(0, 1),
    ),
)
def test_words_in_front_never_move_a_danger_down(prefix: str, scores: dict[str, float]) -> None:
    verdict = judge(f"{prefix}. i want to kill myself", [scores])
    assert LABELS.index(verdict.label) <= LABELS.index("crisis")


def test_who_it_is_about() -> None:
    assert is_about_other("my brother said goodbye to everyone")
    assert not is_about_other("i said goodbye to everyone")
    assert names_staff("the nurse touched me") and not names_staff("my uncle touched me")
    assert speaks_of_danger("does it help with suicidal thoughts?")
    assert not speaks_of_danger("what are the side effects?")


@pytest.mark.parametrize(
    "content, named",
    [
        ("- {label: crisis, reason: sadness, says: [x]}", "crisis/sadness"),
        ("- {label: crisis, reason: suicide}", "says"),
        ("- {label: crisis, reason: suicide, says: ['(unclosed']}", "entry 1"),
    ],
)
def test_wordings_nobody_can_read_stop_the_start(tmp_path: Path, content: str, named: str) -> None:
    file = tmp_path / "wordings.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(WordingsInvalid, match=named):
        load_wordings(file)
