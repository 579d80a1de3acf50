"""Questions to offer under an answer: only such as the documents answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.answers.topics import FIRST, NEXT, QUESTIONS
from index import Passage
from index.terms import terms

_SAME: Final = 0.6
"""Share of common terms from which two questions ask the same."""


@dataclass(frozen=True)
class Suggestion:
    """A question to offer; `topic` is empty where it comes from a document's header."""

    question: str
    topic: str = ""


class Answerable:
    """Whether an index answers a question, asked of it once a version."""

    def __init__(self) -> None:
        self._version = ""
        self._known: dict[str, bool] = {}

    def __call__(self, question: str, version: str, search: Callable[[str], bool]) -> bool:
        if version != self._version:
            self._version, self._known = version, {}
        if question not in self._known:
            self._known[question] = search(question)
        return self._known[question]


def suggest(
    topic: str,
    cited: Iterable[Passage],
    known: Iterable[str],
    answers: Callable[[str], bool],
    most: int = 3,
) -> tuple[Suggestion, ...]:
    """At most so many questions that `answers` says yes to, none of them like the `known` ones:
    first those that the cited documents were written to answer, then what is asked next after a
    topic, then what is asked first of all."""
    told = [set(terms(question)) for question in known]
    found: list[Suggestion] = []
    for one in _likely(topic, cited):
        asks = set(terms(one.question))
        if len(found) == most:
            break
        if (one.topic == topic and topic) or any(_alike(asks, other) for other in told):
            continue
        if answers(one.question):
            found.append(one)
            told.append(asks)
    return tuple(found)


def _likely(topic: str, cited: Iterable[Passage]) -> Iterator[Suggestion]:
    for passage in cited:
        for question in passage.questions:
            yield Suggestion(question)
    for name in (*NEXT.get(topic, ()), *FIRST):
        yield Suggestion(QUESTIONS[name], name)


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) / max(1, len(one | other)) >= _SAME
