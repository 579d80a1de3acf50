"""Tuning of the safety encoder, with a BERT that is small enough for it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from bot.safety.tune import Example, Plan, Tuning, disturbed
from tests import tiny_bert

OF_POLICY = [
    Example(text, intent)
    for intent, texts in {
        "crisis_suicide": ("i want to die", "i want to end it", "nobody needs me", "let me die"),
        "general_what_is": ("what is it", "what is ketamine", "tell me what it is", "explain it"),
        "small_talk_greet": ("hello you", "good morning", "good evening", "hi there"),
    }.items()
    for text in texts
]
OTHER = [Example(e.text, e.intent.rsplit("_")[-1] + " here") for e in OF_POLICY]
EVERYDAY = ["play music", "book a flight", "what is the weather"]
PLAN = Plan(epochs=30, batch=6, rate=1e-2, head_rate=2e-2, agreement=1.0)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [*(example.text for example in OF_POLICY), *EVERYDAY]
    return tiny_bert.make(tmp_path_factory.mktemp("base"), texts)


def tuning(base: Path, examples: list[Example], everyday: list[str], plan: Plan = PLAN) -> Tuning:
    model: Any = AutoModel.from_pretrained(base, add_pooling_layer=False).float()
    return Tuning(model, AutoTokenizer.from_pretrained(base), examples, everyday, plan, "cpu")


def right(tuned: Tuning) -> float:
    found = tuned.log_probabilities([e.text for e in tuned.examples]).argmax(axis=1)
    return float(
        np.mean([tuned.intents[n] == e.intent for n, e in zip(found, tuned.examples, strict=True)])
    )


@pytest.mark.parametrize("examples, everyday", [(OF_POLICY, EVERYDAY), (OTHER, [])])
def test_intents_are_learnt_whether_or_not_the_policy_has_them(
    base: Path, examples: list[Example], everyday: list[str]
) -> None:
    run = tuning(base, examples, everyday)
    words = run.model.embeddings.word_embeddings.weight.clone()
    before = right(run)
    run.run()
    assert right(run) > max(0.8, before)
    assert torch.equal(run.model.embeddings.word_embeddings.weight, words)


def test_log_probabilities_come_in_the_order_of_the_texts(base: Path) -> None:
    run = tuning(base, OTHER, [])
    texts = [e.text for e in OTHER]
    found = run.log_probabilities(texts)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, atol=1e-3)
    alone = np.vstack([run.log_probabilities([text]) for text in texts])
    np.testing.assert_allclose(found, alone, atol=0.1)  # half precision


def test_labels_are_the_sums_of_their_intents(base: Path) -> None:
    run = tuning(base, OF_POLICY, EVERYDAY)
    logits = torch.tensor([[1.0, 2.0, 3.0]])
    by_label = run.by_label(logits).softmax(1)
    wanted = logits.softmax(1)[0]
    assert sorted(by_label[by_label > 0].tolist()) == pytest.approx(sorted(wanted.tolist()))


def test_everyday_messages_need_the_policys_intents(base: Path) -> None:
    with pytest.raises(ValueError, match="'greet here'"):
        tuning(base, OTHER, EVERYDAY)


def test_only_danger_gets_something_harmless_around_it() -> None:
    for seed in range(200):
        said = disturbed(OF_POLICY[4], ["hello you"], random.Random(seed))
        assert "hello" not in said
    said = {disturbed(OF_POLICY[0], ["hello you"], random.Random(seed)) for seed in range(200)}
    assert any(text.startswith("hello you") for text in said)
    assert any(text.endswith("hello you") for text in said)
