from __future__ import annotations

import pytest

from bot.answers.follow_up import Context, is_contentless, read
from bot.answers.vague import is_open, widened

SIDE_EFFECTS = Context(
    topic="side_effects",
    asked="What are the possible side effects of ketamine therapy?",
    offered=("How is ketamine given?", "How are patients monitored during ketamine treatment?"),
)


@pytest.mark.parametrize(
    "question",
    [
        "is that common?",
        "How long do they last?",
        "how common?",
        "and for older people?",
        "what about teens",
        "what about nausea?",
        "but not everybody gets the side effects, right?",
    ],
)
def test_follow_up_is_read_behind_the_question_before(question: str) -> None:
    reading = read(question, SIDE_EFFECTS)
    behind = f"What are the possible side effects of ketamine therapy: {question}"
    assert (reading.kind, reading.texts) == ("follow_up", (behind,))


@pytest.mark.parametrize("question", ["why?", "ok, and why is that?"])
def test_why_asks_of_the_question_before(question: str) -> None:
    text = "Why? What are the possible side effects of ketamine therapy?"
    assert read(question, SIDE_EFFECTS).texts == (text,)


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("is that common?", "is the side effects of ketamine therapy common?"),
        ("How long do they last?", "How long do the side effects of ketamine therapy last?"),
        ("how common?", "What are the possible side effects of ketamine therapy?"),
        (
            "and for older people?",
            "What are the possible side effects of ketamine therapy in older people?",
        ),
        (
            "what about teens",
            "What are the possible side effects of ketamine therapy in adolescents?",
        ),
        ("what about nausea?", "What are the possible side effects of ketamine therapy?"),
    ],
)
def test_next_follow_up_goes_on_with_the_whole_question(question: str, whole: str) -> None:
    assert read(question, SIDE_EFFECTS).anchor == whole


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("the second one", "How are patients monitored during ketamine treatment?"),
        ("2", "How are patients monitored during ketamine treatment?"),
        ("The first, please", "How is ketamine given?"),
        ("the last one", "How are patients monitored during ketamine treatment?"),
    ],
)
def test_one_of_what_was_offered_is_chosen_by_its_place(question: str, text: str) -> None:
    reading = read(question, SIDE_EFFECTS)
    assert (reading.kind, reading.texts) == ("choice", (text,))


def test_a_place_that_was_not_offered_leaves_it_open() -> None:
    assert read("the third one", SIDE_EFFECTS).kind == "vague"
    assert read("the second one", Context()).kind == "vague"


@pytest.mark.parametrize("question", ["tell me more", "More please!", "go on", "anything else?"])
def test_more_is_asked_of_the_same_question(question: str) -> None:
    reading = read(question, SIDE_EFFECTS)
    assert (reading.kind, reading.texts) == ("more", (SIDE_EFFECTS.asked,))
    assert read(question, Context()).kind == "vague"


@pytest.mark.parametrize(
    "question",
    [
        "How is ketamine different from traditional antidepressants?",
        "What is treatment-resistant depression?",
        "Is it approved by the FDA?",
        "Which people are usually not treated at a clinic that gives infusions?",
    ],
)
def test_change_of_subject_forgets_the_one_before(question: str) -> None:
    reading = read(question, SIDE_EFFECTS)
    assert reading.kind == "new"
    assert "side effects" not in reading.texts[0]
    assert reading.joined.startswith("What are the possible side effects of ketamine therapy: ")


def test_group_is_replaced_by_the_next_and_the_question_stays() -> None:
    first = read("and for older people?", SIDE_EFFECTS)
    context = Context("side_effects", first.anchor, first.named)
    second = read("and for teenagers?", context)
    assert second.anchor == "What are the possible side effects of ketamine therapy in adolescents?"
    assert (second.needs, second.named["population"]) == ("teenagers", "adolescents")


def test_what_the_conversation_is_about_is_held() -> None:
    context = Context("uses", "Is ketamine used for adolescents?", {"population": "adolescents"})
    reading = read("how quickly does it work?", context)
    assert reading.anchor == "how quickly does ketamine therapy work for adolescents?"
    asked = Context("treatment_resistant", "What is TRD?", {"condition": "TRD"})
    assert read("does it help with that?", asked).anchor == "does ketamine therapy help with TRD?"


def test_why_after_why_still_asks_of_the_first_question() -> None:
    first = read("why?", SIDE_EFFECTS)
    again = read("why is that?", Context("side_effects", first.anchor))
    assert again.texts == first.texts


@pytest.mark.parametrize("text", ["why?", "tell me more", "the second one", "go on", "how come"])
def test_words_that_mean_nothing_alone(text: str) -> None:
    assert is_contentless(text)


@pytest.mark.parametrize(
    "text",
    [
        "why does my chest hurt",
        "tell me more about dying",
        "i took the second one by mistake",
        "the second one made me sick",
        "why go on",
        "more pain since yesterday",
        "no more",
        "help",
        "give me more time to live",
    ],
)
def test_words_with_a_meaning_of_their_own_are_left_to_the_gate(text: str) -> None:
    assert not is_contentless(text)
    assert not is_open(text)


@pytest.mark.parametrize("text", ["ketamine?", "Ketamine therapy", "info please", "infusion"])
def test_treatment_alone_leaves_the_question_open(text: str) -> None:
    assert is_open(text)
    assert widened(text, "what_is") is None


@pytest.mark.parametrize(
    ("text", "topic", "question"),
    [
        ("side effects", "side_effects", "What are the possible side effects of ketamine therapy?"),
        ("depression?", "uses", "Is ketamine therapy used for depression?"),
        ("spravato", "what_is", "What is spravato?"),
        ("how long", "onset_duration", None),
        ("what makes people unsuitable for it", "suitability", None),
    ],
)
def test_catchword_stands_for_its_one_clear_question(
    text: str, topic: str, question: str | None
) -> None:
    assert question is None or widened(text, topic) == question
    assert (widened(text, topic) is None) == (len(text.split()) > 3)
