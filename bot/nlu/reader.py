"""The trained assistant as a reader: texts in, verdicts out, on the path of visitors' messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.log_utils import configure_structlog
from tqdm import tqdm

from bot.nlu.intent_classifier import PROBABILITIES
from bot.nlu.safety_gate import VERDICT, SafetyGate
from bot.safety.readings import Reading, reading_of
from bot.safety.screen import Thresholds, Verdict

MODEL: Final = Path(__file__).parents[2] / "models" / "assistant.tar.gz"


class ModelUnusable(Exception):
    """There is no trained assistant, or it does not load; the message names the file."""


class TrainedReader:
    """Verdicts of a trained assistant."""

    def __init__(self, model: Path = MODEL) -> None:
        """Raises ModelUnusable."""
        if not model.is_file():
            raise ModelUnusable(f"{model} is not there; train the assistant first: make train")
        configure_structlog(logging.WARNING)  # Rasa would print every message otherwise
        try:
            self._agent = Agent.load(model)
        except Exception as error:  # Rasa raises whatever its components raise
            raise ModelUnusable(f"{model} does not load; train anew: make train") from error
        self._limits = _limits(self._agent.processor.model_metadata.predict_schema.nodes.values())

    def read(
        self, texts: Sequence[str], earlier: Sequence[Sequence[str]] | None = None
    ) -> list[Reading]:
        """Each text's verdict and danger, behind a progress bar on a terminal; `earlier` holds,
        for each, what the same visitor said before it, oldest first."""
        return asyncio.run(self._read(texts, earlier or [()] * len(texts)))

    async def _read(self, texts: Sequence[str], earlier: Sequence[Sequence[str]]) -> list[Reading]:
        pairs = list(zip(texts, earlier, strict=True))
        bar = tqdm(pairs, "Reading the messages", unit="msg", leave=False, disable=None)
        return [self._reading(await self._parse(text, said)) for text, said in bar]

    async def _parse(self, text: str, earlier: Sequence[str]) -> dict[str, Any]:
        message = UserMessage(text, metadata={"earlier": list(earlier)})
        # All properties, because the probabilities are not in what the server gives out.
        parsed: dict[str, Any] = await self._agent.processor.parse_message(
            message, only_output_properties=False
        )
        return parsed

    def _reading(self, parsed: dict[str, Any]) -> Reading:
        verdict = Verdict(**parsed[VERDICT])
        return reading_of(verdict, parsed.get(PROBABILITIES) or (), self._limits)


def _limits(nodes: Any) -> Thresholds:
    """The thresholds that the assistant was trained with."""
    gate = next(node for node in nodes if node.uses is SafetyGate)
    known = {field.name for field in fields(Thresholds)}
    return Thresholds(**{name: value for name, value in gate.config.items() if name in known})
