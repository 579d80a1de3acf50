from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from index import Index, build
from index.contents import read
from index.engines import FaissEngine
from index.errors import GapsUnreadable
from index.findings import Gap, pairs, read_gaps
from index.reader import Reader
from index.report import documents_of, render

Folder = Callable[[dict[str, str | bytes]], Path]
SHORT = "---\ntitle: Short\nreviewed-on: 2020-01-01\n---\nAn infusion takes about 40 minutes.\n"
LONG = "---\ntitle: Long\n---\nAn infusion takes about two hours. Staff watch <b>everything</b>.\n"
COPY = "---\ntitle: Copy\nquestions: ['Who watches?']\n---\nStaff watch everything.\n"


@pytest.fixture
def store(folder: Folder, tmp_path: Path, words_embedder: Reader) -> Path:
    base = folder({"short.md": SHORT, "long.md": LONG, "copy.md": COPY, "empty.txt": ""})
    build(base, tmp_path / "store", words_embedder, progress=False)
    return tmp_path / "store"


def test_sentences_that_differ_and_that_are_the_same_are_found(store: Path) -> None:
    found = [(pair.kind, {pair.of_one.title, pair.of_other.title}) for pair in pairs(
        read(store, FaissEngine())
    )]  # fmt: skip
    assert found == [("number", {"Short", "Long"}), ("same", {"Long", "Copy"})]


def test_documents_past_their_review_come_first(store: Path) -> None:
    shown = documents_of(read(store, FaissEngine()).passages, 24, date(2026, 1, 1))
    assert [(one.title, one.due, one.outdated) for one in shown] == [
        ("Short", "2022-01-01", True),
        ("Copy", None, False),
        ("Long", None, False),
    ]
    assert shown[1].questions == ("Who watches?",)


def test_page_shows_it_all_and_fetches_nothing(store: Path, words_embedder: Reader) -> None:
    contents, index = read(store, FaissEngine()), Index.open(store, words_embedder)
    gaps = [Gap("who <made> it?", 7), Gap("?", 1)]
    page = render(contents, index, gaps, 24, date(2026, 1, 1))
    for words in (
        *("Short", "Long", "Copy", "2022-01-01, past", "empty.txt: the file is empty"),
        *("who &lt;made&gt; it?", "no word in it", "another number", "nearly the same"),
        *("answers: Who watches?", contents.manifest.version),
    ):
        assert words in page
    assert not re.search(r"<(?:script|link|img)|https?://|@import|url\(", page)


def test_page_without_anything_to_say_says_so(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    build(folder({"copy.md": COPY}), tmp_path / "s", words_embedder, progress=False)
    contents = read(tmp_path / "s", FaissEngine())
    page = render(contents, Index.open(tmp_path / "s", words_embedder), [], 24, date(2026, 1, 1))
    assert "every file went in whole" in page
    assert "python -m desk gaps --json" in page


@pytest.mark.parametrize(
    "text",
    [
        '{"question": "a?", "count": 2}\n\n{"question": "b?", "count": 5}\n',
        '[{"question": "a?", "count": 2}, {"question": "b?", "count": 5}]',
    ],
)
def test_gaps_are_read_most_asked_first(tmp_path: Path, text: str) -> None:
    (tmp_path / "gaps").write_text(text)
    assert read_gaps(tmp_path / "gaps") == [Gap("b?", 5), Gap("a?", 2)]


@pytest.mark.parametrize("text", ["{", '{"count": 1}', '["a"]', '{"question": "a", "count": "x"}'])
def test_gaps_that_cannot_be_read_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "gaps").write_text(text)
    with pytest.raises(GapsUnreadable, match="desk gaps --json"):
        read_gaps(tmp_path / "gaps")
    with pytest.raises(GapsUnreadable, match="none"):
        read_gaps(tmp_path / "none")
