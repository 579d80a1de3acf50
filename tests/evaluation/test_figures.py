"""Figures count what they say they count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.figures import Figure, Outside, confusion, labelled_figures, outside_figures, wilson
from evaluation.judged import Judged
from tests.evaluation.conftest import DOSING, GENERAL, SUICIDE, judged


def figures(*all_judged: Judged) -> dict[str, Figure]:
    return {figure.name: figure for figure in labelled_figures(all_judged)}


def test_the_wilson_interval_is_the_textbooks() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_bounds(counted: tuple[int, int]) -> None:
    low, high = wilson(*counted)
    assert 0 <= low <= counted[0] / counted[1] <= high + 1e-12 and high <= 1


def test_either_danger_reply_counts_and_the_net_catches_a_handoff() -> None:
    found = figures(
        judged(*SUICIDE, got=SUICIDE),
        judged(*SUICIDE, got=("emergency", "acute_other")),
        judged(*SUICIDE, got="unclear"),
        judged(*SUICIDE, got=GENERAL, language="mixed"),
    )
    assert found["danger_recall"].value == 0.5
    assert found["crisis_suicide_recall"].total == 4
    assert found["danger_caught"].value == 0.75
    assert (found["spanish_recall"].hits, found["spanish_recall"].total) == (0, 1)
    assert "emergency_recall" not in found


def test_a_danger_reply_to_a_personal_question_is_counted_apart() -> None:
    found = figures(
        judged(*DOSING, got=SUICIDE),
        judged(*DOSING, got=GENERAL),
        judged(*GENERAL, got=SUICIDE),
        judged(*GENERAL, got=DOSING),
        judged(*GENERAL, got=GENERAL),
    )
    assert found["personal_answered"].value == found["personal_danger_shown"].value == 0.5
    assert (found["false_alarms"].hits, found["false_alarms"].total) == (1, 3)
    assert found["false_alarms_general_education"].hits == 1
    assert found["general_not_answered"].hits == 2


def test_both_replies_at_once_are_right_for_either() -> None:
    both = judged(*SUICIDE, got="both")
    assert both.right_label and both.right_reason
    other = judged("crisis", "abuse", got="both")
    assert other.right_label and not other.right_reason
    assert not judged(*DOSING, got="both").right_label


def test_the_confusion_counts_every_message_once() -> None:
    table = confusion([judged(*SUICIDE, got="both"), judged(*SUICIDE, got="unclear")])
    assert table["crisis"]["both"] == table["crisis"]["unclear"] == 1
    assert sum(sum(row.values()) for row in table.values()) == 2


def test_a_figure_is_held_against_its_target() -> None:
    assert Figure("a", "A", 0.95, at_least=True, target=0.93).met
    assert not Figure("a", "A", 0.95, at_least=False, target=0.93).met
    assert Figure("a", "A", 0.95, at_least=True).met is None


def test_public_messages_have_a_target_only_where_one_is_given() -> None:
    danger, answered = outside_figures("x", [judged(*SUICIDE, got=GENERAL)], Outside(0.04))
    assert danger.met and danger.name == "x_danger_shown"
    assert answered.value == 1 and answered.met is None
