"""The safety gate's judgement: what a message is, by reviewed wordings and by the classifier.

Pure: text and probabilities in, a verdict out. The higher of the two wins, and whatever neither
recognises with confidence is a handoff.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from bot.safety.going_on import only_goes_on
from bot.safety.labels import (
    DANGER,
    GENERAL,
    LABELS,
    UNCLEAR,
    both_of,
    intent_of,
    label_of,
)
from bot.safety.language import language_of
from bot.safety.normalise import fold

WORDINGS: Final = Path(__file__).with_name("wordings.yml")
_NO_DANGER: Final = 0.1
"""Probability up to which a question in its context shows no sign of danger."""
_FAINT: Final = 0.35
"""Probability up to which a brief question alone may look personal and yet only go on."""
_ANSWERED: Final = frozenset({GENERAL, "out_of_scope", "small_talk"})
"""Labels that the assistant answers by itself, and so only when it is confident."""


class WordingsInvalid(Exception):
    """The wordings file cannot be used: an unknown label or reason, or a line nobody can read."""


@dataclass(frozen=True)
class Wording:
    """One entry of the wordings file, compiled."""

    label: str
    reason: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None

    def matches(self, folded: str) -> bool:
        """Whether the text says it in some place that no `unless` explains away."""
        if self.unless is not None:
            folded = self.unless.sub(" ", folded)
        return self.says.search(folded) is not None


@dataclass(frozen=True)
class Thresholds:
    """Probabilities (0 to 1) from which the classifier's opinion counts.

    Chosen on the development messages. From `danger` on a message is one; `part` is what a part of
    a long message must show, `context` a brief one behind what was said before, `agree` the same
    where the brief message alone is one, `both` each of crisis and emergency. From `doubt` on
    nothing is answered: a person gets it, with the crisis line. `personal` is low because no
    advice may slip through; below `safe` nothing is answered. `going_on` is what a brief question
    that only goes on with the last one must show behind it.
    """

    danger: float = 0.8
    part: float = 0.98
    context: float = 0.6
    agree: float = 0.1
    both: float = 0.2
    doubt: float = 0.1
    personal: float = 0.03
    safe: float = 0.4
    going_on: float = 0.6


@dataclass(frozen=True)
class Verdict:
    """What a message is.

    `source` says who decided: wording, classifier, context, default or failure. `language` is empty
    where the text does not tell.
    """

    intent: str
    label: str
    reason: str
    confidence: float
    source: str
    language: str = ""
    about_other: bool = False

    @property
    def is_danger(self) -> bool:
        return self.label in DANGER


def screen(text: str, wordings: Sequence[Wording] | None = None) -> tuple[tuple[str, str], ...]:
    """Labels and reasons that the reviewed wordings find in a text, highest label first."""
    folded = fold(text)
    found = {
        (wording.label, wording.reason)
        for wording in (load_wordings() if wordings is None else wordings)
        if wording.matches(folded)
    }
    return tuple(sorted(found, key=lambda pair: LABELS.index(pair[0])))


def judge(
    text: str,
    readings: Sequence[Mapping[str, float]],
    thresholds: Thresholds | None = None,
    wordings: Sequence[Wording] | None = None,
    context: Mapping[str, float] | None = None,
) -> Verdict:
    """The verdict on a text.

    `readings` are the classifier's probabilities by intent, one mapping for the whole text and,
    for a long text, one for each of its parts; empty when the classifier failed. `context` is the
    one for a short text behind what was said before.
    """
    limits = thresholds or Thresholds()
    language, other = language_of(text), is_about_other(text)

    def verdict(intent: str, confidence: float, source: str) -> Verdict:
        label, reason = label_of(intent)
        return Verdict(intent, label, reason, confidence, source, language, other)

    worded = screen(text, wordings)
    if not worded and readings and context is not None and only_goes_on(text):
        topic, sure = _going_on(readings[0], context, limits)
        if sure >= limits.going_on:
            return verdict(topic, sure, "context")
    opinions = _opinions(readings, context, limits)
    dangers: dict[str, str] = {}
    for label, reason in (*worded, *(pair for o in opinions for pair in o.dangers)):
        if label in DANGER:
            dangers.setdefault(label, reason)
    if dangers:
        source = "wording" if any(label in DANGER for label, _ in worded) else "classifier"
        danger = max((opinion.danger for opinion in opinions), default=1.0)
        if len(dangers) == len(DANGER):
            return verdict(both_of(dangers["emergency"], dangers["crisis"]), danger, source)
        return verdict(intent_of(*dangers.popitem()), danger, source)
    if worded:
        return verdict(intent_of(*worded[0]), 1.0, "wording")
    personal = [o for o in opinions if label_of(o.intent)[0] == "personal_medical"]
    if personal:
        strongest = max(personal, key=lambda opinion: opinion.confidence)
        return verdict(strongest.intent, strongest.confidence, "classifier")
    if not opinions or opinions[0].intent == UNCLEAR:
        return verdict(UNCLEAR, 0.0, "default")
    return verdict(opinions[0].intent, opinions[0].confidence, "classifier")


def _going_on(
    alone: Mapping[str, float], context: Mapping[str, float], limits: Thresholds
) -> tuple[str, float]:
    """The likeliest topic of general education of a question behind what was said before, and how
    sure it is that it is about one; 0 where either reading shows any sign of danger, or the
    question alone more than a faint one of a personal matter."""
    by_itself, behind = _masses(alone), _masses(context)
    topics = {intent: p for intent, p in context.items() if label_of(intent)[0] == GENERAL}
    if (
        not topics
        or _danger(by_itself) >= limits.doubt
        or _danger(behind) > _NO_DANGER
        or by_itself["personal_medical"] > _FAINT
        or behind["personal_medical"] >= limits.personal
    ):
        return UNCLEAR, 0.0
    return max(topics, key=lambda intent: topics[intent]), behind[GENERAL]


def _masses(reading: Mapping[str, float]) -> dict[str, float]:
    mass = dict.fromkeys(LABELS, 0.0)
    for intent, probability in reading.items():
        label = label_of(intent)[0]
        if label in mass:
            mass[label] += probability
    return mass


def _danger(mass: Mapping[str, float]) -> float:
    return mass["crisis"] + mass["emergency"]


def _opinions(
    readings: Sequence[Mapping[str, float]],
    context: Mapping[str, float] | None,
    limits: Thresholds,
) -> list[_Opinion]:
    """The opinion on the whole text first, then those on its parts and in its context."""
    opinions = [
        _opinion(reading, limits if n == 0 else replace(limits, danger=limits.part))
        for n, reading in enumerate(readings)
    ]
    if context is None:
        return opinions
    behind = _opinion(context, replace(limits, danger=limits.context))
    # "Tonight" alone may be anything: behind "can I come in the evening?" it is handed over.
    if opinions and opinions[0].dangers and behind.danger < limits.agree:
        opinions[0] = replace(opinions[0], intent=UNCLEAR, dangers=())
    # A question that is clear by itself is not read into what came before it.
    if not (opinions and label_of(opinions[0].intent)[0] == GENERAL):
        opinions.append(behind)
    return opinions


@dataclass(frozen=True)
class _Opinion:
    """The classifier's opinion on one reading, under the thresholds."""

    intent: str
    confidence: float
    danger: float
    dangers: tuple[tuple[str, str], ...] = ()


def _opinion(reading: Mapping[str, float], limits: Thresholds) -> _Opinion:
    mass = dict.fromkeys(LABELS, 0.0)
    best: dict[str, tuple[float, str]] = {}
    for intent, probability in reading.items():
        label = label_of(intent)[0]
        if label in mass:
            mass[label] += probability
            best[label] = max(best.get(label, (0.0, "")), (probability, intent))
    danger = mass["crisis"] + mass["emergency"]
    if danger >= limits.danger:
        stronger = max(DANGER, key=lambda label: mass[label])
        found = [label for label in DANGER if label == stronger or mass[label] >= limits.both]
        dangers = tuple(label_of(best[label][1]) for label in found)
        return _Opinion(best[stronger][1], danger, danger, dangers)
    if mass["personal_medical"] >= limits.personal:
        return _Opinion(best["personal_medical"][1], mass["personal_medical"], danger)
    label = max(LABELS, key=lambda name: mass[name])
    doubtful = danger >= limits.doubt or mass[label] < limits.safe
    # Danger that is likeliest and yet not likely enough is not shown, and not overruled either.
    if label not in best or label in DANGER or (label in _ANSWERED and doubtful):
        return _Opinion(UNCLEAR, mass[label], danger)
    return _Opinion(best[label][1], mass[label], danger)


_OTHERS: Final = re.compile(
    r"\b(my|our|a|mi) (son|daughter|kid|child|teen|boy|girl|husband|wife|partner|boyfriend"
    r"|girlfriend|brother|sister|mom|mum|mother|dad|father|friend|buddy|roommate|cousin|nephew"
    r"|niece|aunt|uncle|grandson|granddaughter|grandma|grandpa|patient|student|coworker"
    r"|neighbou?r|hijo|hija|esposo|esposa|marido|mujer|novio|novia|hermano|hermana|mama|madre"
    r"|papa|padre|amigo|amiga|abuelo|abuela|primo|prima|tio|tia|vecino|vecina|sobrino|sobrina)\b"
    r"|\b(he|she|hes|shes|they|theyre) (is|was|has|wont|cant|says|said|wants|keeps|took|just)\b"
)
_SELF: Final = re.compile(r"\b(kill|hurt|cut|end|off|unalive) (myself|my life)\b|\bme quiero\b")
_STAFF: Final = re.compile(
    r"\b(nurse|doctor|dr|therapist|technician|tech|staff|provider|anesthesiologist|clinician"
    r"|employee|receptionist|your clinic|this clinic|at the clinic|you people|during my (session"
    r"|infusion|treatment|appointment)|while (i was )?(sedated|under)|enfermero|enfermera|medico"
    r"|doctora|terapeuta|personal de la clinica|durante (mi|la) (sesion|infusion))\b"
)


def is_about_other(text: str) -> bool:
    """Whether a text is about somebody else's danger (the reply then speaks to a helper)."""
    folded = fold(text)
    return bool(_OTHERS.search(folded)) and not _SELF.search(folded)


def names_staff(text: str) -> bool:
    """Whether a text speaks of the clinic's own staff (an allegation goes to its own queue)."""
    return bool(_STAFF.search(fold(text)))


def load_wordings(path: Path = WORDINGS) -> tuple[Wording, ...]:
    """The reviewed wordings, compiled; WordingsInvalid names the entry that cannot be used."""
    return _compile_all(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _compile_all(path: Path, _changed: int) -> tuple[Wording, ...]:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(_compile(entry, number, path) for number, entry in enumerate(entries, start=1))


def _compile(entry: Mapping[str, object], number: int, path: Path) -> Wording:
    try:
        label, reason = str(entry["label"]), str(entry["reason"])
        intent_of(label, reason)
        says, unless = entry["says"], entry.get("unless")
        assert isinstance(says, list) and isinstance(unless, list | None)  # noqa: S101
        return Wording(label, reason, _pattern(says), _pattern(unless) if unless else None)
    except (KeyError, ValueError, AssertionError, re.error) as problem:
        raise WordingsInvalid(f"{path}: entry {number}: {problem!r}") from problem


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:\b{_regex(str(phrase))}\b)" for phrase in phrases))


def _regex(phrase: str) -> str:
    """A reviewed wording as a regular expression; see the head of the wordings file."""
    words = phrase.split(" ... ")
    parts = [re.sub(r"\(([^()]*)\|\)\s+", r"(?:(?:\1) )?", word) for word in words]
    return r"\W+(?:\S+\W+){0,4}?".join(
        part.replace("(", "(?:").replace("(?:?:", "(?:") for part in parts
    )


_DANGER_WORDS: Final = re.compile(
    r"\b(suicid\w*|self.?harm\w*|kill\w*|overdos\w*|die|dying|death|abus\w*|sobredosis|morir"
    r"|muerte|autolesi\w*)\b"
)


def speaks_of_danger(text: str) -> bool:
    """Whether a question carries crisis words: the crisis line then follows its answer."""
    return bool(_DANGER_WORDS.search(fold(text)))
