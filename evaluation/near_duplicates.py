"""Messages and questions that stand in two of the sets at once, and would make a figure better
than it is.

python -m evaluation.near_duplicates             lists them; fails when there are any
python -m evaluation.near_duplicates --remove    takes them out of development and test
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from bot.safety.normalise import fold
from evaluation import faq
from evaluation.errors import EvaluationProblem
from evaluation.messages import ROOT, place_of, read_set, read_training
from evaluation.questions import SETS_FOLDER
from index.tuning.corpus import text_of

TRAINING_QUESTIONS: Final = ROOT / "index" / "tuning" / "questions"
TRAINING_WORDINGS: Final = ROOT / "index" / "tuning" / "alike"
ALIKE: Final = 0.6
"""Jaccard similarity of word trigrams from which two messages are near duplicates."""
SHORT: Final = 6
"""Words up to which two messages with the same content words are near duplicates, too."""

_WORD: Final = re.compile(r"[^\W_]+")
_FILLERS: Final = frozenset(
    _WORD.findall(
        """a an the is are was be it its this that to of in on at for and or so just please pls
        thanks hi hey hello ok el la los las un una de del y o en es por favor hola gracias"""
    )
)


class Line(Protocol):
    """A message or a question, and where it is written."""

    @property
    def text(self) -> str: ...
    @property
    def file(self) -> Path: ...
    @property
    def line(self) -> int: ...
    @property
    def place(self) -> str: ...


@dataclass(frozen=True)
class QuestionLine:
    """A question of a file of questions."""

    text: str
    file: Path
    line: int

    @property
    def place(self) -> str:
        return place_of(self.file, self.line)


@dataclass(frozen=True)
class Pair:
    """A message, and one of an earlier set that says nearly the same."""

    message: Line
    earlier: Line

    def __str__(self) -> str:
        return "\n".join(f"{m.place}: {m.text}" for m in (self.message, self.earlier))


def near_duplicates(sets: Sequence[Sequence[Line]]) -> list[Pair]:
    """Messages that repeat one of an earlier set, each with the first that it repeats."""
    seen = _Seen()
    pairs: list[Pair] = []
    for messages in sets:
        found = ((message, seen.like(message.text)) for message in messages)
        pairs += [Pair(message, earlier) for message, earlier in found if earlier]
        for message in messages:
            seen.add(message)
    return pairs


class _Seen:
    """Messages of the sets so far, found by their word trigrams and content words."""

    def __init__(self) -> None:
        self._messages: list[Line] = []
        self._sizes: list[int] = []
        self._by_gram: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        self._by_content: dict[tuple[str, ...], Line] = {}

    def add(self, message: Line) -> None:
        words = _words(message.text)
        grams = _trigrams(words)
        for gram in grams:
            self._by_gram[gram].append(len(self._messages))
        self._messages.append(message)
        self._sizes.append(len(grams))
        if len(words) <= SHORT:
            self._by_content.setdefault(_content(words), message)

    def like(self, text: str) -> Line | None:
        words = _words(text)
        if len(words) <= SHORT and (same := self._by_content.get(_content(words))):
            return same
        grams = _trigrams(words)
        shared = Counter(number for gram in grams for number in self._by_gram.get(gram, ()))
        for number, count in shared.items():
            if count / (len(grams) + self._sizes[number] - count) >= ALIKE:
                return self._messages[number]
        return None


def _words(text: str) -> list[str]:
    # A message of signs alone (an emoji) is its own only word.
    return _WORD.findall(fold(text)) or [text.strip()]


def _trigrams(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[n : n + 3]) for n in range(len(words) - 2))


def _content(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if word not in _FILLERS) or sorted(words))


def across_sets() -> list[Pair]:
    """Near duplicates across training, test and development; what comes later would go."""
    messages = near_duplicates([read_training(), read_set("test"), read_set("development")])
    return messages + near_duplicates(question_sets())


def question_sets() -> list[list[QuestionLine]]:
    """Training, test and development questions, the last with the FAQ, follow-ups behind the
    question before, as they are learnt. Misspelt questions repeat those of the test set and are
    left out."""
    files = (
        [*sorted(TRAINING_QUESTIONS.glob("*.jsonl")), *sorted(TRAINING_WORDINGS.glob("*.jsonl"))],
        [SETS_FOLDER / "test.jsonl", SETS_FOLDER / "follow_ups_test.jsonl"],
        [
            SETS_FOLDER / "development.jsonl",
            SETS_FOLDER / "follow_ups_development.jsonl",
            faq.FILE,
        ],
    )
    return [[line for file in some for line in _question_lines(file)] for some in files]


def _question_lines(file: Path) -> Iterator[QuestionLine]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            for text in _texts(json.loads(line)):
                yield QuestionLine(text, file, number)


def _texts(row: Mapping[str, Any]) -> list[str]:
    """All questions of a line."""
    if "questions" in row:
        return [*row["questions"], *row["lookalikes"]]
    return [row["question"], *row["asked"]] if "asked" in row else [text_of(row)]


def remove(pairs: Sequence[Pair]) -> None:
    """Takes the repeating messages' lines out of their files."""
    for file, numbers in _lines_by_file(pairs):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for n, line in enumerate(lines, start=1) if n not in numbers]
        file.write_text("".join(kept), encoding="utf-8")


def _lines_by_file(pairs: Sequence[Pair]) -> Iterator[tuple[Path, set[int]]]:
    for file in sorted({pair.message.file for pair in pairs}):
        yield file, {pair.message.line for pair in pairs if pair.message.file == file}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.near_duplicates",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--remove", action="store_true", help="take them out of the later set")
    parser.add_argument("--count", action="store_true", help="say how many, without their texts")
    options = parser.parse_args(arguments)
    try:
        pairs = across_sets()
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    if not options.count:
        print(*pairs, sep="\n\n", end="\n\n" if pairs else "")
    if options.remove:
        remove(pairs)
    for file, numbers in _lines_by_file(pairs):
        print(f"{len(numbers):5} {'removed from' if options.remove else 'in'} {file.name}")
    print(f"{len(pairs)} near duplicates")
    return 1 if pairs and not options.remove else 0


if __name__ == "__main__":
    sys.exit(main())
