"""The danger probability is compared with what happened."""

from __future__ import annotations

import pytest

from evaluation.reliability import expected_error, plot, reliability


def test_a_probability_that_means_what_it_says_has_no_error() -> None:
    assert expected_error([0.25] * 4, [True, False, False, False]) == 0


def test_the_error_is_weighted_by_messages() -> None:
    assert expected_error([0.05, 0.05, 0.05, 1.0], [False] * 4) == pytest.approx(1.15 / 4)


def test_certainty_falls_into_the_last_bin_and_empty_bins_are_left_out() -> None:
    low, high = reliability([0.0, 0.95, 1.0], [False, True, True])
    assert (low.count, high.count, high.observed) == (1, 2, 1)


def test_the_plot_has_a_dot_for_each_bin() -> None:
    assert plot(reliability([0.1, 0.9], [False, True])).count("<circle") == 2
    assert "<circle" not in plot([])
