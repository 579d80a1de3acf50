from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.windows import EARLIER_WORDS, MOST, SHORT, WINDOW, in_context, windows


def test_a_short_message_is_read_once() -> None:
    assert windows("what is ketamine?") == ["what is ketamine?"]


def test_each_sentence_of_a_longer_message_is_read_too() -> None:
    text = "what does an infusion cost in general? my chest hurts and i can't get air."
    assert windows(text)[1:] == [
        "what does an infusion cost in general?",
        "my chest hurts and i can't get air.",
    ]


def test_a_thousand_words_in_front_do_not_hide_the_end() -> None:
    parts = windows("lorem ipsum dolor sit amet " * 200 + "i said goodbye to my kids tonight")
    assert len(parts) <= MOST + 1
    assert any("goodbye to my kids" in part for part in parts[1:])


@settings(deadline=None)
@given(st.text(max_size=2000))
def test_no_part_is_long_and_the_whole_comes_first(text: str) -> None:
    whole, *parts = windows(text)
    assert whole == text
    assert all(0 < len(part.split()) <= WINDOW + 2 for part in parts)


def test_a_short_message_is_read_behind_what_was_said_before() -> None:
    assert in_context("me too", ["a", "b", "i feel low", "so tired."]) == (
        "b. i feel low. so tired. me too"
    )
    assert in_context("me too", []) is None
    assert in_context("word " * (SHORT + 1), ["before"]) is None
    assert len(str(in_context("me too", ["word " * 500])).split()) == EARLIER_WORDS + 2
