"""Detectors are compared at the same number of false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.intent_model import Options
from bot.safety.labels import LABELS
from evaluation.compare import (
    BEGIN,
    END,
    README,
    compared,
    masses_of,
    replaced,
    table,
    threshold,
    with_wordings,
)
from evaluation.detectors import CONFIG, Regression, assistant_options, no_vectors
from evaluation.errors import FileUnusable
from tests.evaluation.conftest import DOSING, GENERAL, SUICIDE, message


def test_the_threshold_spends_the_budget_and_no_more() -> None:
    quiet = np.linspace(0, 1, 101)[:-1]
    assert (quiet > threshold(quiet, 0.02)).sum() == 2
    assert (np.ones(100) > threshold(np.ones(100), 0.02)).sum() == 0


def test_a_detector_is_judged_by_the_label_with_the_most_probability() -> None:
    messages = [message("a", *SUICIDE), message("b", *GENERAL), message("c", *DOSING)]
    messages.append(message("d", *SUICIDE, language="es"))
    intents = ["crisis_suicide", "crisis_abuse", "general_what_is", "personal_dosing"]
    probabilities = [[0.4, 0.4, 0.2, 0], [0, 0.1, 0.9, 0], [0, 0, 0.6, 0.4], [0.05, 0, 0.95, 0]]
    row = compared(messages, masses_of(intents, np.array(probabilities)), 1.0)
    assert (row.at_1, row.at_2, row.at_3) == (0.5, 0.5, 0.5) and row.spanish == 0
    assert row.auroc == 0.5 and row.personal_answered == 1 and row.accuracy == 0.5


def test_what_the_wordings_find_comes_first() -> None:
    masses = np.full((2, len(LABELS)), 0.1)
    raised = with_wordings(masses, [message("i want to die"), message("what is ketamine")])
    assert raised[0].argmax() == LABELS.index("crisis")
    assert (raised[1] == masses[1]).all()


def test_regression_learns_from_letters() -> None:
    texts = ["good morning", "good evening", "help me now", "help me please"]
    detector = Regression(no_vectors, Options(letters=1)).fit(texts, ["a", "a", "b", "b"])
    assert detector.predict_proba(["good day"])[0].argmax() == 0


def test_the_assistant_is_compared_as_it_is_set() -> None:
    assert f"C: {assistant_options().C}" in CONFIG.read_text(encoding="utf-8")


def test_the_table_goes_between_the_marks() -> None:
    readme = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replaced(readme, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(FileUnusable, match=BEGIN):
        replaced("no marks", "new")
    assert replaced(README.read_text(encoding="utf-8"), "new")


def test_every_row_of_the_table_has_as_many_cells_as_its_head() -> None:
    messages = [message("a", *SUICIDE, language="es"), message("b", *GENERAL)]
    messages.append(message("c", *DOSING))
    row = compared(messages, np.eye(len(LABELS))[[1, 4, 2]], 1.0)
    lines = table({"x": row}, "few").split("\n\n")[0].splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert "| x | 100.0 | 100.0 | 100.0 | 100.0 | 100.0 | 0.0 | 100.0 | 1.0 |" in lines
