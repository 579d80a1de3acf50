"""Rasa component: logistic regression over sentence vectors, stored without pickle."""

from __future__ import annotations

import json
import logging
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
from sklearn.linear_model import LogisticRegression

from bot.nlu.sentence_embedding import READINGS
from bot.safety.labels import GATE_ONLY

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
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 10.0, "max_iter": 300, "class_weight": None}

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
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.intents = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as weights:
                component.weights, component.bias = weights["weights"], weights["bias"]
        return component

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self.intents: list[str] = []
        self.weights: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self.bias: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            m
            for m in training_data.intent_examples
            if m.get(TEXT) and m.get(INTENT) not in GATE_ONLY
        ]
        names = [m.get(INTENT) for m in examples]
        if len(set(names)) < 2:
            raise ValueError("training needs examples of at least two intents; see bot/data/nlu")
        vectors = np.vstack([m.get_dense_features(TEXT)[1].features for m in examples])
        self.fit(vectors, names)
        self._persist()
        return self._resource

    def fit(self, vectors: NDArray[np.float32], names: list[str]) -> None:
        """Learn intents from sentence vectors of shape (examples, dimension)."""
        model = LogisticRegression(
            C=self._config["C"],
            max_iter=self._config["max_iter"],
            class_weight=self._config["class_weight"],
        ).fit(vectors, names)
        self.intents = [str(name) for name in model.classes_]
        weights, bias = model.coef_, model.intercept_
        if len(self.intents) == 2:  # scikit-learn keeps one row for two classes
            weights, bias = np.vstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
        self.weights, self.bias = weights.astype(np.float32), bias.astype(np.float32)

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities of shape (texts, intents), in the order of `intents`."""
        logits = vectors @ self.weights.T + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            vectors = message.get(READINGS)
            if vectors is None:
                continue
            try:
                rows = self.probabilities(vectors)
            except Exception:  # the gate then goes by its wordings alone: a handoff, never silence
                logger.exception("classification failed; the safety gate decides without it")
                continue
            self._set(message, rows)
        return messages

    def _set(self, message: Message, rows: NDArray[np.float32]) -> None:
        message.set(
            PROBABILITIES,
            [dict(zip(self.intents, row.tolist(), strict=True)) for row in rows],
        )
        order = np.argsort(-rows[0])[:_RANKED]
        ranking = [
            {INTENT_NAME_KEY: self.intents[n], PREDICTED_CONFIDENCE_KEY: float(rows[0][n])}
            for n in order
        ]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "intents.json").write_text(json.dumps(self.intents), encoding="utf-8")
            np.savez(folder / "weights.npz", weights=self.weights, bias=self.bias)
