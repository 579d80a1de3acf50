"""The trained assistant, loaded as the server loads it: messages in, verdicts out.

The only module here that imports rasa for the gate's sake; detectors are compared apart.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message as RasaMessage

from bot.nlu import reader
from bot.nlu.intent_classifier import SentenceIntentClassifier
from bot.nlu.safety_gate import SafetyGate
from bot.nlu.sentence_embedding import READINGS, SentenceEmbedding
from evaluation.errors import ModelUnusable
from evaluation.judged import Judged
from evaluation.messages import Message

_RUNS: Final = 3
_PIPELINE: Final = (SentenceEmbedding, SentenceIntentClassifier, SafetyGate)


class Assistant:
    """Verdicts of a trained assistant, on the path of every visitor's message."""

    def __init__(self, model: Path = reader.MODEL) -> None:
        """Raises ModelUnusable."""
        try:
            self._reader = reader.TrainedReader(model)
        except reader.ModelUnusable as problem:
            raise ModelUnusable(str(problem)) from problem
        self._model = model

    def judge(self, messages: Sequence[Message]) -> list[Judged]:
        """Every message with its verdict, behind a progress bar on a terminal."""
        readings = self._reader.read([m.text for m in messages], [m.earlier for m in messages])
        return [
            Judged(
                m, r.verdict.intent, r.verdict.label, r.verdict.reason, r.verdict.source, r.danger
            )
            for m, r in zip(messages, readings, strict=True)
        ]

    def added_seconds(self, texts: Sequence[str]) -> list[float]:
        """What classifier and gate take for each text, once it is a vector."""
        with tempfile.TemporaryDirectory() as folder:
            featurizer, *gate = _components(self._model, Path(folder))
        messages = featurizer.process([RasaMessage({TEXT: text}) for text in texts])
        return [
            _timed(gate, text, m.get(READINGS)) for text, m in zip(texts, messages, strict=True)
        ]


def _components(model: Path, folder: Path) -> list[Any]:
    """The parts of a trained assistant's pipeline, by themselves, in order."""
    storage, metadata = LocalModelStorage.from_model_archive(folder, model)
    schema = metadata.predict_schema
    nodes = {node.uses: (name, node) for name, node in schema.nodes.items()}
    made = []
    for part in _PIPELINE:
        name, node = nodes[part]
        config = {**part.get_default_config(), **node.config}
        context = ExecutionContext(schema, name)
        made.append(getattr(part, node.constructor_name)(config, storage, node.resource, context))
    return made


def _timed(gate: Sequence[Any], text: str, vectors: object) -> float:
    """The least of a few runs, so that other work on the machine does not count."""
    taken = []
    for _ in range(_RUNS):
        messages = [RasaMessage({TEXT: text, READINGS: vectors})]
        start = time.perf_counter()
        for component in gate:
            messages = component.process(messages)
        taken.append(time.perf_counter() - start)
    return min(taken)
