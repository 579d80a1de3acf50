from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import split_sentences


@pytest.mark.parametrize(
    "text",
    [
        "Ask Dr. Smith about it.",
        "Some medicines (e.g. Lithium or others) are different.",
        "It was approved by the U.S. Food and Drug Administration in 1970.",
        "A dose of 0.5 mg per kg was used in the trial.",
        "The sessions vs. Placebo sessions were longer.",
        "Reach out to Christina M. Charlotin for it.",
        "It helps (so people say. They may be wrong) in some cases.",
        "He said “It helped me. It really did” and left.",
        "See No. 4 of the series.",
    ],
)
def test_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert split_sentences(text) == (text,)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Is it safe?", "Mostly."),
        ("It is used in the U.S.", "However, rules differ."),
        ("It stops at 5 p.m.", "The staff goes home."),
        ("It worked!”", "“Did it?"),
        ("Is it approved? No.", "It is not."),
        ("It lasts (as a rule) an hour.", "(Some say two.)"),
        ("The dose was 0.5.", "Then it rose."),
    ],
)
def test_sentences_part_where_one_ends(first: str, second: str) -> None:
    assert split_sentences(f"{first} {second}")[-1] == second


@given(st.text(alphabet="ab AB.!?()“” \n1", max_size=60))
def test_no_character_is_lost_or_changed(text: str) -> None:
    joined = "".join(split_sentences(text))
    assert "".join(joined.split()) == "".join(text.split())
