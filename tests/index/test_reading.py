"""A passage is read with its heading in front, and every sentence is found again in it."""

from __future__ import annotations

import pytest

from index.reading import reading, sentence_of_tokens

SENTENCES = ("It is a sedative.", "It acts fast.")


@pytest.mark.parametrize(
    "title, section, heading",
    [("Ketamine", "Uses", "Ketamine: Uses\n"), ("Ketamine", "", "Ketamine\n"), ("", "", "")],
)
def test_the_heading_stands_in_front(title: str, section: str, heading: str) -> None:
    read = reading(title, section, SENTENCES)
    assert read.text == heading + " ".join(SENTENCES)
    assert tuple(read.text[start:end] for start, end in read.spans) == SENTENCES


def test_a_passage_without_sentences_is_its_heading() -> None:
    read = reading("Ketamine", "Uses", ())
    assert (read.text, read.spans) == ("Ketamine: Uses\n", ())


def test_each_token_knows_its_sentence() -> None:
    read = reading("Title", "", SENTENCES)
    (one, one_end), (two, two_end) = read.spans
    offsets = [(0, 0), (0, 5), (one, one + 2), (one_end - 1, one_end), (two, two_end), (0, 0)]
    assert sentence_of_tokens(offsets, read.spans).tolist() == [-2, -1, 0, 0, 1, -2]


def test_a_token_between_sentences_is_nobodys() -> None:
    assert sentence_of_tokens([(3, 4)], ((0, 3), (4, 8))).tolist() == [-2]
