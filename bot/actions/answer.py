"""Answers a general question from the documents, or says that they do not cover it."""

from __future__ import annotations

import asyncio
import datetime
import logging
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.answers.answering import SEARCHED, Answering, Asked, Outcome
from bot.answers.compose import Answer, Rules
from bot.answers.conversation import SLOTS, asked_of, slots_of
from bot.answers.mentions import mentions
from bot.answers.suggestions import Suggestion
from bot.answers.topics import QUESTIONS, SPANISH, TITLES
from bot.answers.trace import readable
from bot.safety.labels import GENERAL, label_of
from bot.safety.screen import speaks_of_danger
from bot.settings import BotSettings
from index import IndexProblem, LiveIndex, load_reader, load_settings

_ABOUT_TREATING: Final = frozenset(
    {"uses", "effectiveness", "suitability", "adolescents", "treatment_resistant", "comparison"}
)
"""Topics whose answer says that ketamine is not FDA-approved for psychiatric disorders ..."""
_PROMISES: Final = re.compile(
    r"\b(?:treat(?:s|ing|ment)?|reliev\w*|relief|effective\w*|efficacy|improve\w*|benefit\w*"
    r"|alleviat\w*|promis\w*|reduc\w+)\b",
    re.IGNORECASE,
)
"""... as does every answer that says of a condition that ketamine helps."""
_SAYS_SO: Final = re.compile(r"\bnot (?:been )?FDA[- ]approved|\bnot approved by the FDA", re.I)
_SHELL: Final = "cmdline"
_TITLE_CHARACTERS: Final = 60

logger = logging.getLogger(__name__)


class ActionAnswer(Action):
    """Search, compose, cite; every other sentence of the reply stands in domain.yml."""

    def __init__(self) -> None:
        self._rules = _rules(BotSettings())
        self._answering = Answering(self._rules)
        self._opening = asyncio.Lock()
        self._index: LiveIndex | None = None
        try:  # before the server says it is up, so that the first visitor does not wait
            self._index = self._open()
        except IndexProblem as problem:  # handing off must work without an index
            logger.error("no index yet, general questions go to the team: %s", problem)

    def name(self) -> str:
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        message = tracker.latest_message
        label, reason = label_of(message["intent"]["name"] or "")
        topic = reason if label == GENERAL else ""
        asked = asked_of(
            message.get("text") or "", topic, tracker.slots, message.get("metadata") or {}
        )
        live = await self._opened()
        outcome = await asyncio.to_thread(self._answer, live, asked)
        # Where the words are about danger, nothing but the line on help follows an answer.
        in_danger = bool(tracker.get_slot("danger_seen")) or _is_about_danger(asked, outcome)
        if in_danger:
            outcome = replace(outcome, suggestions=())
        self._say(dispatcher, outcome, topic or outcome.context.topic or "other", asked.spanish)
        if in_danger:
            dispatcher.utter_message(response="say_danger_line")
        if tracker.get_latest_input_channel() == _SHELL:
            for spoken in dispatcher.messages:  # the shell prints it as it is; readably below
                spoken["custom"].pop("trace", None)
            dispatcher.utter_message(text=readable(outcome.trace, message.get("verdict")))
        slots = slots_of(outcome, asked.known)
        changed = [name for name in SLOTS if slots[name] != tracker.get_slot(name)]
        return [SlotSet(name, slots[name]) for name in changed]

    def begin(self, text: str) -> None:
        """Begins to search for a message, while Rasa still finds out whether it is a question."""
        if self._index is not None and text.strip() and not text.startswith("/"):
            search = self._index.search_ahead
            asyncio.get_running_loop().run_in_executor(None, search, text, SEARCHED)

    def _answer(self, live: LiveIndex, asked: Asked) -> Outcome:
        today = datetime.datetime.now(datetime.timezone.utc).date()
        rules = replace(self._rules, today=today)
        return self._answering.answer(live.current(), asked, rules)

    def _say(
        self, dispatcher: CollectingDispatcher, outcome: Outcome, topic: str, spanish: bool
    ) -> None:
        custom: dict[str, Any] = {"outcome": "no_answer", "reason": topic, "trace": outcome.trace}
        buttons = [_button(one, spanish) for one in outcome.suggestions]
        if outcome.kind == "clarify":
            custom["reason"] = "clarify"
            dispatcher.utter_message(response="say_clarify", json_message=custom, buttons=buttons)
        elif outcome.answer is None:
            dispatcher.utter_message(response="say_no_answer", json_message=custom)
        else:
            custom["outcome"] = "answer"
            self._quote(dispatcher, outcome.answer, topic, custom)
            if buttons:
                dispatcher.utter_message(response="say_next", buttons=buttons)

    def _quote(
        self, dispatcher: CollectingDispatcher, answer: Answer, topic: str, custom: dict[str, Any]
    ) -> None:
        custom["citations"] = [asdict(citation) for citation in answer.citations]
        sources = "; ".join(dict.fromkeys(citation.line for citation in answer.citations))
        dispatcher.utter_message(
            response="say_answer", answer=answer.text, sources=sources, json_message=custom
        )
        for one in answer.contradictions:
            dispatcher.utter_message(
                response="say_contradiction", one=one.of_one.dated, other=one.of_other.dated
            )
        outdated = {one.title: one.outdated for one in answer.citations if one.outdated}
        for title, day in outdated.items():
            dispatcher.utter_message(response="say_outdated", title=title, day=day)
        if (topic in _ABOUT_TREATING or _promises(answer.sentences)) and not _SAYS_SO.search(
            answer.text
        ):
            dispatcher.utter_message(response="say_off_label")
        dispatcher.utter_message(response="say_disclaimer")

    async def _opened(self) -> LiveIndex:
        async with self._opening:
            if self._index is None:
                self._index = await asyncio.to_thread(self._open)
            return self._index

    def _open(self) -> LiveIndex:
        settings = load_settings()
        reader = load_reader(settings.model, settings.models_dir, settings.threads)
        return LiveIndex(settings.store, reader)


def _rules(settings: BotSettings) -> Rules:
    return Rules(
        most=settings.answer_sentences,
        review_months=load_settings().review_months,
        leave_out=settings.outdated_documents == "leave_out",
    )


def _is_about_danger(asked: Asked, outcome: Outcome) -> bool:
    said = outcome.answer.sentences if outcome.answer else ()
    return any(map(speaks_of_danger, {asked.question, outcome.read_as})) or any(
        map(_quote_speaks_of_danger, said)
    )


@lru_cache(maxsize=4096)
def _quote_speaks_of_danger(sentence: str) -> bool:
    """The same of a document's sentence, which is quoted again and again."""
    return speaks_of_danger(sentence)


def _promises(sentences: Iterable[str]) -> bool:
    """Whether a sentence says of a condition that something helps against it."""
    return any(_PROMISES.search(one) and "condition" in mentions(one) for one in sentences)


def _button(suggestion: Suggestion, spanish: bool) -> dict[str, str]:
    if suggestion.topic in QUESTIONS:
        title = TITLES[suggestion.topic][int(spanish)]
        return {"title": title, "payload": (SPANISH if spanish else QUESTIONS)[suggestion.topic]}
    short = suggestion.question[: _TITLE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    whole = len(suggestion.question) <= _TITLE_CHARACTERS
    return {
        "title": suggestion.question if whole else short,
        "payload": suggestion.question,
    }
