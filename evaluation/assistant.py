"""The trained assistant, loaded as the server loads it: a message in, its verdict out.

The only module here that imports rasa.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message as RasaMessage
from rasa.utils.log_utils import configure_structlog
from tqdm import tqdm

from bot.nlu.intent_classifier import PROBABILITIES, SentenceIntentClassifier
from bot.nlu.safety_gate import VERDICT, SafetyGate
from bot.nlu.sentence_embedding import READINGS
from bot.safety.labels import DANGER, label_of
from evaluation.errors import ModelUnusable
from evaluation.judged import Judged
from evaluation.messages import ROOT, Message

MODEL: Final = ROOT / "models" / "assistant.tar.gz"
_RUNS: Final = 3


class Assistant:
    """Verdicts of a trained assistant, on the path of every visitor's message."""

    def __init__(self, model: Path = MODEL) -> None:
        """Raises ModelUnusable."""
        if not model.is_file():
            raise ModelUnusable(f"{model} is not there; train the assistant first: make train")
        configure_structlog(logging.WARNING)  # Rasa would print every message otherwise
        try:
            self._agent = Agent.load(model)
        except Exception as error:  # Rasa raises whatever its components raise
            raise ModelUnusable(f"{model} does not load; train anew: make train") from error
        self._model = model

    def judge(self, messages: Sequence[Message], title: str) -> list[Judged]:
        """Every message with its verdict, behind a progress bar."""
        return asyncio.run(self._judge(messages, title))

    def added_seconds(self, texts: Sequence[str]) -> list[float]:
        """What classifier and gate take for each text, once it is a vector."""
        with tempfile.TemporaryDirectory() as folder:
            classifier, gate = _components(self._model, Path(folder))
        parsed = asyncio.run(self._parse_all(texts))
        return [_timed(classifier, gate, data) for data in parsed]

    async def _judge(self, messages: Sequence[Message], title: str) -> list[Judged]:
        return [_judged(m, await self._parse(m.text)) for m in tqdm(messages, title, unit="msg")]

    async def _parse_all(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        return [await self._parse(text) for text in texts]

    async def _parse(self, text: str) -> dict[str, Any]:
        # All properties, because the probabilities are not in what the server gives out.
        parsed: dict[str, Any] = await self._agent.processor.parse_message(
            UserMessage(text), only_output_properties=False
        )
        return parsed


def _judged(message: Message, parsed: Mapping[str, Any]) -> Judged:
    verdict = parsed[VERDICT]
    return Judged(
        message=message,
        intent=verdict["intent"],
        label=verdict["label"],
        reason=verdict["reason"],
        source=verdict["source"],
        danger=max(map(_danger, parsed.get(PROBABILITIES) or ()), default=0.0),
    )


def _danger(reading: Mapping[str, float]) -> float:
    return sum(p for intent, p in reading.items() if label_of(intent)[0] in DANGER)


def _components(model: Path, folder: Path) -> tuple[SentenceIntentClassifier, SafetyGate]:
    """Classifier and gate of a trained assistant, by themselves."""
    storage, metadata = LocalModelStorage.from_model_archive(folder, model)
    schema = metadata.predict_schema
    made = {}
    for name, node in schema.nodes.items():
        if node.uses in (SentenceIntentClassifier, SafetyGate):
            make = getattr(node.uses, node.constructor_name)
            config = {**node.uses.get_default_config(), **node.config}
            made[node.uses] = make(config, storage, node.resource, ExecutionContext(schema, name))
    return made[SentenceIntentClassifier], made[SafetyGate]


def _timed(
    classifier: SentenceIntentClassifier, gate: SafetyGate, parsed: Mapping[str, Any]
) -> float:
    """The least of a few runs, so that other work on the machine does not count."""
    taken = []
    for _ in range(_RUNS):
        message = RasaMessage({TEXT: parsed[TEXT], READINGS: parsed[READINGS]})
        start = time.perf_counter()
        gate.process(classifier.process([message]))
        taken.append(time.perf_counter() - start)
    return min(taken)
