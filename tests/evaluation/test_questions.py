"""Questions point at sentences that are there."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from evaluation.errors import MessagesInvalid
from evaluation.messages import ROOT
from evaluation.near_duplicates import TRAINING_QUESTIONS
from evaluation.questions import DOCUMENTS, SETS_FOLDER, Question, read_questions

MADE = ROOT / "index" / "tuning" / "documents"
FOLDERS = {**DOCUMENTS, "made": MADE}
FILES = [*sorted(SETS_FOLDER.glob("*.jsonl")), *sorted(TRAINING_QUESTIONS.glob("*.jsonl"))]
GOOD = {
    "question": "what is it",
    "folder": "default",
    "answerable": True,
    "document": "a.md",
    "sentence": "It is",
    "also": ["It was"],
    "also_elsewhere": [{"document": "b.md", "sentence": "This is"}],
}


def read(file: Path) -> list[Question]:
    return read_questions(file.stem, file.parent)


@cache
def text_of(file: Path) -> str:
    return " ".join(file.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_sentence_is_in_its_document(file: Path, folder: str) -> None:
    if not FOLDERS[folder].is_dir():
        pytest.skip(f"the documents are not in {FOLDERS[folder]}")
    missing = [
        (question.text, document, begin)
        for question in read(file)
        if question.folder == folder
        for document, begin in question.answers
        if " ".join(begin.split()) not in text_of(FOLDERS[folder] / document)
    ]
    assert not missing


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_folders_are_known(file: Path) -> None:
    assert {question.folder for question in read(file)} <= set(FOLDERS)


@pytest.mark.parametrize("name", ["development", "test"])
def test_a_third_or_so_has_no_answer(name: str) -> None:
    found = [question.answerable for question in read_questions(name)]
    assert 0.25 < found.count(False) / len(found) < 0.45


@pytest.mark.parametrize("name", ["follow_ups_development", "follow_ups_test"])
def test_follow_ups_follow_something(name: str) -> None:
    assert all(question.earlier for question in read_questions(name))


def test_misspelt_questions_ask_for_what_the_test_set_asks_for() -> None:
    clean = {question.answers for question in read_questions("test")}
    assert {question.answers for question in read_questions("misspelt_test")} <= clean


def test_all_sentences_that_answer_are_read(tmp_path: Path) -> None:
    rows = [GOOD, {"question": "who", "folder": "default", "answerable": False}]
    lines = "\n\n".join(json.dumps(row) for row in rows)
    (tmp_path / "some.jsonl").write_text(lines, encoding="utf-8")
    one, two = read_questions("some", tmp_path)
    assert one.answers == (("a.md", "It is"), ("a.md", "It was"), ("b.md", "This is"))
    assert one.answerable and not two.answerable


@pytest.mark.parametrize("line", ["{", json.dumps({"question": "who"}), "[]"])
def test_a_bad_file_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(MessagesInvalid, match=r"some\.jsonl"):
        read_questions("some", tmp_path)
    with pytest.raises(MessagesInvalid, match=r"none\.jsonl"):
        read_questions("none", tmp_path)
