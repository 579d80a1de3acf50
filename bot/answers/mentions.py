"""What a question names: a condition, a way of giving the medicine, a group of people."""

from __future__ import annotations

import re
from typing import Final

KINDS: Final = ("condition", "route", "population")
"""Names of the slots that hold them."""

_WORDS: Final[dict[str, dict[str, str]]] = {
    "condition": {
        "treatment-resistant depression": r"(?:treatment[- ])?resistant depression|trd",
        "depression": r"(?:major )?depress(?:ion|ed|ive)(?: disorder| episodes?)?|mdd",
        "anxiety": r"anxiety(?: disorders?)?|anxious|panic(?: attacks?)?",
        "post-traumatic stress disorder (PTSD)": r"ptsd|post[- ]?traumatic stress(?: disorder)?",
        "bipolar disorder": r"bipolar(?: disorder)?",
        "obsessive-compulsive disorder (OCD)": r"ocd|obsessive[- ]compulsive(?: disorder)?",
        "suicidal thoughts": r"suicidal (?:thoughts?|ideation)",
        "chronic pain": r"(?:chronic )?pain|fibromyalgia",
        "migraine": r"migraines?|headaches?",
        "addiction": r"addictions?|alcoholism|alcohol use disorder|substance use",
        "eating disorders": r"eating disorders?|anorexia|bulimia",
        "autism": r"autism|autistic",
        "ADHD": r"adhd",
    },
    "route": {
        "nasal spray": r"(?:nasal |nose )?sprays?|intranasal(?:ly)?|nasal(?:ly)?|spravato"
        r"|esketamine",
        "intravenous (IV) infusion": r"iv|intravenous(?:ly)?|infusions?|drips?",
        "lozenges or tablets": r"lozenges?|troches?|tablets?|pills?|oral(?:ly)?|by mouth",
        "injection": r"injections?|shots?|intramuscular(?:ly)?",
    },
    "population": {
        "adolescents": r"teens?|teenagers?|adolescents?|young people|minors|youths?",
        "children": r"children|kids|child",
        "older people": r"(?:older|elderly) (?:people|adults|patients)|the elderly|seniors"
        r"|old people",
        "women": r"women",
        "men": r"men",
        "veterans": r"veterans?",
        "adults": r"adults?",
    },
}
_FOUND: Final = {
    kind: [(name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for name, words in table.items()]
    for kind, table in _WORDS.items()
}


def mentions(text: str) -> dict[str, str]:
    """By kind, what the text names, in one spelling: the first in the table where it names
    several."""
    found = {}
    for kind, table in _FOUND.items():
        name = next((name for name, words in table if words.search(text)), None)
        if name is not None:
            found[kind] = name
    return found


def replaced(text: str, kind: str, name: str) -> str | None:
    """The text with what it names of this kind replaced; None where it names none."""
    for _, words in _FOUND[kind]:
        if words.search(text):
            return words.sub(lambda _: name, text, count=1)
    return None


def is_only(text: str, kind: str) -> bool:
    """Whether the text is a mention of this kind and nothing else."""
    return any(words.fullmatch(text) for _, words in _FOUND[kind])
