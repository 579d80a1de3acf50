from __future__ import annotations

from datetime import date

from bot.answers.compose import Answer, Rules, compose
from tests.bot.passages import found, passage

ONSET = passage(
    "onset",
    "Ketamine infusions may ease symptoms within hours.",
    "The clinic opened its doors long ago.",
    "Traditional antidepressants may need weeks before any effect.",
)
TWIN = passage("twin", "Ketamine infusions may ease symptoms within a few hours.")
SHORT = passage("short", "An infusion takes about 40 minutes.", date="2021-01-01")
LONG = passage("long", "An infusion takes about two hours.", reviewed_on="2024-05-06")


def answer_to(*scored: tuple, **more: object) -> Answer:  # type: ignore[type-arg]
    answer = compose(found(*scored), Rules(**more))  # type: ignore[arg-type]
    assert answer is not None
    return answer


def test_nothing_is_said_that_the_documents_do_not_answer() -> None:
    assert compose(found((ONSET, 0.9, (0.9, 0.2, 0.8)), answerable=False)) is None
    assert compose(found()) is None


def test_only_sentences_close_to_the_best_are_quoted_in_the_order_of_the_document() -> None:
    answer = answer_to((ONSET, 0.9, (0.85, 0.1, 0.9)))
    assert answer.sentences == (ONSET.sentences[0], ONSET.sentences[2])
    alone = answer_to((ONSET, 0.9, (0.9, 0.1, 0.5)))
    assert alone.sentences == (ONSET.sentences[0],)


def test_source_line_names_title_section_page_author_date_and_link() -> None:
    (citation,) = answer_to((passage("leaflet", "A drip.", page=3), 0.9, (0.9,))).citations
    assert citation.line == (
        "Leaflet, Section, page 3, Somebody, 2023-10-01, https://example.org/leaflet"
    )


def test_sentence_that_leans_on_the_one_before_gets_it_in_front() -> None:
    leaning = passage(
        "effects",
        "Some people feel dizzy.",
        "This feeling is called dissociation by some.",
        "It usually passes within hours.",
        "Staff stay in the room.",
    )
    assert answer_to((leaning, 0.9, (0.1, 0.2, 0.9, 0.1))).sentences == leaning.sentences[:3]


def test_line_that_announces_a_list_is_not_quoted() -> None:
    listed = passage("list", "These are common:", "Nausea, for example, is.")
    answer = answer_to((listed, 0.9, (0.95, 0.9)))
    assert answer.sentences == ("Nausea, for example, is.",)


def test_another_passage_adds_a_sentence_only_when_it_is_close() -> None:
    other = passage("other", "A spray is another way.", "Something else entirely was found.")
    close = answer_to((ONSET, 0.9, (0.9, 0.1, 0.1)), (other, 0.88, (0.9, 0.1)))
    assert close.sentences == (ONSET.sentences[0], other.sentences[0])
    assert [citation.document for citation in close.citations] == ["onset.md", "other.md"]
    assert close.text == f"{ONSET.sentences[0]}\n\n{other.sentences[0]}"
    far = answer_to((ONSET, 0.9, (0.9, 0.1, 0.1)), (other, 0.2, (0.2, 0.1)))
    assert [citation.document for citation in far.citations] == ["onset.md"]


def test_two_documents_that_say_the_same_are_merged_and_both_cited() -> None:
    answer = answer_to((ONSET, 0.9, (0.9, 0.1, 0.1)), (TWIN, 0.85, (0.85,)))
    assert answer.sentences == (ONSET.sentences[0],)
    assert [citation.document for citation in answer.citations] == ["onset.md", "twin.md"]


def test_documents_that_do_not_agree_are_both_quoted_and_said_to_differ() -> None:
    answer = answer_to((SHORT, 0.9, (0.9,)), (LONG, 0.75, (0.75,)))
    assert answer.sentences == (SHORT.sentences[0], LONG.sentences[0])
    (one,) = answer.contradictions
    assert (one.kind, one.of_one.dated, one.of_other.dated) == (
        "number",
        "Short, 2021-01-01",
        "Long, 2024-05-06",
    )
    assert answer_to((SHORT, 0.9, (0.9,)), (TWIN, 0.9, (0.9,))).contradictions == ()


def test_outdated_document_is_marked_or_left_out() -> None:
    today = date(2026, 6, 1)
    marked = answer_to((LONG, 0.9, (0.9,)), review_months=24, today=today)
    assert [citation.outdated for citation in marked.citations] == ["2026-05-06"]
    fresh = answer_to((LONG, 0.9, (0.9,)), review_months=36, today=today)
    assert [citation.outdated for citation in fresh.citations] == [None]
    rules = Rules(review_months=24, today=today, leave_out=True)
    assert compose(found((LONG, 0.9, (0.9,))), rules) is None
    left = compose(found((LONG, 0.9, (0.9,)), (SHORT, 0.8, (0.8,))), rules)
    assert left is not None and left.sentences == SHORT.sentences


def test_no_more_sentences_than_asked_for() -> None:
    answer = answer_to((ONSET, 0.9, (0.9, 0.89, 0.88)), most=2)
    assert len(answer.sentences) == 2
