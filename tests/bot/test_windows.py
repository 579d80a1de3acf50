from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.windows import BRIEF, EARLIER_WORDS, MOST, WINDOW, in_context, windows


def test_a_short_message_is_read_once() -> None:
    assert windows("what is ketamine?") == ["what is ketamine?"]


def test_a_long_message_is_read_in_parts_too() -> None:
    chat = "the staff at the desk were so kind to my mother last week and i loved the music. "
    text = chat * 4 + "my chest hurts and i can't get air."
    whole, *parts = windows(text)
    assert whole == text and len(parts) == 3
    assert parts[-1] == "my chest hurts and i can't get air."


def test_a_thousand_words_in_front_do_not_hide_the_end() -> None:
    parts = windows("lorem ipsum dolor sit amet " * 200 + "i said goodbye to my kids tonight")
    assert len(parts) <= MOST + 1
    assert any("goodbye to my kids" in part for part in parts[1:])


@settings(deadline=None)
@given(st.text(max_size=2000))
def test_no_part_is_long_and_the_whole_comes_first(text: str) -> None:
    whole, *parts = windows(text)
    assert whole == text
    assert all(0 < len(part.split()) <= WINDOW for part in parts)


def test_a_short_message_is_read_behind_what_was_said_before() -> None:
    assert in_context("me too", ["a", "b", "i feel low", "so tired."]) == (
        "b. i feel low. so tired. me too"
    )
    assert in_context("me too", []) is None
    assert in_context("word " * (BRIEF + 1), ["before"]) is None
    assert len(str(in_context("me too", ["word " * 500])).split()) == EARLIER_WORDS + 2
