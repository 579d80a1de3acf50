from __future__ import annotations

import pytest

from bot.safety.labels import BOTH, GATE_ONLY, INTENTS, LABELS, REASONS, intent_of, label_of


def test_danger_comes_before_everything() -> None:
    assert LABELS[:3] == ("emergency", "crisis", "personal_medical")


@pytest.mark.parametrize("label, reason", [(lb, r) for lb in REASONS for r in REASONS[lb]])
def test_an_intent_leads_back_to_its_label(label: str, reason: str) -> None:
    assert label_of(intent_of(label, reason)) == (label, reason)


def test_an_unknown_pair_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="crisis/dosing"):
        intent_of("crisis", "dosing")


def test_what_nobody_knows_is_a_handoff() -> None:
    assert label_of("unclear") == label_of("anything") == ("handoff", "unclear")


def test_both_at_once_counts_as_the_emergency() -> None:
    assert len(BOTH) == 12
    assert {label_of(intent)[0] for intent in BOTH} == {"emergency"}
    assert GATE_ONLY.isdisjoint(INTENTS)
