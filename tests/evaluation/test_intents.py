"""The benchmarks of the intent component: threshold, table and what happens without the data."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.intent_model import Options
from evaluation import intents
from evaluation.intents import measure_banking, measure_clinc, table, threshold
from evaluation.learners import Guess, Guesses, Labelled, Vectors, component, regression
from tests.bot.conftest import WordEmbedder

MESSAGES = [
    *((f"where is my card {word}", "card") for word in ("now", "please", "today", "then", "still")),
    *((f"send money {word}", "transfer") for word in ("abroad", "home", "fast", "twice", "again")),
]


def test_the_threshold_leaves_the_share_right_and_no_more() -> None:
    familiarity = np.arange(10, dtype=float)
    right = np.array([True] * 9 + [False])
    assert threshold(familiarity, right, 0.5) == 4.0
    assert (right & (familiarity >= 4)).mean() == 0.5


def test_a_share_out_of_reach_believes_everything() -> None:
    assert threshold(np.array([3.0, 2.0, 1.0]), np.array([True, False, False]), 0.9) == 1.0


@pytest.mark.parametrize("letters", [0.0, 0.5])
def test_the_component_tells_intents_apart(letters: float) -> None:
    guess = component(MESSAGES, Vectors(WordEmbedder()), Options(C=30, letters=letters))
    found = guess(["WHERE is my card", "glaciers melt"])
    assert found.intents[0] == "card" and found.familiarity[0] > found.familiarity[1]


def test_plain_regression_tells_intents_apart() -> None:
    found = regression(MESSAGES, Vectors(WordEmbedder()), 30)(["my CARD", "money fast"])
    assert found.intents.tolist() == ["card", "transfer"]


def test_both_benchmarks_are_measured(tmp_path: Path) -> None:
    """A contender that learns by heart and knows nothing else."""
    for name in ("banking77_train_10shot", "banking77_test"):
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([("text", "category"), *MESSAGES])
    parts = {"train": MESSAGES, "val": MESSAGES, "test": MESSAGES, "oos_test": [("hm", "oos")]}
    with gzip.open(tmp_path / "clinc150.json.gz", "wt", encoding="utf-8") as stream:
        json.dump(parts, stream)

    def train(messages: Labelled) -> Guess:
        known = dict(messages)

        def guess(texts: Sequence[str]) -> Guesses:
            familiar = [float(text in known) for text in texts]
            return Guesses(np.array([known.get(t, "") for t in texts]), np.array(familiar))

        return guess

    assert measure_banking(train, tmp_path) == {"banking": 1.0}
    assert measure_clinc(train, tmp_path) == {"in_scope": 1.0, "out_of_scope": 1.0}


def test_the_table_names_the_targets_and_says_what_was_not_measured() -> None:
    lines = table({"x": {"in_scope": 0.25, "out_of_scope": 1.0}}).splitlines()
    assert "| x | – | 25.0 | 100.0 |" in lines and "| target | 88 | 93 | 85 |" in lines


def test_without_the_data_it_is_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert intents.main(["--data", str(tmp_path)]) == 0
    assert "Skipped" in capsys.readouterr().out
