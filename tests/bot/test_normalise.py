from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.normalise import fold, normalise, without_intent_prefix


@pytest.mark.parametrize(
    "typed",
    [
        "I want to die",
        "i WANT to DIE!!!!",
        "i w\u0430nt to di\u0435",  # Cyrillic а and е
        "i want\u200b to d\u200bie",
        "i w4nt to die",
        "<b>i want</b> to <i>die</i>",
        "I   want\tto\n\ndie",
        '/greet{"a":1} I want to die',
        "/i want to die",
        "i want to d i e e",
        "\uff49 \uff57\uff41\uff4e\uff54 to die",  # full width
    ],
)
def test_disguises_fall_away(typed: str) -> None:
    plain = fold(typed).rstrip("!").replace("diee", "die").replace("d i e e", "die")
    assert plain.replace("iwant", "i want") == "i want to die"


def test_letters_with_spaces_between_are_one_word() -> None:
    assert "kill myself" in fold("k i l l myself")


def test_amounts_keep_their_numbers() -> None:
    assert normalise("took 50mg at 10pm, weigh 142 lbs") == "took 50mg at 10pm, weigh 142 lbs"


def test_accents_stay_until_folded() -> None:
    assert normalise("¿Qué es?") == "¿qué es?"
    assert fold("¿Qué es? can’t") == "¿que es? cant"


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("/restart", "restart"),
        ('/greet{"a":1} I want to die', "I want to die"),
        ("//help me", "help me"),
        ("/", "?"),
        ("and/or", "and/or"),
    ],
)
def test_a_visitor_cannot_choose_an_intent(typed: str, meant: str) -> None:
    assert without_intent_prefix(typed) == meant


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_it_and_twice_is_once(text: str) -> None:
    assert not without_intent_prefix(text).startswith("/")
    once = fold(text)
    assert fold(once) == fold(fold(once))
