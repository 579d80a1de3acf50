"""Decides whether passages answer a question, or are only about the same things.

Passages of a small field are all near any question of that field: "what does an infusion cost"
lies close to every text on infusions. What gives it away is that no passage has a word for
"cost". So nearness and the words that are covered are weighed together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Logistic regressions on evaluation/questions/development.jsonl, rounded: one for what the encoder
# that comes with the project says token by token (of its bias -4.5, a little taken: to answer what
# is only near is worse than to refuse), one for models that give vectors alone.
LATE_BIAS = -4.8
LATE_WEIGHT = 0.55
LATE_WEIGHT_DENSE = 7.1
BIAS = -6.8
WEIGHT_DENSE = 5.5
WEIGHT_COVERAGE = 6.5
WEIGHT_MISSING_FIGURE = -3.5
# A question that a document says it answers, by its cosine to the one asked.
ASKED_BIAS = -14.0
ASKED_WEIGHT = 20.0
THRESHOLD = 0.5


@dataclass(frozen=True)
class Evidence:
    """What speaks for an answer: the best values among the passages found.

    `dense` is the cosine of the question to a passage or, if that is nearer, to one of its
    sentences; `coverage`, 0 to 1, is the part of the question's content words, by rarity, that
    one passage holds. `missing_figure`: it asks how many, how long or when, and none says. `late`
    is the highest logit of a sentence (see index.late), None where the model gives no tokens;
    `asked` the highest cosine to a question that a document says it answers.
    """

    dense: float
    coverage: float
    missing_figure: bool = False
    late: float | None = None
    asked: float = 0.0


def confidence(evidence: Evidence) -> float:
    """The probability that the passages answer the question, 0 to 1."""
    if evidence.late is not None:
        logit = LATE_BIAS + LATE_WEIGHT * evidence.late + LATE_WEIGHT_DENSE * evidence.dense
    else:
        logit = (
            BIAS
            + WEIGHT_DENSE * evidence.dense
            + WEIGHT_COVERAGE * evidence.coverage
            + WEIGHT_MISSING_FIGURE * evidence.missing_figure
        )
    if evidence.asked:
        logit = max(logit, ASKED_BIAS + ASKED_WEIGHT * evidence.asked)
    return 1 / (1 + math.exp(-logit))


_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twice|once|dozens?|hundreds?"
    r"|thousands?|millions?|half|several|many|most|few|percent|majority|minority)\b"
)
_SPAN = (
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|short|brief|briefly|long"
    r"|longer|lasting|temporary|transient|immediate|rapid|rapidly|quick|quickly|fast|soon|shortly"
    r"|pass|fade|subside)\b|long-(?:term|lasting)|short-lived"
)
_FIGURES = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(said, re.IGNORECASE))
    for asked, said in (
        (r"\bhow (?:many|much|often)\b|\bpercent(?:age)?\b|\bsuccess rate\b", _NUMBER),
        (r"\bhow (?:long|soon|quickly|quick|fast)\b", _SPAN),
        (r"\b(?:what|which) (?:year|date)\b|^\W*when (?:was|were|did)\b", r"\b\d{4}\b|decade"),
    )
)


def misses_figure(question: str, sentences: Iterable[str]) -> bool:
    """Whether a question asks for a number, a span of time or a date that no sentence holds."""
    wanted = [said for asked, said in _FIGURES if asked.search(question)]
    texts = list(sentences)
    return any(not any(said.search(text) for text in texts) for said in wanted)
