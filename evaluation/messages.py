"""Labelled messages: the development and the test set, and what the assistant learns from.

python -m evaluation.messages    prints how many there are by file, label and language
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.safety.labels import GATE_ONLY, INTENTS, LABELS, intent_of, label_of
from evaluation.errors import EvaluationProblem, MessagesInvalid

ROOT: Final = Path(__file__).parents[1]
SETS: Final = ("development", "test")
CONTEXTS: Final = ("development_contexts", "test_contexts")
"""Short messages that only what was said before them tells about."""
SETS_FOLDER: Final = Path(__file__).with_name("messages")
TRAINING_FOLDER: Final = ROOT / "bot" / "data" / "nlu"
LANGUAGES: Final = ("en", "es", "mixed")

_INTENT = re.compile(r"- intent: (\S+)")
_LANGUAGE = re.compile(r"metadata: \{language: (\w+)\}")


@dataclass(frozen=True)
class Message:
    """One message, the label and reason that are right for it, and where it is written.

    `earlier` is what the same visitor said before it, oldest first.
    """

    text: str
    label: str
    reason: str
    language: str
    file: Path
    line: int
    earlier: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`file:line`, the file below the project root where it is there."""
        return place_of(self.file, self.line)


def place_of(file: Path, line: int) -> str:
    """`file:line`, the file below the project root where it is there."""
    inside = file.is_relative_to(ROOT)
    shown = file.relative_to(ROOT) if inside else Path(file.name)
    return f"{shown.as_posix()}:{line}"


def read_set(name: str, folder: Path = SETS_FOLDER) -> list[Message]:
    """The messages of one of SETS or CONTEXTS; raises MessagesInvalid."""
    messages = [m for file in sorted((folder / name).glob("*.jsonl")) for m in read_file(file)]
    if not messages:
        raise MessagesInvalid(f"{folder / name} holds no messages; it needs a *.jsonl file")
    return messages


def read_file(file: Path) -> list[Message]:
    """The messages of one file, one JSON object a line; raises MessagesInvalid."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_parsed(line, file, n) for n, line in enumerate(lines, start=1) if line.strip()]


def read_training(folder: Path = TRAINING_FOLDER) -> list[Message]:
    """The messages that the classifier learns, from Rasa's training data; MessagesInvalid."""
    return [m for file in sorted(folder.glob("*.yml")) for m in _training_file(file)]


def _parsed(line: str, file: Path, number: int) -> Message:
    try:
        row = json.loads(line)
        text, label, reason, language = (
            str(row[key]) for key in ("text", "label", "reason", "language")
        )
        intent_of(label, reason)
        if not text.strip():
            raise ValueError("the text is empty")
        if language not in LANGUAGES:
            raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
        earlier = tuple(str(said) for said in row.get("earlier", ()))
    except KeyError as error:
        raise MessagesInvalid(f"{file}:{number}: the key {error} is missing") from error
    except (ValueError, TypeError) as error:
        raise MessagesInvalid(f"{file}:{number}: {error}") from error
    return Message(text, label, reason, language, file, number, earlier)


def _training_file(file: Path) -> Iterator[Message]:
    """Read line by line and not as YAML, because a message's line number is wanted."""
    intent, language = "", "en"
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if found := _INTENT.fullmatch(text):
            intent, language = found[1], "en"
            if intent not in INTENTS and intent not in GATE_ONLY:
                raise MessagesInvalid(f"{file}:{number}: the policy has no intent {intent!r}")
        elif found := _LANGUAGE.fullmatch(text):
            language = found[1]
        elif text.startswith("- ") and intent not in GATE_ONLY:
            yield Message(text[2:], *label_of(intent), language, file, number)


def counts(sets: Mapping[str, Sequence[Message]]) -> str:
    """A Markdown table: messages by set and file, label and language."""
    head = ["set", "file", *LABELS, *LANGUAGES, "all"]
    rows = [head, ["---"] * 2 + ["---:"] * (len(head) - 2)]
    for name, messages in sets.items():
        files = sorted({message.file for message in messages})
        rows += [_row(name, f.stem, [m for m in messages if m.file == f]) for f in files]
        rows.append(_row(name, "all", messages))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(name: str, file: str, messages: Sequence[Message]) -> list[str]:
    labels = Counter(message.label for message in messages)
    languages = Counter(message.language for message in messages)
    numbers = [*(labels[n] for n in LABELS), *(languages[n] for n in LANGUAGES), len(messages)]
    return [name, file, *(str(number) for number in numbers)]


def main() -> int:
    try:
        sets = {"training": read_training(), **{n: read_set(n) for n in (*SETS, *CONTEXTS)}}
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(counts(sets))
    return 0


if __name__ == "__main__":
    sys.exit(main())
