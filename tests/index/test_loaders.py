from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.document import Block, Document
from index.errors import DocumentUnreadable, NoDocuments
from index.loaders import find_documents, load_document
from index.loaders.text import looks_like_heading

Folder = Callable[[dict[str, str | bytes]], Path]
LONG = "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."


def load(folder: Path, name: str) -> Document:
    return load_document(folder / name, folder)[0]


def test_markdown_front_matter_gives_title_source_and_iso_dates(folder: Folder) -> None:
    text = (
        "---\ntitle: 'Rivers: a guide'\nsource: A book\nurl: https://example.org/r\nauthor: Ada\n"
        f"date: 2023-10-01\nreviewed-on: '2024-05-06'\n---\n# Rivers: a guide\n\n{LONG}\n"
    )
    document = load(folder({"a.md": text}), "a.md")
    assert document == Document(
        name="a.md",
        title="Rivers: a guide",
        blocks=(Block("paragraph", LONG),),
        author="Ada",
        date="2023-10-01",
        url="https://example.org/r",
        source="A book",
        reviewed_on="2024-05-06",
    )


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("title: [a", "not valid YAML near line"),
        ("date: last week", "write it as YYYY-MM-DD"),
        ("- a\n- b", "not a list of keys and values"),
    ],
)
def test_bad_front_matter_is_named(folder: Folder, front: str, reason: str) -> None:
    with pytest.raises(DocumentUnreadable, match=reason):
        load(folder({"a.md": f"---\n{front}\n---\n{LONG}\n"}), "a.md")


def test_markdown_marks_are_taken_off_and_structure_stays(folder: Folder) -> None:
    text = (
        "Rivers\n======\n\nThey **flow** [down](http://x.org) and *never* `up`,\n"
        "all day_by_day.\n\n"
        "## Kinds ##\n\n- Lead: a small\n  one\n* another\n1. third\n\n> quoted\n\n"
        "<!-- hidden -->\n```\ncode\n```\n| a | b |\n|---|---|\n| c | d |\n"
    )
    document = load(folder({"a.md": text}), "a.md")
    assert document.title == "Rivers"
    assert document.blocks == (
        Block("paragraph", "They flow down and never up, all day_by_day."),
        Block("heading", "Kinds", 2),
        Block("bullet", "Lead: a small one"),
        Block("bullet", "another"),
        Block("bullet", "third"),
        Block("paragraph", "quoted"),
        Block("bullet", "a – b"),
        Block("bullet", "c – d"),
    )


def test_plain_text_headings_are_told_by_their_looks(folder: Folder) -> None:
    text = (
        f"All About Rivers\n\n{LONG}\n\nBenefits of a River:\n\n{LONG} Often.\n\n"
        "  • Rapid Flow: it is fast.\n  - Slow Flow: it is slow.\n\nWhat Is a Delta?\nA mouth.\n"
    )
    document = load(folder({"a.txt": text}), "a.txt")
    assert document.title == "All About Rivers"
    assert [block.text for block in document.blocks if block.kind == "heading"] == [
        "Benefits of a River",
        "What Is a Delta?",
    ]
    assert [block.text for block in document.blocks if block.kind == "bullet"] == [
        "Rapid Flow: it is fast.",
        "Slow Flow: it is slow.",
    ]


def test_lines_wrapped_by_hand_are_joined(folder: Folder) -> None:
    text = (
        "Rivers carry water and sand to the sea, and they\nshape the land on the whole of their "
        "way. In\nspring they flood.\n"
    )
    (block,) = load(folder({"a.txt": text}), "a.txt").blocks
    assert block.text == " ".join(text.split())


def test_text_without_title_gets_one_from_the_words_it_repeats(folder: Folder) -> None:
    text = (
        "The northern river delta is wide, and it grows by a hand in each year that passes here.\n"
        "Birds love the northern river delta. Spring floods come late. Spring floods go early.\n"
    )
    assert load(folder({"x_1.txt": text}), "x_1.txt").title == "Northern river delta: spring floods"


def test_text_that_repeats_nothing_is_titled_by_its_file(folder: Folder) -> None:
    assert load(folder({"river_notes.txt": LONG}), "river_notes.txt").title == "River notes"


def test_html_gives_main_text_with_headings_lists_and_metadata(folder: Folder) -> None:
    paragraph = LONG.replace("Rivers", "Brooks")
    page = f"""<html><head><title>Rivers | Site</title><meta name="author" content="Ada Example">
    <meta property="article:published_time" content="2024-03-02"></head><body>
    <nav><ul><li>Home</li><li>About us</li></ul></nav><article><h1>Rivers</h1><p>{LONG}</p>
    <h2>Kinds</h2><p>{paragraph}</p><ul><li>Small: <b>a brook</b></li><li>Large: a stream</li></ul>
    </article><div id="comments"><h3>2 Comments</h3><p>Nice rivers!</p></div>
    <footer>All rights reserved</footer></body></html>"""
    document = load(folder({"a.html": page}), "a.html")
    assert (document.title, document.author, document.date) == (
        "Rivers",
        "Ada Example",
        "2024-03-02",
    )
    assert document.blocks == (
        Block("paragraph", LONG),
        Block("heading", "Kinds", 2),
        Block("paragraph", paragraph),
        Block("bullet", "Small: a brook"),
        Block("bullet", "Large: a stream"),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"\ufeff{LONG}".encode(), LONG),
        ("Caf\xe9 “R” ".encode("cp1252") + LONG.encode(), f"Café “R” {LONG}"),
        (LONG.encode("utf-16"), LONG),
        (LONG.replace(" ", "\r\n", 1).encode(), LONG),
        (LONG.encode("utf-16-le"), LONG),
        (f"It’s {LONG}".encode().decode("cp1252").encode(), f"It’s {LONG}"),
    ],
    ids=["mark", "windows", "utf-16", "line ends", "utf-16 without mark", "garbled once"],
)
def test_common_encodings_are_read(folder: Folder, content: bytes, expected: str) -> None:
    (block,) = load(folder({"a.md": content}), "a.md").blocks
    assert block.text == expected


def test_encoding_that_a_page_declares_is_believed(folder: Folder) -> None:
    page = (
        '<html><head><meta charset="iso-8859-2"></head><body><article>'
        f"<p>Łódź. {LONG}</p></article></body></html>"
    )
    (block,) = load(folder({"a.html": page.encode("iso-8859-2")}), "a.html").blocks
    assert block.text == f"Łódź. {LONG}"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t", "empty"),
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"text", "no PDF, whatever its suffix says"),
        ("a.txt", b"%PDF-1.7 and so on", "binary file with the wrong suffix"),
        ("a.txt", b"text\x00\x01text", "binary, not text"),
        ("a.txt", b"caf\xe9 \x81\x8d", "neither utf-8-sig nor cp1252"),
        ("a.rtf", b"text", "unknown file type .rtf"),
        ("README", b"text", "unknown file type without a suffix"),
        ("a.md", b"# Only\n\n## Headings\n", "nothing but headings"),
        ("a.txt", b"Leave a Reply\n\nShare this:\n", "nothing but headings"),
        ("a.html", b"<html><body></body></html>", "no main text|parsed"),
    ],
)
def test_unreadable_document_is_named_with_the_reason(
    folder: Folder, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(DocumentUnreadable, match=reason) as caught:
        load(folder({name: content}), name)
    assert caught.value.document == name


def test_link_out_of_the_folder_is_refused(folder: Folder, tmp_path: Path) -> None:
    base = folder({"a.md": LONG})
    (tmp_path / "secret.md").write_text(LONG)
    (base / "b.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(DocumentUnreadable, match="leads out of the documents folder"):
        load(base, "b.md")


def test_broken_link_is_named(folder: Folder) -> None:
    base = folder({"a.md": LONG})
    (base / "b.md").symlink_to(base / "gone.md")
    with pytest.raises(DocumentUnreadable, match="broken link"):
        load(base, "b.md")


def test_documents_are_found_below_the_folder_in_order_without_hidden_ones(folder: Folder) -> None:
    base = folder({"b.md": LONG, "a/c.txt": LONG, ".git/d.md": LONG, ".e.md": LONG})
    assert [path.relative_to(base).as_posix() for path in find_documents(base)] == [
        "a/c.txt",
        "b.md",
    ]


def test_folder_that_is_missing_or_empty_or_a_file_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(NoDocuments, match="does not exist"):
        find_documents(tmp_path / "none")
    with pytest.raises(NoDocuments, match="holds no documents"):
        find_documents(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(NoDocuments, match="is a file"):
        find_documents(tmp_path / "file")


@pytest.mark.parametrize(
    "text",
    ["it works quickly", "It Works.", "Mild effects are usual in the first hour", "Effects,"],
)
def test_sentence_like_lines_are_no_headings(text: str) -> None:
    assert not looks_like_heading(text)
