from __future__ import annotations

import datetime
import io
from typing import Any

import docx
import pytest

from index.document import Block
from index.loaders.decoding import NotText
from index.loaders.docx import WordText, read_docx

DRIP = "The medicine is given as a slow drip into a vein while staff watch blood pressure."


def read(word: Any) -> WordText:
    stream = io.BytesIO()
    word.save(stream)
    return read_docx(stream.getvalue())


def test_styles_give_headings_lists_and_paragraphs_and_tables_give_rows() -> None:
    word = docx.Document()
    word.add_heading("The drip", 0)
    word.add_heading("How it goes", 1)
    word.add_paragraph(DRIP)
    word.add_paragraph("a light meal before", style="List Bullet")
    table = word.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Duration", "40 minutes"
    word.add_heading("After it", 2)
    word.add_paragraph(DRIP)
    found = read(word)
    assert found.title == "The drip"
    assert found.blocks == [
        Block("heading", "The drip", 1),
        Block("heading", "How it goes", 2),
        Block("paragraph", DRIP),
        Block("bullet", "a light meal before"),
        Block("bullet", "Duration – 40 minutes"),
        Block("heading", "After it", 3),
        Block("paragraph", DRIP),
    ]


def test_author_and_date_are_those_of_the_file_where_a_person_is_named() -> None:
    word = docx.Document()
    word.add_paragraph(DRIP)
    assert (read(word).author, read(word).date) == (None, None)
    word.core_properties.author = "Ada Example"
    word.core_properties.modified = datetime.datetime(2024, 5, 6)
    assert (read(word).author, read(word).date) == ("Ada Example", "2024-05-06")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "locked with a password or an old .doc"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"text", "damaged"),
    ],
)
def test_file_that_is_no_plain_docx_is_said_to_be_so(content: bytes, reason: str) -> None:
    with pytest.raises(NotText, match=reason):
        read_docx(content)
