"""What the encoder learns from: questions that point into documents, and public ones."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.tuning.corpus import CHUNK_WORDS, Alike, Corpus, MedQuad, gather

DOCUMENTS: dict[str, str | bytes] = {
    "uses.md": "# Uses\n\nKetamine is a sedative. It eases pain quickly.\n",
    "risks.md": "# Risks\n\nFeeling sick is common. It passes within hours.\n",
}


def row(question: str, **more: Any) -> dict[str, Any]:
    return {"question": question, "folder": "small", "answerable": bool(more), **more}


ROWS = [
    row("what is it", document="uses.md", sentence="Ketamine is a"),
    row(
        "is it quick",
        document="uses.md",
        sentence="It eases pain",
        also_elsewhere=[{"document": "risks.md", "sentence": "It passes within"}],
    ),
    row("who makes it"),
    row("when is it open", document="uses.md", sentence="Call us today"),
    row("does it pass?", document="risks.md", sentence="It passes", earlier=["hi", "Is it bad?"]),
]


@pytest.fixture
def corpus(folder: Callable[[dict[str, str | bytes]], Path], tmp_path: Path) -> Corpus:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n\n".join(json.dumps(one) for one in ROWS), encoding="utf-8")
    alike = tmp_path / "alike.jsonl"
    alike.write_text(json.dumps({"questions": ["a?", "b?"], "lookalikes": ["c?"]}) + "\n", "utf-8")
    return gather({"small": folder(DOCUMENTS)}, [file], [alike])


def answers(corpus: Corpus, question: str) -> list[str]:
    (asked,) = (one for one in corpus.questions if one.question == question)
    return [corpus.passages["small"][n].sentences[m] for n, m in asked.answers]


def test_questions_point_at_the_sentences_that_answer(corpus: Corpus) -> None:
    assert answers(corpus, "what is it") == ["Ketamine is a sedative."]
    assert answers(corpus, "is it quick") == ["It eases pain quickly.", "It passes within hours."]


def test_a_follow_up_is_learnt_behind_the_question_before(corpus: Corpus) -> None:
    assert answers(corpus, "Is it bad: does it pass?") == ["It passes within hours."]


def test_questions_without_an_answer_stay_as_such(corpus: Corpus) -> None:
    assert answers(corpus, "who makes it") == []


def test_questions_about_what_the_loaders_leave_out_are_left_out(corpus: Corpus) -> None:
    assert "when is it open" not in [one.question for one in corpus.questions]


def test_wordings_of_a_question_are_read(corpus: Corpus) -> None:
    assert corpus.alike == [Alike(("a?", "b?"), ("c?",))]


def test_a_corpus_is_the_same_after_a_file(corpus: Corpus, tmp_path: Path) -> None:
    corpus.save(tmp_path / "made" / "corpus.json")
    assert Corpus.load(tmp_path / "made" / "corpus.json") == corpus


@pytest.fixture
def public(tmp_path: Path) -> MedQuad:
    file = tmp_path / "medquad.jsonl.gz"
    rows = [
        {
            "question": f"What is (are) {focus} ?",
            "answer": f"{focus} {kind} " * 100,
            "focus": focus,
            "question_type": kind,
            "split": split,
        }
        for focus, split in (("Gout", "train"), ("Asthma", "train"), ("Measles", "test"))
        for kind in ("information", "causes")
    ]
    with gzip.open(file, "wt", encoding="utf-8") as stream:
        stream.write("\n".join(json.dumps(one) for one in rows))
    return MedQuad.read(file)


def test_the_test_part_of_public_data_is_not_read(public: MedQuad) -> None:
    assert set(public.by_focus) == {"Gout", "Asthma"}


def test_the_wrong_answer_is_about_the_same_thing(public: MedQuad) -> None:
    for seed in range(10):
        for question, piece, other in public.sample(2, random.Random(seed)):
            assert other is not None
            focus, kind = piece.sentences[0].split()[:2]
            assert focus.lower() in question.lower()
            assert other.sentences[0].split()[0] == focus
            assert other.sentences[0].split()[1] != kind
            assert len(piece.sentences[0].split()) <= CHUNK_WORDS
