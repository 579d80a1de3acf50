"""A question in its conversation to what is said about it. No Rasa here, no wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Protocol

from bot.answers.compose import Answer, Rules, compose
from bot.answers.follow_up import Context, Reading, adds_nothing, read
from bot.answers.mentions import mentions
from bot.answers.suggestions import Answerable, Suggestion, suggest
from bot.answers.topics import QUESTIONS
from bot.answers.trace import trace_of
from bot.answers.vague import is_open, widened
from index import QuestionEmpty, SearchResult
from index.terms import terms

Kind = Literal["answer", "no_answer", "clarify"]

SEARCHED: Final = 8
"""Passages looked at, and shown in the trace."""
_SEARCHED_FOR_MORE: Final = 20
_LATER_READING: Final = 0.04
"""How much surer a reading must be than the likelier one before it."""
_MORE: Final = 0.7
"""What is told on "tell me more" has at least this share of the best passage's score."""


class Searches(Protocol):
    """What of an index is needed here."""

    version: str

    def search(self, question: str, k: int = 5) -> SearchResult: ...


@dataclass(frozen=True)
class Asked:
    """A question as it came: its topic as it was recognised (empty where it was not), what the
    conversation is about, the passages quoted for that, and the questions asked already."""

    question: str
    topic: str = ""
    context: Context = field(default_factory=Context)
    shown: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    spanish: bool = False


@dataclass(frozen=True)
class Outcome:
    """What is said: an answer, that there is none, or a choice of topics; and why."""

    kind: Kind
    answer: Answer | None
    suggestions: tuple[Suggestion, ...]
    context: Context
    shown: tuple[str, ...]
    read_as: str
    trace: dict[str, Any]


@dataclass(frozen=True)
class _Found:
    """The reading that was taken first, then the others; and why there is no answer."""

    reading: Reading
    results: tuple[SearchResult, ...]
    answer: Answer | None
    why: str


class Answering:
    """Answers questions from one index after another; safe for several threads."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._answerable = Answerable()

    def answer(self, index: Searches, asked: Asked, rules: Rules | None = None) -> Outcome:
        """What to say to a question, from the index of the moment."""
        reading = _reading(asked)
        if not reading.texts:
            found = _Found(reading, (), None, "the question leaves open what it is about")
        elif reading.kind == "more":
            found = self._more(index, reading, asked, rules or self._rules)
        else:
            found = self._searched(index, reading, asked, rules or self._rules)
        return self._outcome(index, asked, found)

    def _searched(self, index: Searches, reading: Reading, asked: Asked, rules: Rules) -> _Found:
        results = _search(index, reading.texts)
        if not results:
            return _Found(reading, (), None, "there is no word in it")
        if reading.joined and not results[0].answerable:
            # It may stand for itself in form alone: "what do the older pills do instead?"
            joined = index.search(reading.joined, SEARCHED)
            if joined.answerable:
                results = (joined, *results)
                reading = replace(reading, kind="follow_up", anchor=reading.texts[0])
        best = results[0]
        why = _unanswered(best, reading, asked)
        if why:
            return _Found(reading, results, None, why)
        answer = compose(replace(best, answerable=True), rules)
        if answer is None:
            why = "every passage that answers it is past its review date, and those are left out"
            return _Found(reading, results, None, why)
        why = f"the passages answer it (confidence {best.confidence:.2f})"
        return _Found(reading, results, answer, why)

    def _more(self, index: Searches, reading: Reading, asked: Asked, rules: Rules) -> _Found:
        """What else there is on the last question, beside the passages quoted already."""
        result = index.search(reading.texts[0], _SEARCHED_FOR_MORE)
        floor = _MORE * max((one.score for one in result.passages), default=0.0)
        rest = tuple(
            one
            for one in result.passages
            if one.passage.passage_id not in asked.shown and one.score >= floor
        )
        left = replace(result, passages=rest[:SEARCHED])
        answer = compose(left, rules)
        why = "more of the last question's passages" if answer else "nothing more is near enough"
        return _Found(reading, (left,), answer, why)

    def _outcome(self, index: Searches, asked: Asked, found: _Found) -> Outcome:
        kind: Kind = "answer" if found.answer else "no_answer"
        catchword = found.reading.kind == "new" and widened(asked.question, asked.topic) is not None
        if found.answer is None and (
            not found.results or found.reading.kind == "more" or catchword
        ):
            kind = "clarify"
        read_as = found.results[0].question if found.results else ""
        context = _after(asked, found.reading, read_as, found.answer is not None)
        # Under "not in our documents" a person is offered, and nothing beside.
        offered = self._suggestions(index, asked, found, context) if kind != "no_answer" else ()
        return Outcome(
            kind=kind,
            answer=found.answer,
            suggestions=offered,
            context=replace(context, offered=tuple(one.question for one in offered)),
            shown=_shown(asked, found),
            read_as=read_as,
            trace=trace_of(found.reading, found.results, found.answer, found.why),
        )

    def _suggestions(
        self, index: Searches, asked: Asked, found: _Found, context: Context
    ) -> tuple[Suggestion, ...]:
        quoted = {one.text for one in found.answer.citations} if found.answer else set()
        cited = [
            one.passage
            for result in found.results[:1]
            for one in result.passages
            if one.passage.text in quoted
        ]

        def is_answered(question: str) -> bool:
            return self._answerable(
                question, index.version, lambda text: index.search(text, 3).answerable
            )

        known = [*asked.known, *(result.question for result in found.results)]
        return suggest(context.topic, cited, known, is_answered)


def _reading(asked: Asked) -> Reading:
    if asked.spanish:
        text = QUESTIONS.get(asked.topic, "")
        return Reading("new", (text,) if text else ())
    if not asked.question.strip():
        return Reading("vague", ())
    reading = read(asked.question, asked.context)
    if reading.kind != "new":
        return reading
    if is_open(asked.question):
        return Reading("vague", ())
    whole = widened(asked.question, asked.topic)
    return replace(reading, texts=(whole, *reading.texts)) if whole else reading


def _search(index: Searches, texts: Sequence[str]) -> tuple[SearchResult, ...]:
    """Results for all readings, the one that is taken first."""
    results = []
    for text in texts:
        try:
            results.append(index.search(text, SEARCHED))
        except QuestionEmpty:
            continue

    def worth(place: int) -> tuple[bool, float]:
        return results[place].answerable, results[place].confidence - _LATER_READING * place

    order = sorted(range(len(results)), key=worth, reverse=True)
    return tuple(results[place] for place in order)


def _unanswered(best: SearchResult, reading: Reading, asked: Asked) -> str:
    """Why the passages do not answer; empty where they do."""
    goes_on = reading.kind == "follow_up" and bool(asked.shown)
    if goes_on and adds_nothing(asked.question):
        return ""  # "why?" and "which ones?" ask of what was answered already
    if not best.answerable:
        return f"no passage answers it (confidence {best.confidence:.2f})"
    # "And for migraine?" is not answered by what is said of depression.
    missing = set(terms(reading.needs)) - _held(best) if mentions(reading.needs) else ()
    if missing:
        return f"no passage has a word for {reading.needs!r}, which is asked for"
    return ""


def _held(result: SearchResult) -> set[str]:
    """The terms of the best passages."""
    held: set[str] = set()
    for scored in result.passages[:3]:
        passage = scored.passage
        held.update(terms(f"{passage.title} {passage.section} {passage.text}"))
    return held


def _after(asked: Asked, reading: Reading, read_as: str, answered: bool) -> Context:
    """What the conversation is about now; a follow-up without an answer leaves it as it was."""
    goes_on = reading.kind in ("follow_up", "more")
    if not read_as or (goes_on and not answered):
        return asked.context
    known = asked.topic if asked.topic in QUESTIONS else ""
    topic = known or (asked.context.topic if goes_on else "")
    if reading.kind == "choice":
        topic = next((name for name, text in QUESTIONS.items() if text == read_as), topic)
    if reading.kind == "more" or reading.needs:
        # "And for teenagers?" after side effects is still about side effects.
        topic = asked.context.topic or topic
    return Context(topic=topic, asked=reading.anchor or read_as, named=reading.named)


def _shown(asked: Asked, found: _Found) -> tuple[str, ...]:
    """Passages quoted for the question that the conversation is about."""
    quoted = {one.text for one in found.answer.citations} if found.answer else set()
    now = [
        one.passage.passage_id
        for result in found.results[:1]
        for one in result.passages
        if one.passage.text in quoted
    ]
    before = asked.shown if found.reading.kind == "more" else ()
    return (*before, *now)
