"""What the contenders are asked: general questions that the documents answer."""

from __future__ import annotations

from typing import Final

QUESTIONS: Final = (
    "What is ketamine infusion therapy?",
    "How does ketamine act against depression?",
    "What are the side effects of ketamine?",
    "How fast do people feel better after an infusion?",
    "What does treatment-resistant depression mean?",
    "Is ketamine approved by the FDA for depression?",
    "What does off-label mean?",
    "Can ketamine help with PTSD?",
    "What side effects are common after an infusion?",
    "What was ketamine originally used for?",
    "Does ketamine therapy work for anxiety?",
    "Is ketamine a controlled substance?",
    "When was esketamine approved?",
    "How is ketamine IV treatment different from normal antidepressants?",
    "What do AMPA receptors have to do with ketamine?",
)
