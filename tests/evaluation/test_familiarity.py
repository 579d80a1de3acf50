"""How like the learnt messages a text is."""

from __future__ import annotations

import numpy as np

from evaluation.familiarity import Familiarity, held_out, parts


def test_every_fifth_message_of_each_intent_is_held_out() -> None:
    names = ["a", "b"] * 5
    assert [names[n] for n in np.flatnonzero(held_out(names))] == ["a", "b"]


def test_intents_of_fewer_than_five_messages_lose_none() -> None:
    assert not held_out(["a"] * 4).any()


def test_the_parts_are_the_best_logit_and_the_mean_cosine_to_the_nearest() -> None:
    examples = np.eye(2, dtype=np.float32)
    found = parts(np.array([[1, 3]], np.float32), np.array([[1, 0]], np.float32), examples)
    np.testing.assert_allclose(found, [[3, 0.5]])


def test_each_part_counts_by_its_deviation() -> None:
    known = Familiarity(np.eye(1, dtype=np.float32), np.array([2, 0.5], np.float32))
    found = known.of(np.array([[4]], np.float32), np.array([[1]], np.float32))
    np.testing.assert_allclose(found, [4 / 2 + 1 / 0.5])
