"""Answers a general question from the documents, or says that they do not cover it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.answers.compose import Answer, compose
from bot.answers.question import standalone
from bot.answers.topics import QUESTIONS
from bot.safety.labels import label_of
from bot.safety.screen import speaks_of_danger
from bot.settings import BotSettings
from index import Index, IndexProblem, QuestionEmpty, load_embedder, load_settings

_ABOUT_TREATING: tuple[str, ...] = (
    "uses",
    "effectiveness",
    "suitability",
    "adolescents",
    "treatment_resistant",
    "comparison",
)
"""Topics whose answer says that ketamine is not FDA-approved for psychiatric disorders."""

logger = logging.getLogger(__name__)


class ActionAnswer(Action):
    """Search, compose, cite; every other word of the reply stands in domain.yml."""

    def __init__(self) -> None:
        self._settings = BotSettings()
        self._opening = asyncio.Lock()
        self._index: Index | None = None
        try:  # before the server says it is up, so that the first visitor does not wait
            self._index = self._open()
        except IndexProblem as problem:  # handing off must work without an index
            logger.error("no index yet, general questions go to the team: %s", problem)

    def name(self) -> str:
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        topic = label_of(tracker.latest_message["intent"]["name"] or "")[1]
        question = tracker.latest_message.get("text") or ""
        spanish = tracker.get_slot("language") == "es"
        asked = QUESTIONS.get(topic, "") if spanish else standalone(question)
        answer = await self._answer(asked)
        if answer is None:
            dispatcher.utter_message(
                response="say_no_answer", json_message={"outcome": "no_answer", "reason": topic}
            )
        else:
            self._say(dispatcher, answer, topic)
        if tracker.get_slot("danger_seen") or speaks_of_danger(question):
            dispatcher.utter_message(response="say_danger_line")
        return []

    def _say(self, dispatcher: CollectingDispatcher, answer: Answer, topic: str) -> None:
        custom = {
            "outcome": "answer",
            "reason": topic,
            "citations": [asdict(citation) for citation in answer.citations],
        }
        sources = "; ".join(dict.fromkeys(citation.line for citation in answer.citations))
        dispatcher.utter_message(
            response="say_answer", answer=answer.text, sources=sources, json_message=custom
        )
        if topic in _ABOUT_TREATING:
            dispatcher.utter_message(response="say_off_label")
        dispatcher.utter_message(response="say_disclaimer")

    async def _answer(self, question: str) -> Answer | None:
        if not question.strip():
            return None
        index = await self._opened()
        try:
            result = await asyncio.to_thread(index.search, question)
        except QuestionEmpty:
            return None
        return compose(result, self._settings.answer_sentences)

    async def _opened(self) -> Index:
        async with self._opening:
            if self._index is None:
                self._index = await asyncio.to_thread(self._open)
            return self._index

    def _open(self) -> Index:
        settings = load_settings()
        embedder = load_embedder(settings.model, settings.models_dir, settings.threads)
        index = Index.open(settings.store, embedder)
        index.search("warm up")  # the first search is slow
        return index
