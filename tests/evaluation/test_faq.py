"""Entries of a FAQ and how they are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.errors import MessagesInvalid
from evaluation.faq import Entry, first, read_entries
from index import load_reader

ENTRIES = [
    Entry("When is the pool open?", "From seven to nine.", ("pool hours", "when can I swim")),
    Entry("What does a library card cost?", "Ten a year.", ("library card price", "reading fee")),
]


def test_every_entry_is_asked_in_several_ways() -> None:
    entries = read_entries()
    assert len(entries) > 100
    assert all(len(entry.asked) > 2 and entry.answer for entry in entries)


def test_what_is_stored_is_not_asked(tmp_path: Path) -> None:
    reader = load_reader()
    assert first(ENTRIES, reader, tmp_path / "none") == (4, 4)
    assert first(ENTRIES, reader, tmp_path / "one", stored=1) == (2, 2)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "faq.jsonl"
    file.write_text('{"question": "What is it?"}', encoding="utf-8")
    with pytest.raises(MessagesInvalid, match=r"faq\.jsonl"):
        read_entries(file)
