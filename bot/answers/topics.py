"""Topics of general education: what a visitor can tap, and how a topic is looked up."""

from __future__ import annotations

from typing import Final

QUESTIONS: Final = {
    "what_is": "What is ketamine infusion therapy?",
    "mechanism": "How does ketamine work in the brain?",
    "uses": "Which conditions is ketamine therapy used for?",
    "effectiveness": "How well does ketamine therapy work for depression?",
    "onset_duration": "How quickly does ketamine therapy work and how long do the effects last?",
    "side_effects": "What are the possible side effects of ketamine therapy?",
    "monitoring_safety": "How are patients monitored during ketamine treatment?",
    "suitability": "What is considered when deciding whether ketamine therapy is suitable?",
    "administration": "How is ketamine given?",
    "adolescents": "What is said about ketamine therapy for adolescents?",
    "treatment_resistant": "What is treatment-resistant depression?",
    "regulation": "Is ketamine approved by the FDA for depression?",
    "comparison": "How does ketamine differ from traditional antidepressants?",
}
"""One question a topic, which the default documents answer. The documents are in English: a
question in another language is looked up by its topic."""
