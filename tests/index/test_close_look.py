from __future__ import annotations

import numpy as np

from index.close_look import _leading, _shared
from index.late import HEADING, AskedTokens, Late


def test_the_greatest_lead_and_of_equal_ones_the_first() -> None:
    assert _leading(np.array([1, 3, 2, 3, 0], np.float32), 4).tolist() == [1, 3, 2, 0]
    assert _leading(np.zeros(2, np.float32), 5).tolist() == [0, 1]


def test_a_question_speaks_for_its_whole_section_and_for_no_other() -> None:
    alike = np.array([0.0, 0.8, 0.1, 0.0, 0.0, 0.3], np.float32)
    sections = np.array([4, 4, 4, 7, 9, 9])
    wanted = [0.8, 0.8, 0.8, 0.0, 0.3, 0.3]
    np.testing.assert_allclose(_shared(alike, sections), wanted)


def one_by_one(
    late: Late, asked: AskedTokens, tokens: np.ndarray, belongs: np.ndarray, near: np.ndarray
) -> list[float]:
    """The same sum, written down as it is said in index.late."""
    found = []
    for sentence, cosine in enumerate(near):
        mine = tokens[(belongs == sentence) | (belongs == HEADING)]
        best = (mine @ asked.tokens.T).max(axis=0) if len(mine) else np.full(len(asked.tokens), -1)
        late_sum = float(((best - asked.floor) * asked.weight).sum())
        found.append(late.nearness * (float(cosine) - 0.5) + late_sum + late.bias)
    return found


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_passages_met_together_are_as_each_by_itself() -> None:
    chance = np.random.default_rng(2)
    late = Late(3.0, -0.5)
    asked = AskedTokens(
        np.zeros(4, np.float32),
        unit(chance.normal(size=(6, 4))),
        *chance.normal(size=(2, 6)).astype(np.float32),
    )
    passages = [
        [-1, -1, 0, 0, 1, 2, 2],
        [0, 0, 1],  # no heading
        [-1, 1, 1],  # nothing of its first sentence was read
        [],  # nothing at all
        [-1, 0],
    ]
    counts = [3, 2, 2, 1, 1]
    tokens = [unit(chance.normal(size=(len(one), 4))) for one in passages]
    near = [chance.normal(size=count).astype(np.float32) for count in counts]
    together = late.logits_of_many(
        asked,
        np.concatenate(tokens),
        np.concatenate([np.array(one, np.int16) for one in passages]),
        np.array([len(one) for one in passages]),
        np.array(counts),
        np.concatenate(near),
    )
    expected = [
        logit
        for given, belongs, cosines in zip(tokens, passages, near, strict=True)
        for logit in one_by_one(late, asked, given, np.array(belongs), cosines)
    ]
    np.testing.assert_allclose(together, expected, rtol=1e-4, atol=1e-5)
