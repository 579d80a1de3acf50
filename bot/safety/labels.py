"""The vocabulary of the safety policy: labels in order of precedence, their reasons, intent names.

An intent is named after its label and reason (`crisis_suicide`, `general_side_effects`), so that
Rasa's training data, the gate and the cases speak the same words.
"""

from __future__ import annotations

from typing import Final

UNCLEAR: Final = "unclear"
"""Intent of a message that was not recognised with confidence: a handoff, never an answer."""

REASONS: Final[dict[str, tuple[str, ...]]] = {
    "emergency": ("overdose_or_ingestion", "chest_pain_or_breathing", "acute_other"),
    "crisis": ("suicide", "self_harm", "harm_others", "abuse"),
    "personal_medical": (
        "side_effect_now",
        "dosing",
        "interaction",
        "eligibility",
        "pregnancy_lactation",
        "minors",
        "diagnosis_symptoms",
        "medication_change",
        "prep_aftercare",
        "prognosis",
    ),
    "admin_handoff": ("wants_human", "scheduling", "billing_insurance", "records", "complaint"),
    "general_education": (
        "what_is",
        "mechanism",
        "uses",
        "effectiveness",
        "onset_duration",
        "side_effects",
        "monitoring_safety",
        "suitability",
        "administration",
        "adolescents",
        "treatment_resistant",
        "regulation",
        "comparison",
        "other",
    ),
    "out_of_scope": ("other_topic", "prompt_injection", "buying_drugs"),
    "small_talk": ("greet", "thanks", "goodbye", "bot_identity", "chitchat"),
}
"""Reasons (or topics) of each label; labels in order of precedence, highest first."""

LABELS: Final = tuple(REASONS)
GENERAL: Final = "general_education"
DANGER: Final = frozenset({"crisis", "emergency"})

_PREFIXES: Final = {
    "emergency": "emergency",
    "crisis": "crisis",
    "personal_medical": "personal",
    "admin_handoff": "admin",
    "general_education": "general",
    "out_of_scope": "out_of_scope",
    "small_talk": "small_talk",
}

_INTENTS: Final = {
    f"{_PREFIXES[label]}_{reason}": (label, reason)
    for label, reasons in REASONS.items()
    for reason in reasons
}

INTENTS: Final = tuple(_INTENTS)
"""Every intent that training data may carry."""

_BOTH: Final = {
    f"emergency_{emergency}_and_crisis_{crisis}": ("emergency", emergency)
    for emergency in REASONS["emergency"]
    for crisis in REASONS["crisis"]
}
BOTH: Final = tuple(_BOTH)
"""Intents that only the gate gives: both at once, and the reply carries both blocks."""

GATE_ONLY: Final = frozenset({*_BOTH, UNCLEAR})
"""Intents that the classifier does not learn."""


def intent_of(label: str, reason: str) -> str:
    """Name of the intent of a label and reason; ValueError when the policy has no such pair."""
    if reason not in REASONS.get(label, ()):
        raise ValueError(f"the safety policy has no {label}/{reason}; see bot/safety/labels.py")
    return f"{_PREFIXES[label]}_{reason}"


def both_of(emergency: str, crisis: str) -> str:
    """Name of the intent of a message with this emergency reason and this crisis reason."""
    return f"emergency_{emergency}_and_crisis_{crisis}"


def label_of(intent: str) -> tuple[str, str]:
    """Label and reason of an intent: of both blocks the emergency's, of `unclear` ("handoff",
    "unclear")."""
    return _INTENTS.get(intent) or _BOTH.get(intent) or ("handoff", UNCLEAR)
