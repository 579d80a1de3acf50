"""The messages that people have reviewed: labelled, one JSON object a line, each text once."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bot.safety.exported import ReviewProblem, key_of
from bot.safety.labels import intent_of

REVIEWED: Final = (
    Path(__file__).parents[2] / "evaluation" / "messages" / "development" / "reviewed.jsonl"
)
LANGUAGES: Final = ("en", "es", "mixed")


@dataclass(frozen=True)
class Labelled:
    """A message and what it is, by a person's judgement."""

    text: str
    label: str
    reason: str
    language: str


class Reviewed:
    """The file of reviewed messages. It is whole at any moment, whatever happens to the program."""

    def __init__(self, path: Path = REVIEWED) -> None:
        self.path = path

    def read(self) -> dict[str, Labelled]:
        """The messages under their keys, in the order of the file; raises ReviewProblem."""
        try:
            lines = self.path.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise ReviewProblem(f"{self.path} cannot be read: {error}.") from error
        labelled = (
            _parsed(line, f"{self.path}:{number}")
            for number, line in enumerate(lines, start=1)
            if line.strip()
        )
        return {key_of(message.text): message for message in labelled}

    def put(self, message: Labelled) -> None:
        """Adds the message, or puts it in the place of the one with the same text."""
        # Read anew each time: another person may be reviewing into the same file.
        messages = {**self.read(), key_of(message.text): message}
        try:
            self._write(messages)
        except OSError as error:
            raise ReviewProblem(f"{self.path} cannot be written: {error.strerror}.") from error

    def _write(self, messages: Mapping[str, Labelled]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, making = tempfile.mkstemp(dir=self.path.parent, prefix=".reviewed.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(_line(message) for message in messages.values())
                file.flush()
                os.fsync(file.fileno())
            Path(making).replace(self.path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(making).unlink()
            raise


def _line(message: Labelled) -> str:
    line = json.dumps(asdict(message), ensure_ascii=False)
    # JSON may hold them, but they end a line for Python's splitlines.
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _parsed(line: str, place: str) -> Labelled:
    try:
        message = Labelled(**json.loads(line))
        if not all(isinstance(value, str) for value in asdict(message).values()):
            raise ValueError("every value must be a text")
        intent_of(message.label, message.reason)
    except (ValueError, TypeError) as error:
        raise ReviewProblem(f"{place} is no reviewed message ({error}). Repair it.") from error
    return message
