from __future__ import annotations

import pytest

from index.answerable import THRESHOLD, Evidence, confidence, misses_figure


def test_confidence_rises_with_each_kind_of_evidence() -> None:
    weak = confidence(Evidence(0.5, 0.5))
    assert confidence(Evidence(0.7, 0.5)) > weak
    assert confidence(Evidence(0.5, 0.9)) > weak
    assert confidence(Evidence(0.5, 0.5, missing_figure=True)) < weak


def test_near_passages_without_the_words_of_the_question_do_not_answer() -> None:
    assert confidence(Evidence(dense=0.8, coverage=0.2)) < THRESHOLD


def test_words_alone_do_not_answer() -> None:
    assert confidence(Evidence(dense=0.0, coverage=1.0)) < THRESHOLD


@pytest.mark.parametrize(
    ("question", "sentence", "missing"),
    [
        ("How many sessions are there?", "Sessions are calm.", True),
        ("How many sessions are there?", "Six sessions are usual.", False),
        ("How long does it last?", "It is pleasant.", True),
        ("How long does it last?", "It fades within two hours.", False),
        ("When was it approved?", "It was approved.", True),
        ("When was it approved?", "It was approved in 2019.", False),
        ("What is it?", "It is pleasant.", False),
    ],
)
def test_question_for_a_figure_needs_one(question: str, sentence: str, missing: bool) -> None:
    assert misses_figure(question, [sentence]) is missing
