"""Tuning, with a BERT that is small enough for it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from index.tuning import parts
from index.tuning.corpus import Alike, Asked, Corpus, Piece
from index.tuning.model import Encoder, load_base
from index.tuning.train import Near, Plan, Trainer, typed
from tests import tiny_bert

SENTENCES = {
    "Uses": ("Ketamine is a sedative.", "It eases pain quickly."),
    "Risks": ("Feeling sick is common.", "Dizziness passes within hours."),
    "Visits": ("Somebody drives you home.", "Eat nothing before it."),
}
PASSAGES = [Piece(f"{title}.md", title, "", both) for title, both in SENTENCES.items()]
QUESTIONS = [
    Asked("what is ketamine", "small", ((0, 0),)),
    Asked("does it ease pain", "small", ((0, 1),)),
    Asked("is feeling sick common", "small", ((1, 0),)),
    Asked("when does dizziness pass", "small", ((1, 1),)),
    Asked("who drives home", "small", ((2, 0),)),
    Asked("may somebody eat before it", "small", ((2, 1),)),
    Asked("who makes ketamine", "small", ()),
    Asked("is it common at home", "small", ()),
]
CORPUS = Corpus({"small": PASSAGES}, QUESTIONS)
PLAN = Plan(steps=40, passages=3, own=8, rate=5e-3, head_rate=1e-2, heading_kept=1.0)
TEXTS = [text for piece in PASSAGES for text in (piece.title, *piece.sentences)]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_bert.make(tmp_path / "base", [*TEXTS, *(q.question for q in QUESTIONS)])


def loss(trainer: Trainer) -> float:
    """Of the same few batches, whenever it is asked."""
    with torch.no_grad():
        trainer._measure(CORPUS)
        found = []
        for seed in range(5):
            trainer.chance = random.Random(seed)
            found.append(float(trainer._own_loss(CORPUS)))
    return sum(found)


def test_training_lowers_the_loss_and_leaves_the_words_alone(base: Path) -> None:
    trainer = Trainer(base, PLAN, "cpu")
    before, words = loss(trainer), trainer.encoder.base.embeddings.word_embeddings.weight.clone()
    trainer.run(CORPUS, None)
    assert loss(trainer) < 0.8 * before
    assert torch.equal(trainer.encoder.base.embeddings.word_embeddings.weight, words)


def test_wordings_of_a_question_come_near_to_each_other(base: Path) -> None:
    alike = [
        Alike(("what is ketamine", "is it a sedative"), ("what is feeling sick",)),
        Alike(("who drives home", "somebody drives you", "who drives me"), ("who makes ketamine",)),
        Alike(("when does dizziness pass", "does it pass within hours")),
    ]
    trainer = Trainer(base, PLAN, "cpu")

    def nearness() -> tuple[float, float]:
        """Of two wordings, and of questions in like words."""
        texts = ["is it a sedative", "what is ketamine", "what is feeling sick"]
        trainer.encoder.eval()
        with torch.no_grad():
            vectors = trainer.questions(texts).vectors
        trainer.encoder.train()
        return float(vectors[0] @ vectors[1]), float(vectors[1] @ vectors[2])

    before = nearness()
    trainer.run(Corpus(CORPUS.passages, CORPUS.questions, alike), None)
    wordings, lookalikes = nearness()
    assert wordings - lookalikes > before[0] - before[1]


def test_questions_stay_as_near_to_each_other_as_they_were(base: Path) -> None:
    trainer = Trainer(base, PLAN, "cpu")
    trainer.encoder.eval()
    texts = ["what is ketamine", "who drives home"]
    with torch.no_grad():
        vectors = trainer.questions(texts).vectors
    assert torch.allclose(trainer._near_before(texts), vectors @ vectors.T, atol=0.02)


def test_a_tuned_encoder_is_the_same_after_its_parts(base: Path, tmp_path: Path) -> None:
    tuned = Encoder(load_base(base))
    torch.nn.init.normal_(tuned.tokens.weight)
    parts.save(tuned, tmp_path / "parts")
    loaded = Encoder(load_base(base))
    parts.load(loaded, tmp_path / "parts")
    assert torch.allclose(loaded.tokens.weight, tuned.tokens.weight, atol=1e-2)


def test_of_several_trainings_the_mean_is_taken(base: Path, tmp_path: Path) -> None:
    for number in (0, 1):
        tuned = Encoder(load_base(base))
        torch.nn.init.constant_(tuned.tokens.weight, float(number))
        parts.save(tuned, tmp_path / str(number))
    mean = Encoder(load_base(base))
    parts.load(mean, tmp_path / "0", tmp_path / "1")
    assert torch.all(mean.tokens.weight == 0.5)


def test_large_models_are_stored_in_several_files(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 2000)
    parts.save(Encoder(load_base(base)), tmp_path / "parts")
    assert len(list((tmp_path / "parts").glob("part-*.pt"))) > 2
    parts.load(Encoder(load_base(base)), tmp_path / "parts")


def test_parts_of_another_model_are_refused(base: Path, tmp_path: Path) -> None:
    parts.save(load_base(base), tmp_path / "parts")  # no token vectors
    with pytest.raises(ValueError, match="of another model: "):
        parts.load(Encoder(load_base(base)), tmp_path / "parts")


def test_a_folder_without_parts_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train first"):
        parts.load(load_base(base), tmp_path)


@pytest.fixture
def near() -> Near:
    between = torch.eye(6)
    between[0, 1] = between[1, 0] = 0.9
    to_passages = torch.zeros(len(QUESTIONS), 6)
    to_passages[7, 0] = 0.5  # the unanswerable one that is near to the first passage
    return Near(QUESTIONS, to_passages, between)


def test_passages_are_drawn_with_their_nearest(near: Near) -> None:
    for seed in range(20):
        found = near.passages(random.Random(seed), 4)
        assert len(found) == len(set(found)) == 4
        if found[0] in (0, 1):
            assert {0, 1} <= set(found)


def test_questions_are_those_answered_and_a_third_that_are_only_near(near: Near) -> None:
    found = near.questions([0], random.Random(0), 3)
    assert {q.question for q in found if q.answers} == {"what is ketamine", "does it ease pain"}
    assert [q.question for q in found if not q.answers] == ["is it common at home"]


def test_slips_change_a_question_by_a_few_letters() -> None:
    text = "How long does an infusion take?"
    for seed in range(50):
        assert abs(len(typed(text, random.Random(seed))) - len(text)) <= 3
    assert len({typed(text, random.Random(seed)) for seed in range(50)}) > 10
