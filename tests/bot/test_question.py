from __future__ import annotations

import pytest

from bot.answers.question import standalone


@pytest.mark.parametrize(
    "asked, read",
    [
        ("how fast does it work?", "how fast does ketamine therapy work?"),
        ("Is this approved by the FDA?", "Is ketamine therapy approved by the FDA?"),
        ("how long does the treatment last", "how long does ketamine therapy last"),
        ("is ketamine safe and does it last?", "is ketamine safe and does it last?"),
        ("What is Spravato, is it the same?", "What is Spravato, is it the same?"),
        ("side effects?", "side effects?"),
    ],
)
def test_what_it_is_is_said(asked: str, read: str) -> None:
    assert standalone(asked) == read
