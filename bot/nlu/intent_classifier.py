"""Rasa component: the intent model over sentence vectors and letters, stored without pickle."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_model import IntentModel, Options, learn, softmax
from bot.nlu.sentence_embedding import READINGS, read_texts
from bot.safety.labels import GATE_ONLY
from bot.safety.normalise import normalise

PROBABILITIES = "window_probabilities"
"""Message property: a list of {intent: probability}, for the whole text and for its parts."""

_RANKED = 10
logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """Intent probabilities of a message and of each of its parts."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return asdict(Options())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceIntentClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._options = Options(**{name: config[name] for name in asdict(Options())})
        self._model_storage = model_storage
        self._resource = resource
        self.model = model

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            m
            for m in training_data.intent_examples
            if m.get(TEXT) and m.get(INTENT) not in GATE_ONLY
        ]
        self.model = learn(
            [normalise(m.get(TEXT)) for m in examples],
            np.vstack([m.get_dense_features(TEXT)[1].features for m in examples]),
            [m.get(INTENT) for m in examples],
            self._options,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            vectors = message.get(READINGS)
            if vectors is None or self.model is None:
                continue
            try:
                self._set(message, vectors, self.model)
            except Exception:  # the gate then goes by its wordings alone: a handoff, never silence
                logger.exception("classification failed; the safety gate decides without it")
        return messages

    def _set(self, message: Message, vectors: NDArray[np.float32], model: IntentModel) -> None:
        parts, context = read_texts(message)
        rows = softmax(model.logits([*parts, *context], vectors))
        order = np.argsort(-rows[0])[:_RANKED]
        ranking = [
            {INTENT_NAME_KEY: model.intents[n], PREDICTED_CONFIDENCE_KEY: float(rows[0][n])}
            for n in order
        ]
        readings = [dict(zip(model.intents, row.tolist(), strict=True)) for row in rows]
        message.set(PROBABILITIES, readings)
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
