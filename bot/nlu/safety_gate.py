"""Rasa component, last in the pipeline: the safety verdict overrules the classifier's intent."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intent_classifier import PROBABILITIES
from bot.nlu.sentence_embedding import IN_CONTEXT
from bot.safety.allegation import is_allegation
from bot.safety.labels import UNCLEAR
from bot.safety.normalise import without_intent_prefix
from bot.safety.screen import Thresholds, Verdict, judge, load_wordings
from bot.turn_trace import note_gate

VERDICT = "verdict"
"""Message property, in Rasa's output: the verdict as a mapping, for policies, replies and staff."""

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyGate(GraphComponent):
    """Every message in every state gets a verdict; the higher of wording and classifier wins."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return asdict(Thresholds())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyGate:
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        self._thresholds = Thresholds(**{name: config[name] for name in asdict(Thresholds())})
        load_wordings()  # a broken wordings file stops the start, not the first message

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            # A leading `/intent` would replace this verdict in Rasa's next step.
            message.set(TEXT, without_intent_prefix(text), add_to_output=True)
            verdict = self._judge(text, message)
            self._set(message, verdict)
            allegation = is_allegation(verdict.intent, text)
            note_gate({**asdict(verdict), "allegation": allegation})
        return messages

    def _judge(self, text: str, message: Message) -> Verdict:
        try:
            readings, context = list(message.get(PROBABILITIES) or ()), None
            if readings and message.get(IN_CONTEXT):
                context = readings.pop()
            return judge(text, readings, self._thresholds, context=context)
        except Exception:  # a gate that fails is a handoff, never an answer
            logger.exception("the safety gate failed; the message is handed to a person")
            return Verdict(UNCLEAR, "handoff", UNCLEAR, 0.0, "failure")

    def _set(self, message: Message, verdict: Verdict) -> None:
        message.set(
            INTENT,
            {INTENT_NAME_KEY: verdict.intent, PREDICTED_CONFIDENCE_KEY: float(verdict.confidence)},
            add_to_output=True,
        )
        message.set(VERDICT, asdict(verdict), add_to_output=True)
