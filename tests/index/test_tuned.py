"""The encoder that comes with the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelUnavailable
from index.late import HEADING
from index.tuned import FOLDER, WEIGHTS, TunedEncoder

SENTENCES = (
    "Ketamine is given through a vein over forty minutes.",
    "Feeling sick is common and passes within hours.",
)


@pytest.fixture(scope="module")
def encoder() -> TunedEncoder:
    if not (FOLDER / WEIGHTS).is_file():
        pytest.skip(f"{FOLDER} holds no {WEIGHTS}; see index/tuning")
    return TunedEncoder()


def test_vectors_have_length_one_and_do_not_depend_on_company(encoder: TunedEncoder) -> None:
    both = encoder.encode(SENTENCES)
    np.testing.assert_allclose(np.linalg.norm(both, axis=1), 1, atol=1e-3)
    np.testing.assert_array_equal(both[1], encoder.encode(SENTENCES[1:])[0])
    assert encoder.encode([]).shape == (0, both.shape[1])


def test_a_question_has_a_weight_and_a_floor_for_every_token(encoder: TunedEncoder) -> None:
    asked = encoder.ask("how long does an infusion take")
    assert asked.tokens.shape[0] == len(asked.weight) == len(asked.floor) > 6
    assert (asked.weight >= 0).all() and (abs(asked.floor) <= 1).all()


def test_every_token_of_a_passage_belongs_to_heading_or_sentence(encoder: TunedEncoder) -> None:
    read = encoder.read("Infusions", "Side effects", SENTENCES, ["does it make me sick"])
    assert set(read.belongs.tolist()) == {HEADING, 0, 1}
    assert (np.diff(read.belongs) >= 0).all()
    assert len(read.sentences) == 2 and len(read.questions) == 1
    np.testing.assert_allclose(np.linalg.norm(read.tokens, axis=1), 1, atol=1e-2)


@pytest.mark.parametrize(
    "question, number", [("how long does the infusion take", 0), ("is nausea usual after it", 1)]
)
def test_the_sentence_that_answers_gets_more(
    encoder: TunedEncoder, question: str, number: int
) -> None:
    assert encoder.late is not None
    read = encoder.read("Infusions", "", SENTENCES)
    found = encoder.late.logits(encoder.ask(question), read.tokens, read.belongs, read.sentences)
    assert found.argmax() == number


def test_a_long_passage_keeps_a_vector_for_each_sentence(encoder: TunedEncoder) -> None:
    many = SENTENCES * 40
    read = encoder.read("Infusions", "", many)
    assert len(read.sentences) == len(many) and read.belongs.max() < len(many) - 1


def test_common_words_are_known_and_slips_are_not(encoder: TunedEncoder) -> None:
    assert encoder.knows("treatment") and not encoder.knows("treatmnet")


def test_a_folder_without_the_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=tmp_path.name):
        TunedEncoder(tmp_path)
