"""What the parts of a score come to."""

from __future__ import annotations

import numpy as np
import pytest

from index.ranking import ASKED_FROM, DENSE_WEIGHT, scores, sentence_scores

LATE = (None, 2.0)
"""Without tokens, and the logit of the best sentence."""


def score(
    late: float | None, dense: float = 0.5, lexical: float = 0.25, asked: float = 0.0
) -> float:
    """That of one passage."""
    given = [np.array([one], np.float32) for one in (dense, lexical, asked)]
    return float(scores(*given, late if late is None else np.array([late], np.float32))[0])


def test_without_tokens_cosine_and_words_are_weighed() -> None:
    assert score(None) == pytest.approx(DENSE_WEIGHT * 0.5 + (1 - DENSE_WEIGHT) * 0.25)


def test_with_tokens_a_passage_is_as_good_as_its_best_sentence() -> None:
    sentences = sentence_scores(0.5, 0.25, np.array([-1, 2], np.float32))
    assert score(2.0) == pytest.approx(float(sentences.max()), abs=1e-6)
    assert sentences[1] > sentences[0] and ((sentences > 0) & (sentences < 1)).all()


@pytest.mark.parametrize("more", [{"dense": 0.9}, {"lexical": 0.75}])
@pytest.mark.parametrize("late", LATE)
def test_nearer_by_meaning_or_by_words_is_better(
    late: float | None, more: dict[str, float]
) -> None:
    assert score(late, **more) > score(late)


@pytest.mark.parametrize("late", LATE)
def test_a_question_that_the_document_says_it_answers_counts(late: float | None) -> None:
    assert score(late, asked=0.99) > score(late)
    assert score(late, asked=ASKED_FROM - 0.5) == pytest.approx(score(late))


def test_a_question_and_a_sentence_that_answer_say_more_than_either() -> None:
    assert score(2.0, asked=0.6) > max(score(2.0), score(-1.0, asked=0.6))


@pytest.mark.parametrize("tokens", [True, False])
def test_score_rises_with_every_part(tokens: bool) -> None:
    chance = np.random.default_rng(1)
    for _ in range(200):
        dense, lexical, asked, late = chance.uniform(0, 1, size=4)
        less = chance.uniform(0, 1, size=4) * (dense, lexical, asked, late)
        more = score(late if tokens else None, dense, lexical, asked)
        assert score(less[3] if tokens else None, *less[:3]) <= more + 1e-6


def test_passages_are_scored_each_by_itself() -> None:
    chance = np.random.default_rng(2)
    given = chance.uniform(0, 1, size=(4, 20))
    given[2, ::2] = 0  # no question
    for late in (given[3], None):
        together = scores(*given[:3], late)
        alone = [scores(*given[:3, n : n + 1], late if late is None else late[n : n + 1])[0]
                 for n in range(20)]  # fmt: skip
        np.testing.assert_allclose(together, alone)
