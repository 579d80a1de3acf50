"""The five example documents: real web texts with all that pages leave around an article."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from index import Index
from index.loaders import find_documents, load_document
from index.passages import Passage, make_passages


@pytest.fixture(scope="module")
def passages(shared_documents: Path) -> list[Passage]:
    return [
        passage
        for path in find_documents(shared_documents)
        for passage in make_passages(load_document(path, shared_documents)[0])
    ]


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What kinds of pressure do adolescents face?", "000"),
        ("What is treatment-resistant depression?", "001"),
        ("How does BDNF relate to ketamine?", "002"),
        ("What does ketamine therapy offer people who felt stigma?", "003"),
        ("Which evaluation should people considering ketamine IV treatment undergo?", "004"),
    ],
)
def test_each_document_answers_a_question_of_its_own(
    shared_index: Index, question: str, document: str
) -> None:
    result = shared_index.search(question)
    assert result.answerable
    assert result.passages[0].passage.document.startswith(document)


@pytest.mark.parametrize(
    "question",
    [
        "who manufactures ketamine",
        "does it help migraine",
        "how much does an infusion cost",
        "what does the vial look like",
        "can it treat alcohol addiction",
    ],
)
def test_questions_of_the_field_that_no_document_answers(
    shared_index: Index, question: str
) -> None:
    assert not shared_index.search(question).answerable


def test_no_leftover_is_in_any_passage(passages: list[Passage]) -> None:
    leftovers = (
        r"kullman|0 comments|\| mental health|leave a reply|email address|required fields"
        r"|get more info|thanks for sharing|\bdavid\b|june 14|charlotin|in this blog post"
        r"|this article aims"
    )
    for passage in passages:
        everything = f"{passage.title} {passage.section} {passage.text}"
        assert not re.search(leftovers, everything, re.IGNORECASE), everything


def test_bylines_become_author_and_date(passages: list[Passage]) -> None:
    said = {passage.document[:3]: (passage.author, passage.date) for passage in passages}
    assert said["000"] == ("Michael Kullman MD", "2023-10-01")
    assert said["001"] == ("Michael Kullman MD", "2023-09-03")
    assert said["002"] == said["003"] == said["004"] == (None, None)


def test_every_sentence_stands_verbatim_in_its_source(
    passages: list[Passage], shared_documents: Path
) -> None:
    sources = {
        path.name: " ".join(path.read_text(encoding="utf-8").split())
        for path in shared_documents.iterdir()
    }
    for passage in passages:
        for sentence in passage.sentences:
            assert sentence in sources[passage.document]


def test_no_good_sentence_is_lost(passages: list[Passage], shared_documents: Path) -> None:
    """What is left out of the five texts is little more than what had to be."""
    kept = sum(len(passage.text.split()) for passage in passages)
    written = sum(
        len(path.read_text(encoding="utf-8").split()) for path in shared_documents.iterdir()
    )
    assert kept > 0.85 * written


def test_titles_and_sections_are_sensible(passages: list[Passage]) -> None:
    titles = {passage.document[:3]: passage.title for passage in passages}
    assert titles["000"].startswith("IV ketamine infusion therapy")
    assert titles["001"].startswith("IV ketamine infusion therapy")
    assert titles["002"].startswith("Ketamine infusion therapy")
    assert titles["003"] == "Ketamine Therapy Treatment: Depression And Anxiety"
    assert titles["004"] == "What Is Ketamine IV Treatment"
    sections = {passage.section for passage in passages}
    assert {"Mechanism of Action", "Considerations and Safety"} <= sections
