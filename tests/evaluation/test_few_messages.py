"""Intents of few messages are learnt by encoders tuned on them, and a regression beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.safety.tune import Example, Plan, Tuning
from evaluation import few_messages
from evaluation.few_messages import tuned, tuned_runs, with_names
from evaluation.learners import Vectors
from tests import tiny_bert
from tests.bot.conftest import WordEmbedder
from tests.evaluation.test_intents import MESSAGES

PLAN = Plan(epochs=20, batch=6, rate=1e-2, head_rate=2e-2, seeds=2)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_bert.make(tmp_path / "base", [text for text, _ in MESSAGES])


def test_every_seed_has_its_run_in_a_process_of_its_own(base: Path) -> None:
    examples = [Example(text, intent) for text, intent in MESSAGES]
    one, two = tuned_runs(examples, Plan(epochs=1, seeds=2), base)
    texts = [text for text, _ in MESSAGES[:2]]
    assert one.intents == two.intents == ["card", "transfer"]
    assert one.log_probabilities(texts).shape == (2, 2)
    assert one.log_probabilities(texts).tolist() != two.log_probabilities(texts).tolist()


def test_the_opinions_are_added(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def here(examples: Sequence[Example], plan: Plan) -> list[Tuning]:
        return [few_messages._tuned_run(examples, base, plan)]

    monkeypatch.setattr(few_messages, "tuned_runs", here)
    guess = tuned(MESSAGES, Vectors(WordEmbedder()), 30, PLAN)
    found = guess(["WHERE is my card", "send money", "home"])
    assert found.intents[:2].tolist() == ["card", "transfer"]
    assert found.familiarity[0] > found.familiarity[2]


def test_the_names_of_intents_are_examples_too() -> None:
    named = with_names([("where is it", "Card_lost?"), ("gone", "Card_lost?")])
    assert named[2:] == [("card lost?", "Card_lost?")]
