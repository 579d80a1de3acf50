from __future__ import annotations

import pytest

from index.leaning import leans_on_previous


@pytest.mark.parametrize(
    "sentence",
    [
        "It encourages the growth of new connections.",
        "This property sets ketamine apart.",
        "These effects typically subside shortly after the treatment.",
        "However, these are typically well-tolerated.",
        "Its rapid relief makes it promising.",
        "Through this mechanism, ketamine promotes growth.",
        "The key lies in its influence on the brain.",
        "Others feel nothing at all.",
    ],
)
def test_sentence_that_points_back_leans(sentence: str) -> None:
    assert leans_on_previous(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ketamine works quickly.",
        "However, it’s essential to approach this treatment with care.",
        "It is believed that glutamate plays a part.",
        "This treatment is given into a vein.",
        "While ketamine is well-tolerated, it can cause dizziness.",
        "Additionally, ketamine has shown efficacy.",
    ],
)
def test_sentence_that_stands_by_itself_does_not(sentence: str) -> None:
    assert not leans_on_previous(sentence)
