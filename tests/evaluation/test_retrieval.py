"""What a question got is judged by the sentences that answer it."""

from __future__ import annotations

import pytest

from evaluation import retrieval
from evaluation.compare import README, replaced
from evaluation.questions import Question
from evaluation.retrieval import (
    BEGIN,
    END,
    SETS,
    Found,
    auroc,
    figures,
    find,
    follow_up_text,
    holds,
    place,
    table,
    usual_table,
)
from evaluation.usual_search import usual_ways
from index import Index, build
from index.reader import PlainReader
from tests.bot.conftest import WordEmbedder

YES = Question("what is ketamine", "default", (("uses.md", "Ketamine is a"),))
NO = Question("who makes it", "default", ())
DOCUMENTS = {
    "uses.md": "# Uses\n\nKetamine is a sedative. It eases pain quickly.\n",
    "risks.md": "# Risks\n\nFeeling sick is common. It passes within hours.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    base, reader = tmp_path_factory.mktemp("small"), PlainReader(WordEmbedder())
    (base / "documents").mkdir()
    for name, text in DOCUMENTS.items():
        (base / "documents" / name).write_text(text, encoding="utf-8")
    build(base / "documents", base / "store", reader, progress=False)
    return Index.open(base / "store", reader)


def found(question: Question, place: int | None, confidence: float, quoted: bool = False) -> Found:
    return Found(question, place, confidence > 0.5, confidence, quoted)


def test_hits_are_counted_over_those_that_could_hit() -> None:
    some = [found(YES, 0, 0.9, True), found(YES, 2, 0.6), found(YES, None, 0.2), found(NO, None, 1)]
    assert figures(some) == {
        "first": (1, 3),
        "in_three": (2, 3),
        "quoted": (1, 3),
        "refused": (1, 3),
        "wrongly_answered": (1, 1),
    }


def test_a_set_without_unanswerable_questions_has_no_such_figures() -> None:
    assert "wrongly_answered" not in figures([found(YES, 0, 1)])
    assert auroc([found(YES, 0, 1)]) is None


@pytest.mark.parametrize("confidence, area", [(0.1, 1.0), (0.95, 0.0)])
def test_confidence_tells_answerable_from_unanswerable(confidence: float, area: float) -> None:
    assert auroc([found(YES, 0, 0.9), found(NO, None, confidence)]) == area


def test_a_passage_holds_the_answer_by_document_and_sentence(index: Index) -> None:
    uses = next(p for p in index.passages if p.document == "uses.md")
    assert holds(uses, YES)
    assert not holds(uses, Question("x", "default", (("risks.md", "Ketamine is a"),)))
    assert not holds(uses, Question("x", "default", (("uses.md", "Feeling sick"),)))
    assert not holds(uses, NO)


def test_the_place_is_the_rank_of_the_first_passage_that_answers(index: Index) -> None:
    result = index.search("feeling sick is common", 5)
    asked = Question("x", "default", (("risks.md", "Feeling sick"),))
    assert place(result, asked) == 0
    assert place(result, YES) in (1, None)
    assert place(result, NO) is None


def test_a_question_is_searched_and_answered_as_by_the_assistant(index: Index) -> None:
    got = find(index, YES, "Ketamine is a sedative")
    assert got.place == 0 and 0 <= got.confidence <= 1
    assert got.answerable == index.search("Ketamine is a sedative", 5).answerable


def test_a_follow_up_is_read_with_what_was_asked_before(index: Index) -> None:
    asked = Question("why?", "default", YES.answers, ("Does ketamine ease pain?",))
    assert "pain" in follow_up_text(asked, index)


@pytest.mark.parametrize("way", range(3))
def test_the_usual_ways_rank_every_passage(index: Index, way: int) -> None:
    name, rank = list(usual_ways({"default": index}, WordEmbedder()))[way]
    passages = rank("default", "Ketamine is a sedative. It eases pain quickly.")
    assert passages[0].document == "uses.md" and len(passages) == len(index.passages), name


def test_the_table_shows_shares_with_their_intervals() -> None:
    rows = [("test", "follow-ups", {"first": (3, 4), "auroc": 0.5})]
    assert table(rows).splitlines()[-1].startswith("| test | follow-ups | 75.0 (30–95) |")
    assert usual_table([("BM25", 0.5, 0.75)]).splitlines()[-1] == "| BM25 | 50.0 | 75.0 |"


def test_the_readme_has_a_place_for_the_table() -> None:
    assert replaced(README.read_text(encoding="utf-8"), "new", BEGIN, END)


def test_every_set_is_there() -> None:
    for names in SETS.values():
        for name in filter(None, names):
            assert retrieval.read_questions(name)
