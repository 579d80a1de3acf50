"""Rasa's stock classifier, for the comparison: DIET on sparse features, as `rasa init` sets it."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_nlu
from rasa.utils.log_utils import configure_structlog

EPOCHS: Final = 40


class Diet:
    """A detector that trains through Rasa, in a folder of its own."""

    classes_: Sequence[str] = ()

    def __init__(self, epochs: int = EPOCHS) -> None:
        self._epochs = epochs
        self._agent: Any = None

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> None:
        configure_structlog(logging.WARNING)  # Rasa would print every message otherwise
        os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
        with tempfile.TemporaryDirectory() as folder:
            config, data = Path(folder, "config.yml"), Path(folder, "nlu.yml")
            config.write_text(yaml.safe_dump(_config(self._epochs)), encoding="utf-8")
            data.write_text(yaml.safe_dump(_nlu(texts, intents)), encoding="utf-8")
            self._agent = Agent.load(train_nlu(str(config), str(data), folder))
        self.classes_ = sorted(set(intents))

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of shape (texts, intents), in the order of `classes_`."""
        rankings = asyncio.run(self._rankings(texts))
        return np.array([[ranking[intent] for intent in self.classes_] for ranking in rankings])

    async def _rankings(self, texts: Sequence[str]) -> list[dict[str, float]]:
        parsed = [await self._agent.processor.parse_message(UserMessage(text)) for text in texts]
        return [{r["name"]: r["confidence"] for r in one["intent_ranking"]} for one in parsed]


def _config(epochs: int) -> dict[str, Any]:
    return {
        "recipe": "default.v1",
        "assistant_id": "comparison",
        "language": "en",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            # All intents in the ranking: the probability of danger is a sum over them.
            {
                "name": "DIETClassifier",
                "epochs": epochs,
                "constrain_similarities": True,
                "ranking_length": 0,
                "random_seed": 1,
            },
        ],
    }


def _nlu(texts: Sequence[str], intents: Sequence[str]) -> dict[str, Any]:
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for text, intent in zip(texts, intents, strict=True):
        # Brackets are Rasa's own marks for entities.
        examples[intent].append("- " + text.translate(str.maketrans("[]{}", "()()")))
    nlu = [{"intent": intent, "examples": "\n".join(lines)} for intent, lines in examples.items()]
    return {"version": "3.1", "nlu": nlu}
