"""Rasa featurizer: one sentence vector a message, from the embedder that the index uses."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm

from bot.safety.normalise import normalise
from bot.safety.windows import in_context, windows
from index import Embedder, load_embedder

READINGS = "window_vectors"
"""Message property: vectors of the whole text, of its parts, and last, where `IN_CONTEXT` is set,
of the text behind what was said before; shape (texts, dimension)."""
IN_CONTEXT = "read_in_context"
"""Message property: whether the last reading is the text behind what was said before."""

_BATCH = 64
logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedding(DenseFeaturizer, GraphComponent):
    """Adds a dense sentence feature; also the vectors of a long message's parts."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "model": "default"}

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbedding:
        embedder = load_embedder(str({**cls.get_default_config(), **config}["model"]))
        return cls(config, execution_context.node_name, embedder)

    def __init__(self, config: dict[str, Any], name: str, embedder: Embedder) -> None:
        super().__init__(name, config)
        self._embedder = embedder

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        model = config.get("model", "default")
        if isinstance(model, str) and model.startswith((".", "/")) and not Path(model).exists():
            raise ValueError(f"config.yml: SentenceEmbedding: model {model!r} is not there")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What Rasa takes from an earlier training holds for this very model, not for its path."""
        model = str({**cls.get_default_config(), **config}["model"])
        return load_embedder(model).fingerprint

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = [m for m in training_data.training_examples if m.get(TEXT)]
        for start in tqdm(range(0, len(examples), _BATCH), desc="Embedding", unit="batch"):
            batch = examples[start : start + _BATCH]
            vectors = self._embedder.encode([normalise(m.get(TEXT)) for m in batch])
            for message, vector in zip(batch, vectors, strict=True):
                self._add(message, vector[None, :])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if not message.get(TEXT):
                continue
            parts, context = read_texts(message)
            try:
                vectors = self._embedder.encode([*parts, *context])
            except Exception:  # the gate then goes by its wordings alone: a handoff, never silence
                logger.exception("embedding failed; the safety gate decides without it")
                continue
            self._add(message, vectors[:1])
            message.set(READINGS, vectors)
            message.set(IN_CONTEXT, bool(context))
        return messages

    def _add(self, message: Message, vector: NDArray[np.float32]) -> None:
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))


def read_texts(message: Message) -> tuple[list[str], list[str]]:
    """What of a message is read, normalised: the whole and its parts; and one text at most, the
    whole behind what was said before."""
    parts = windows(normalise(message.get(TEXT)))
    context = in_context(parts[0], _earlier(message))
    return parts, [context] if context else []


def _earlier(message: Message) -> list[str]:
    """What the visitor said before, as the desk sends it along; none in `rasa shell`."""
    said = (message.get("metadata") or {}).get("earlier") or []
    return [normalise(text) for text in said if isinstance(text, str)]
