from __future__ import annotations

from bot.answers.answering import Answering, Asked, Outcome
from bot.answers.compose import Rules
from bot.answers.conversation import asked_of, slots_of
from bot.answers.follow_up import Context
from bot.answers.topics import QUESTIONS
from tests.bot.passages import GIVEN, WATCH, Shelf, passage, shelf


def converse(*turns: tuple[str, str], index: Shelf | None = None) -> list[Outcome]:
    """The outcomes of questions with their topics, the slots carried from one to the next."""
    index = index or shelf()
    answering, slots, outcomes = Answering(Rules()), {}, []
    for question, topic in turns:
        asked = asked_of(question, topic, slots, {})
        outcomes.append(answering.answer(index, asked))
        slots = slots_of(outcomes[-1], asked.known)
    return outcomes


def test_answer_offers_only_questions_that_the_documents_answer() -> None:
    (outcome,) = converse((QUESTIONS["side_effects"], "side_effects"))
    assert outcome.kind == "answer"
    # Suitability is not in these documents; what was just asked is not offered again.
    assert [one.topic for one in outcome.suggestions] == ["monitoring_safety", "administration"]


def test_question_in_a_documents_header_is_offered_first() -> None:
    written = passage("effects", "Nausea is common.", questions=("How is a drip given?",))
    index = Shelf(side=((written, 0.9, (0.9,)),), given=((GIVEN, 0.9, (0.9,)),))
    (outcome,) = converse((QUESTIONS["side_effects"], "side_effects"), index=index)
    assert outcome.suggestions[0].question == "How is a drip given?"


def test_follow_up_keeps_the_topic_and_a_group_that_no_document_names_is_not_answered() -> None:
    first, common, older = converse(
        (QUESTIONS["side_effects"], "side_effects"),
        ("is that common?", "side_effects"),
        ("and for older people?", "uses"),
    )
    assert common.kind == "answer" and "side effects" in common.read_as
    assert older.kind == "no_answer"
    assert older.trace["why"].startswith("no passage has a word for")
    assert older.context.asked == common.context.asked != first.context.asked


def test_question_that_only_seems_to_stand_for_itself_is_read_behind_the_one_before() -> None:
    question = "Which people usually notice something of the kind first?"
    (alone,) = converse((question, "side_effects"))
    _, behind = converse((QUESTIONS["side_effects"], "side_effects"), (question, "side_effects"))
    assert (alone.kind, behind.kind) == ("no_answer", "answer")
    assert behind.read_as.endswith(question) and behind.trace["kind"] == "follow_up"
    assert behind.context.asked == question


def test_second_of_what_was_offered_is_answered() -> None:
    _, second = converse((QUESTIONS["side_effects"], "side_effects"), ("the second one", ""))
    assert second.read_as == QUESTIONS["administration"]
    assert second.answer is not None and second.answer.sentences == GIVEN.sentences


def test_more_quotes_what_was_not_quoted_and_then_offers_topics() -> None:
    _, more, nothing = converse(
        (QUESTIONS["side_effects"], "side_effects"), ("tell me more", ""), ("tell me more", "")
    )
    assert more.answer is not None and more.answer.sentences == WATCH.sentences
    assert nothing.kind == "clarify" and nothing.suggestions


def test_bare_word_gets_a_choice_of_topics_and_a_catchword_its_answer() -> None:
    (bare,) = converse(("ketamine?", "what_is"))
    assert bare.kind == "clarify" and bare.answer is None
    assert {one.topic for one in bare.suggestions} == {"side_effects", "administration"}
    (catchword,) = converse(("side effects", "side_effects"))
    assert catchword.kind == "answer"
    assert catchword.read_as == QUESTIONS["side_effects"]


def test_no_answer_offers_no_further_questions_and_says_why() -> None:
    (outcome,) = converse(("Who manufactures the vial that you use?", "other"))
    assert (outcome.kind, outcome.suggestions) == ("no_answer", ())
    assert outcome.trace["why"] == "no passage answers it (confidence 0.10)"
    assert [one["quoted"] for one in outcome.trace["passages"]] == [False]


def test_spanish_question_is_looked_up_by_its_topic() -> None:
    asked = Asked("¿Cuáles son los efectos secundarios?", "side_effects", spanish=True)
    outcome = Answering(Rules()).answer(shelf(), asked)
    assert outcome.read_as == QUESTIONS["side_effects"]
    unknown = Answering(Rules()).answer(shelf(), Asked("¿Qué?", "other", spanish=True))
    assert unknown.kind == "clarify"


def test_without_slots_the_visitors_last_messages_are_the_conversation() -> None:
    earlier = ["hi", "What are the side effects of ketamine?", "why?"]
    asked = asked_of("is that common?", "side_effects", {}, {"earlier": earlier})
    assert asked.context == Context(asked="What are the side effects of ketamine?")
    outcome = Answering(Rules()).answer(shelf(), asked)
    assert outcome.trace["kind"] == "follow_up"
    assert outcome.read_as == "What are the side effects of ketamine: is that common?"


def test_trace_names_every_reading_score_and_the_index() -> None:
    _, common = converse((QUESTIONS["side_effects"], "side_effects"), ("is it common?", "other"))
    trace = common.trace
    assert trace["index_version"] == "v1"
    assert [reading["answerable"] for reading in trace["readings"]].count(True) >= 1
    first = trace["passages"][0]
    assert first["scores"].items() >= {"score": 0.9, "dense": 0.9, "lexical": 0.0}.items()
    assert first["quoted"] is True
