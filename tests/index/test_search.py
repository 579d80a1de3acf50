from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import Index, QuestionEmpty, Reader, build
from index.late import AskedTokens

QUESTIONS = Path(__file__).parents[2] / "evaluation" / "questions" / "development.jsonl"
DEVELOPMENT = [
    row
    for row in map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    if row["folder"] == "default"
]


def test_result_is_ranked_and_every_score_is_in_its_range(default_index: Index) -> None:
    result = default_index.search("How does ketamine act on the brain?", k=7)
    scores = [found.score for found in result.passages]
    assert len(scores) == 7
    assert scores == sorted(scores, reverse=True)
    assert result.index_version == default_index.version
    for found in result.passages:
        assert len(found.sentence_scores) == len(found.passage.sentences)
        assert 0 <= found.lexical <= 1
        assert all(0 <= one <= 1 for one in (*found.sentence_scores, found.score))
        assert found.dense <= 1.001


def test_best_sentence_is_the_one_that_answers(default_index: Index) -> None:
    best = default_index.search("Is ketamine a Schedule III drug?").passages[0]
    sentence = best.passage.sentences[int(np.argmax(best.sentence_scores))]
    assert "Schedule III" in sentence


@pytest.mark.parametrize("question", ["", "   ", "?!", "…", "\n"])
def test_question_without_words_is_refused(default_index: Index, question: str) -> None:
    with pytest.raises(QuestionEmpty, match="holds no word"):
        default_index.search(question)


def test_k_below_one_is_refused_and_above_all_gives_what_there_is(default_index: Index) -> None:
    with pytest.raises(ValueError, match="k is 0"):
        default_index.search("ketamine", k=0)
    assert len(default_index.search("ketamine", k=10_000).passages) > 40


def test_a_long_answer_is_found_as_a_whole_by_the_question_it_answers(
    tmp_path: Path, reader: Reader
) -> None:
    line = "The lift is checked every {} weeks by a firm from the next town, whatever the weather. "
    answer = "\n\n".join(line.format(n) * 5 for n in range(3, 7))
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "a.md").write_text(
        "---\ntitle: House\nquestions:\n- Can I bring my dog along?\n---\n\n"
        f"{answer}\n\n# Parking\n\nCars stand behind the house.\n"
    )
    build(tmp_path / "faq", tmp_path / "store", reader, progress=False)
    index = Index.open(tmp_path / "store", reader)
    found = index.search("may my dog come with me?", k=10).passages
    asked = {one.passage.passage_id: one.asked for one in found}
    above = {one.passage.passage_id for one in found if not one.passage.section}
    assert len(above) > 1
    assert {key for key, value in asked.items() if value > 0.5} == above


@pytest.fixture
def encoded(default_index: Index, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that the model has read since the test began."""
    texts: list[str] = []
    ask = default_index._reader.ask

    def noted(text: str) -> AskedTokens:
        texts.append(text)
        if text == "breaks":
            raise RuntimeError("no memory")
        return ask(text)

    monkeypatch.setattr(default_index._reader, "ask", noted)
    return texts


def test_a_search_made_ahead_is_not_made_again(default_index: Index, encoded: list[str]) -> None:
    question = "How long does an infussion take?"
    plain = default_index.search(question)
    default_index.search_ahead(question)
    assert encoded == ["How long does an infusion take?"] * 2
    assert len(default_index.search(question, k=8).passages) == 8, "another search"
    assert default_index.search(question) == plain
    assert len(encoded) == 3
    default_index.search(question)
    assert len(encoded) == 4, "what was made ahead is for one search"


def test_a_search_waits_for_the_same_one_that_has_begun(
    default_index: Index, encoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    ask = default_index._reader.ask

    def slow(text: str) -> AskedTokens:
        begun.set()
        assert goes_on.wait(10)
        return ask(text)

    monkeypatch.setattr(default_index._reader, "ask", slow)
    with ThreadPoolExecutor() as pool:
        pool.submit(default_index.search_ahead, "what is ketamine?")
        assert begun.wait(10)
        asked = pool.submit(default_index.search, "what is ketamine?")
        goes_on.set()
        assert asked.result(10).passages
    assert encoded == ["what is ketamine?"]


@pytest.mark.parametrize("question, error", [("breaks", RuntimeError), ("?!", QuestionEmpty)])
def test_a_search_made_ahead_that_fails_fails_once(
    default_index: Index, encoded: list[str], question: str, error: type[Exception]
) -> None:
    default_index.search_ahead(question)
    before = len(encoded)
    with pytest.raises(error):
        default_index.search(question)
    assert len(encoded) == before
    with pytest.raises(error):
        default_index.search(question)


def test_of_many_searches_made_ahead_the_oldest_are_forgotten(
    default_index: Index, encoded: list[str]
) -> None:
    for number in range(100):
        default_index.search_ahead(f"is it {number} hours long?")
    assert len(default_index._ahead) < 50
    default_index.search("is it 99 hours long?")
    assert len(encoded) == 100


def test_very_long_and_foreign_questions_are_searched(default_index: Index) -> None:
    assert default_index.search("ketamine " * 5000).passages
    assert not default_index.search("最近の天気はどうですか").answerable


@pytest.mark.parametrize(
    "question",
    [
        "who manufactures ketamine",
        "does it help migraine",
        "how much does an infusion cost",
        "what does the vial look like",
        "can it treat alcohol addiction",
        "what should I wear",
        "what is the capital of France",
    ],
)
def test_question_that_no_document_answers_is_not_answerable(
    default_index: Index, question: str
) -> None:
    assert not default_index.search(question).answerable


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wat are the side efects of ketamin", "what are the side effects of ketamine"),
        ("is esketamin aproved for childern", "is esketamine approved for children"),
        ("how do the antidepresants difer", "how do the antidepressants differ"),
    ],
)
def test_misspelt_question_finds_what_the_right_one_finds(
    default_index: Index, written: str, meant: str
) -> None:
    one, other = default_index.search(written), default_index.search(meant)
    assert one.answerable == other.answerable
    assert one.passages[0].passage == other.passages[0].passage


def test_development_questions_are_mostly_decided_and_found_right(default_index: Index) -> None:
    rows = DEVELOPMENT
    right = sum(
        default_index.search(row["question"]).answerable is row["answerable"] for row in rows
    )
    asked = [row for row in rows if row["sentence"]]
    found = sum(
        any(
            sentence.startswith(row["sentence"])
            for one in default_index.search(row["question"]).passages
            for sentence in one.passage.sentences
        )
        for row in asked
    )
    assert right >= 0.92 * len(rows)
    assert found >= 0.9 * len(asked)


def test_development_sentences_stand_in_the_documents(default_index: Index) -> None:
    passages = default_index.search("ketamine", k=10_000).passages
    starts = [
        (found.passage.document, sentence)
        for found in passages
        for sentence in found.passage.sentences
    ]
    for row in DEVELOPMENT:
        if row["answerable"]:
            assert any(
                document == row["document"] and sentence.startswith(row["sentence"])
                for document, sentence in starts
            ), row


def test_searching_loads_no_library_that_it_does_not_use() -> None:
    code = (
        "import sys; from index import Index, load_reader; load_reader().ask('one river');"
        "heavy = {'jax', 'torch', 'tensorflow', 'sklearn'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
