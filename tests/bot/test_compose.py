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


def test_neighbouring_sentences_are_quoted_verbatim_and_in_order() -> None:
    answer = compose(found((ONSET, 0.9, (0.8, 0.1, 0.9))))
    assert answer is not None
    assert answer.sentences == ONSET.sentences
    assert answer.citations[0].document == "onset.md"
    assert answer.citations[0].line == "Onset, Section, Somebody, 2023-10-01"


def test_the_best_run_of_a_long_passage_is_quoted() -> None:
    long = passage("long", *(f"Sentence number {n} stands here." for n in range(6)))
    answer = compose(found((long, 0.9, (0.1, 0.1, 0.1, 0.9, 0.8, 0.7))))
    assert answer is not None and answer.sentences == long.sentences[3:]


def test_another_passage_adds_its_best_sentence_only_when_it_is_close() -> None:
    other = passage("other", "A spray is another way.", "Something else entirely was found.")
    close = compose(found((ONSET, 0.9, (0.9, 0.8, 0.9)), (other, 0.88, (0.9, 0.1))))
    assert close is not None and close.sentences[-1] == other.sentences[0]
    assert [citation.document for citation in close.citations] == ["onset.md", "other.md"]
    far = compose(found((ONSET, 0.9, (0.9, 0.8, 0.9)), (other, 0.2, (0.2, 0.1))))
    assert far is not None and far.sentences == ONSET.sentences


def test_two_documents_that_say_the_same_are_merged_and_both_cited() -> None:
    answer = compose(found((ONSET, 0.9, (0.9, 0.8, 0.8)), (TWIN, 0.6, (0.6,))))
    assert answer is not None
    assert answer.sentences == ONSET.sentences
    assert [citation.document for citation in answer.citations] == ["onset.md", "twin.md"]


def test_no_more_sentences_than_asked_for() -> None:
    answer = compose(found((ONSET, 0.9, (0.9, 0.89, 0.88)), (TWIN, 0.5, (0.4,))), most=2)
    assert answer is not None and len(answer.sentences) == 2
