from __future__ import annotations

import pytest

from bot.safety.language import language_of


@pytest.mark.parametrize(
    "text, language",
    [
        ("¿Qué es la ketamina?", "es"),
        ("ya no quiero seguir", "es"),
        ("me duele el pecho", "es"),
        ("q hago xq ya no puedo", "es"),
        ("i can't do this anymore", "en"),
        ("side effects of ketamine", "en"),
        ("no puedo breathe, ayuda", "es"),
        ("🙂", ""),
        ("ketamine", ""),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    assert language_of(text) == language
