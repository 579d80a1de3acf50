from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.document import AskedQuestion, Document
from index.errors import DocumentUnreadable
from index.loaders import find_documents, load_document
from index.passages import make_passages

Folder = Callable[[dict[str, str | bytes]], Path]
LONG = "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."


def load(folder: Path, name: str) -> Document:
    return load_document(folder / name, folder)[0]


def test_questions_may_be_a_list_or_lists_under_headings(folder: Folder) -> None:
    base = folder(
        {
            "a.md": f"---\nquestions:\n  - What do rivers carry?\n  - ' Why?  '\n---\n{LONG}\n",
            "b.md": f"---\nquestions:\n  Floods: ['When do they come?']\n---\n{LONG}\n",
        }
    )
    assert load(base, "a.md").questions == (
        AskedQuestion("What do rivers carry?"),
        AskedQuestion("Why?"),
    )
    assert load(base, "b.md").questions == (AskedQuestion("When do they come?", "Floods"),)


def test_each_question_goes_to_the_passage_with_its_telling_words(folder: Folder) -> None:
    sand = " ".join([LONG] * 5)
    text = (
        "---\nquestions:\n  '': ['How high does the water stand in spring?']\n"
        "  Sand: ['What comes down?']\n---\n"
        f"# Rivers\n\n## Sand\n\n{sand}\n\n## Floods\n\nWater stands high in every spring.\n"
    )
    passages = make_passages(load(folder({"a.md": text}), "a.md"))
    asked = {question: passage.section for passage in passages for question in passage.questions}
    assert asked == {
        "How high does the water stand in spring?": "Floods",
        "What comes down?": "Sand",
    }


def test_header_may_stand_above_plain_text_or_in_a_file_beside(folder: Folder) -> None:
    base = folder(
        {
            "a.txt": f"---\ntitle: Streams\nreview-by: 2027-01-02\n---\n{LONG}\n",
            "b.txt": LONG,
            "b.txt.yml": "title: Brooks\nauthor: Ada\nreviewed-on: 2024-05-06\n",
        }
    )
    assert (load(base, "a.txt").title, load(base, "a.txt").review_by) == ("Streams", "2027-01-02")
    beside = load(base, "b.txt")
    assert (beside.title, beside.author, beside.reviewed_on) == ("Brooks", "Ada", "2024-05-06")
    assert [path.name for path in find_documents(base)] == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [("questions: [{a: b}]", "its questions hold"), ("review-by: soon", "write it as YYYY-MM-DD")],
)
def test_header_that_cannot_be_used_is_named(folder: Folder, header: str, reason: str) -> None:
    with pytest.raises(DocumentUnreadable, match=reason):
        load(folder({"a.md": f"---\n{header}\n---\n{LONG}\n"}), "a.md")
