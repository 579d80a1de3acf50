"""What the parts of a score come to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.ranking import ASKED_FROM, DENSE_WEIGHT, Parts, score

PLAIN = Parts(0.5, 0.25, None, np.array([0.4, 0.6], np.float32))
TUNED = replace(PLAIN, late=np.array([-1, 2], np.float32))


def test_without_tokens_cosine_and_words_are_weighed() -> None:
    whole, sentences = score(PLAIN)
    assert whole == pytest.approx(DENSE_WEIGHT * 0.5 + (1 - DENSE_WEIGHT) * 0.25)
    assert sentences.tolist() == PLAIN.near.tolist()


def test_with_tokens_a_passage_is_as_good_as_its_best_sentence() -> None:
    whole, sentences = score(TUNED)
    assert whole == pytest.approx(float(sentences.max()), abs=1e-6)
    assert sentences[1] > sentences[0] and ((sentences > 0) & (sentences < 1)).all()


@pytest.mark.parametrize("more", [{"dense": 0.9}, {"lexical": 0.75}])
@pytest.mark.parametrize("parts", [PLAIN, TUNED])
def test_nearer_by_meaning_or_by_words_is_better(parts: Parts, more: dict[str, float]) -> None:
    assert score(replace(parts, **more))[0] > score(parts)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("parts", [PLAIN, TUNED])
def test_a_question_that_the_document_says_it_answers_counts(parts: Parts) -> None:
    assert score(replace(parts, asked=0.99))[0] > score(parts)[0]
    assert score(replace(parts, asked=ASKED_FROM - 0.5))[0] == pytest.approx(score(parts)[0])


def test_a_question_and_a_sentence_that_answer_say_more_than_either() -> None:
    neither, sentence = replace(TUNED, late=np.array([-2, -1], np.float32)), TUNED
    both = score(replace(sentence, asked=0.6))[0]
    assert both > max(score(sentence)[0], score(replace(neither, asked=0.6))[0])


def test_a_question_written_in_the_document_does_not_raise_its_sentences() -> None:
    np.testing.assert_array_equal(score(replace(TUNED, asked=0.99))[1], score(TUNED)[1])
