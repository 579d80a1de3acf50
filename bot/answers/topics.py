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

PHRASES: Final = {
    "what_is": "ketamine therapy",
    "mechanism": "the way ketamine works in the brain",
    "uses": "ketamine therapy",
    "effectiveness": "the effect of ketamine therapy",
    "onset_duration": "the effects of ketamine therapy",
    "side_effects": "the side effects of ketamine therapy",
    "monitoring_safety": "the monitoring during ketamine treatment",
    "suitability": "the suitability for ketamine therapy",
    "administration": "ketamine treatment",
    "adolescents": "ketamine therapy for adolescents",
    "treatment_resistant": "treatment-resistant depression",
    "regulation": "the FDA approval of ketamine",
    "comparison": "ketamine compared with traditional antidepressants",
}
"""What "it" or "they" means after an answer on a topic."""

NEXT: Final = {
    "what_is": ("mechanism", "uses", "side_effects"),
    "mechanism": ("onset_duration", "comparison", "side_effects"),
    "uses": ("effectiveness", "treatment_resistant", "side_effects"),
    "effectiveness": ("onset_duration", "side_effects", "comparison"),
    "onset_duration": ("effectiveness", "side_effects", "comparison"),
    "side_effects": ("monitoring_safety", "suitability", "administration"),
    "monitoring_safety": ("side_effects", "administration", "suitability"),
    "suitability": ("monitoring_safety", "side_effects", "uses"),
    "administration": ("monitoring_safety", "onset_duration", "side_effects"),
    "adolescents": ("suitability", "side_effects", "mechanism"),
    "treatment_resistant": ("uses", "effectiveness", "mechanism"),
    "regulation": ("uses", "administration", "monitoring_safety"),
    "comparison": ("mechanism", "onset_duration", "side_effects"),
}
"""What visitors ask next, after an answer on a topic."""

FIRST: Final = ("what_is", "side_effects", "onset_duration", "uses", "administration")
"""What is offered where a question leaves open what it is about."""

TITLES: Final = {
    "what_is": ("What it is", "Qué es"),
    "mechanism": ("How it works", "Cómo actúa"),
    "uses": ("What it is used for", "Para qué se usa"),
    "effectiveness": ("How well it works", "Qué tan bien funciona"),
    "onset_duration": ("How fast and how long", "Qué tan rápido y cuánto dura"),
    "side_effects": ("Possible side effects", "Efectos secundarios"),
    "monitoring_safety": ("Monitoring and safety", "Vigilancia y seguridad"),
    "suitability": ("Who it may suit", "Para quién puede servir"),
    "administration": ("How it is given", "Cómo se administra"),
    "adolescents": ("Adolescents", "Adolescentes"),
    "treatment_resistant": ("Treatment-resistant depression", "Depresión resistente"),
    "regulation": ("FDA approval", "Aprobación de la FDA"),
    "comparison": ("Compared with antidepressants", "Comparación con antidepresivos"),
}
"""What stands on a topic's button, in English and in Spanish."""

SPANISH: Final = {
    "what_is": "¿Qué es la terapia con ketamina?",
    "mechanism": "¿Cómo actúa la ketamina en el cerebro?",
    "uses": "¿Para qué se usa la terapia con ketamina?",
    "effectiveness": "¿Qué tan bien funciona la ketamina para la depresión?",
    "onset_duration": "¿Qué tan rápido actúa la ketamina y cuánto dura el efecto?",
    "side_effects": "¿Cuáles son los efectos secundarios de la ketamina?",
    "monitoring_safety": "¿Cómo se vigila a los pacientes durante el tratamiento con ketamina?",
    "suitability": "¿Qué se tiene en cuenta para decidir si la ketamina es adecuada?",
    "administration": "¿Cómo se administra la ketamina?",
    "adolescents": "¿Qué se dice de la ketamina para adolescentes?",
    "treatment_resistant": "¿Qué es la depresión resistente al tratamiento?",
    "regulation": "¿La FDA ha aprobado la ketamina para la depresión?",
    "comparison": "¿En qué se diferencia la ketamina de los antidepresivos tradicionales?",
}
"""The questions again, as a Spanish reader asks them."""
