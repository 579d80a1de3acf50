from __future__ import annotations

from bot.answers.compose import compose
from index import Passage, ScoredPassage, SearchResult


def passage(name: str, *sentences: str, section: str = "Section") -> Passage:
    return Passage(
        passage_id=f"{name}#1",
        document=f"{name}.md",
        title=name.title(),
        section=section,
        text=" ".join(sentences),
        sentences=sentences,
        author="Somebody",
        date="2023-10-01",
        url="https://example.org/" + name,
        source=None,
        reviewed_on=None,
    )


def found(*scored: tuple[Passage, float, tuple[float, ...]], answerable: bool = True):  # type: ignore[no-untyped-def]
    passages = tuple(
        ScoredPassage(p, score, dense=score, lexical=0.0, sentence_scores=scores)
        for p, score, scores in scored
    )
    return SearchResult("?", passages, answerable, 0.9, "v1")


ONSET = passage(
    "onset",
    "Ketamine infusions may ease symptoms within hours.",
    "The clinic opened its doors long ago.",
    "Traditional antidepressants may need weeks before any effect.",
)
TWIN = passage("twin", "Ketamine infusions may ease symptoms within a few hours.")


def test_nothing_is_said_that_the_documents_do_not_answer() -> None:
    assert compose(found((ONSET, 0.9, (0.9, 0.2, 0.8)), answerable=False)) is None
    assert compose(found()) is None


def test_every_sentence_is_verbatim_and_in_the_order_of_its_document() -> None:
    answer = compose(found((ONSET, 0.9, (0.8, 0.1, 0.9))))
    assert answer is not None
    assert answer.sentences == (ONSET.sentences[0], ONSET.sentences[2])
    assert answer.citations[0].document == "onset.md"
    assert answer.citations[0].line == "Onset, Section, Somebody, 2023-10-01"


def test_sentences_far_below_the_best_are_left_out() -> None:
    answer = compose(found((ONSET, 0.9, (0.9, 0.3, 0.4))))
    assert answer is not None and answer.sentences == (ONSET.sentences[0],)


def test_two_documents_that_say_the_same_are_merged_and_both_cited() -> None:
    answer = compose(found((ONSET, 0.9, (0.9, 0.1, 0.1)), (TWIN, 0.88, (0.88,))))
    assert answer is not None
    assert answer.sentences == (ONSET.sentences[0],)
    assert [citation.document for citation in answer.citations] == ["onset.md", "twin.md"]


def test_no_more_sentences_than_asked_for() -> None:
    answer = compose(found((ONSET, 0.9, (0.9, 0.89, 0.88))), most=2)
    assert answer is not None and len(answer.sentences) == 2
