from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index import build
from index.errors import NoDocuments
from index.loaders import load_document, open_source
from index.reader import Reader

Folder = Callable[[dict[str, str | bytes]], Path]
LONG = "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."
PAGE = f"<html><body><article><h1>Rivers</h1><p>{LONG}</p></article></body></html>"


def test_list_of_addresses_gives_the_saved_files_with_their_addresses(folder: Folder) -> None:
    base = folder(
        {
            "list.txt": "# saved in May\nhttps://example.org/rivers saved/one.html\n\n"
            "https://example.org/brooks/\nhttp://example.org/a.pdf?x=1\n",
            "saved/one.html": PAGE,
            "example.org/brooks/index.html": PAGE.replace("Rivers carry", "Brooks carry"),
            "a.pdf": b"%PDF",
            "not-listed.md": LONG,
        }
    )
    source = open_source(base / "list.txt")
    assert {path.relative_to(base).as_posix(): url for path, url in source.address.items()} == {
        "saved/one.html": "https://example.org/rivers",
        "example.org/brooks/index.html": "https://example.org/brooks/",
        "a.pdf": "http://example.org/a.pdf?x=1",
    }
    document, _ = load_document(source.files[0], base, source.address[source.files[0]])
    assert (document.name, document.url) == ("saved/one.html", "https://example.org/rivers")


def test_line_that_leads_nowhere_is_named_and_the_rest_goes_in(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    base = folder(
        {
            "list.txt": "https://example.org/gone\nsaved.md\n"
            "https://example.org/x ../secret.md\nhttps://example.org/ok saved.md\n",
            "saved.md": LONG,
        }
    )
    (tmp_path / "secret.md").write_text(LONG)
    report = build(base / "list.txt", tmp_path / "store", words_embedder, progress=False)
    assert report.documents == 1
    assert [str(error).split(":")[0] for error in report.errors] == [
        "list.txt line 1",
        "list.txt line 2",
        "list.txt line 3",
    ]
    assert "no file was saved for https://example.org/gone" in str(report.errors[0])
    assert "'saved.md' is no web address" in str(report.errors[1])


def test_list_without_any_saved_file_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("https://example.org/gone\n")
    with pytest.raises(NoDocuments, match=r"no address with its saved file.*line 1"):
        open_source(tmp_path / "list.txt")


def test_document_with_the_text_of_another_is_left_out_and_named(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    base = folder({"a.md": LONG, "b.txt": f"{LONG}\n", "c.md": LONG.replace("sea", "lake")})
    report = build(base, tmp_path / "store", words_embedder, progress=False)
    assert report.documents == 2
    (error,) = report.errors
    assert str(error).startswith("b.txt: it has the same text as a.md")
