"""Question and passage meet token by token, exactly as a slow double loop would have it."""

from __future__ import annotations

import numpy as np
import pytest

from index.late import HEADING, Array, AskedTokens, Late, sentence_means

LATE = Late(nearness=3.0, bias=-0.25)


def unit(chance: np.random.Generator, *shape: int) -> Array:
    found = chance.normal(size=shape)
    return np.asarray(found / np.linalg.norm(found, axis=-1, keepdims=True), np.float32)


def asked_tokens(chance: np.random.Generator, tokens: int = 4) -> AskedTokens:
    weight, floor = chance.random(tokens), chance.normal(size=tokens)
    return AskedTokens(
        unit(chance, 8),
        unit(chance, tokens, 5),
        weight.astype(np.float32),
        floor.astype(np.float32),
    )


def slow(asked: AskedTokens, tokens: Array, belongs: list[int], sentences: Array) -> list[float]:
    """The definition, a number at a time."""
    found = []
    for number, sentence in enumerate(sentences):
        total = LATE.bias + LATE.nearness * (float(sentence @ asked.vector) - 0.5)
        for token, weight, floor in zip(asked.tokens, asked.weight, asked.floor, strict=True):
            best = -1.0
            for other, owner in zip(tokens, belongs, strict=True):
                if owner in (HEADING, number):
                    best = max(best, float(token @ other))
            total += float(weight) * (best - float(floor))
        found.append(total)
    return found


@pytest.mark.parametrize(
    "belongs",
    [
        [HEADING, HEADING, 0, 0, 1, 2, 2],
        [0, 0, 1, 1, 2],  # no heading
        [HEADING, 0, 2],  # nothing of the second sentence was read
        [HEADING],  # of none
        [],
    ],
)
def test_sentences_get_what_a_double_loop_gives_them(belongs: list[int]) -> None:
    chance = np.random.default_rng(len(belongs))
    asked, sentences = asked_tokens(chance), unit(chance, 3, 8)
    tokens = unit(chance, len(belongs), 5)
    found = LATE.logits(asked, tokens, np.array(belongs, np.int16), sentences)
    assert found.shape == (3,) and found.dtype == np.float32
    np.testing.assert_allclose(found, slow(asked, tokens, belongs, sentences), atol=1e-5)


def test_a_question_without_tokens_goes_by_its_vector() -> None:
    chance = np.random.default_rng(1)
    asked, sentences = asked_tokens(chance, tokens=0), unit(chance, 2, 8)
    found = LATE.logits(asked, unit(chance, 2, 5), np.array([0, 1], np.int16), sentences)
    np.testing.assert_allclose(found, 3 * (sentences @ asked.vector - 0.5) - 0.25, atol=1e-6)


def test_a_sentence_is_the_mean_of_its_tokens_and_the_headings() -> None:
    states = np.array([[2, 0], [0, 4], [4, 0]], np.float32)
    belongs = np.array([HEADING, 0, 1], np.int16)
    found = sentence_means(states, belongs, 2, np.array([0, 1], np.float32))
    np.testing.assert_allclose(found, [[1 / 5**0.5, 2 / 5**0.5], [1, 0]], atol=1e-6)


def test_a_sentence_that_was_not_read_is_the_whole() -> None:
    whole = np.array([0, 1], np.float32)
    found = sentence_means(np.ones((1, 2), np.float32), np.array([HEADING], np.int16), 1, whole)
    np.testing.assert_array_equal(found, [whole])
