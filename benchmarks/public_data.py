"""Public questions and answers, read where they lie (`--data FOLDER`)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.errors import BenchmarkFailed
from index.document import AskedQuestion, Block, Document
from index.passages import Passage, make_passages

DATA: Final = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Pair:
    """A question with its answer; `topic` is what both are about, where the data say it, and
    `others` are more ways to ask the same."""

    name: str
    question: str
    answer: str
    topic: str = ""
    others: tuple[str, ...] = ()
    test: bool = True


def medquad(data: Path) -> list[Pair]:
    """Ben Abacha and Demner-Fushman 2019, CC BY 4.0. Raises BenchmarkFailed."""
    file = _present(data / "medquad.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        Pair(
            f"medquad-{n:05d}",
            row["question"],
            row["answer"],
            row["focus"],
            test=row["split"] == "test",
        )
        for n, row in enumerate(rows)
    ]


def stackfaq(data: Path) -> list[Pair]:
    """Karan and Šnajder, CC BY-SA. Raises BenchmarkFailed."""
    file = _present(data / "stackfaq.json")
    rows = json.loads(file.read_text(encoding="utf-8"))["root"]["qapair"]
    return [
        Pair(
            f"stackfaq-{n:03d}",
            _one(row["question"]),
            _one(row["answer"]),
            others=tuple(one for one in map(_one, row["rephr"]) if one and one != "*"),
        )
        for n, row in enumerate(rows)
    ]


def passages(pairs: Iterable[Pair], title: str = "topic") -> Iterator[Passage]:
    """Every answer as a document of its own, called by its topic or its question.

    With the question for a title, the document also says that it answers it and `others`.
    """
    for pair in pairs:
        asked = (pair.question, *pair.others) if title == "question" else ()
        yield from make_passages(
            Document(
                pair.name,
                pair.topic if title == "topic" else pair.question,
                (Block("paragraph", " ".join(pair.answer.split())),),
                questions=tuple(map(AskedQuestion, asked)),
            )
        )


def spread(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """Every so-manieth pair, so that all sources are among them."""
    return list(pairs[:: max(1, len(pairs) // count)])[:count]


def _one(text: Any) -> str:
    """The data have texts, lists of texts, and nothing at all."""
    parts = text if isinstance(text, list) else [text]
    return " ".join(" ".join(part.split()) for part in parts if part)


def _present(file: Path) -> Path:
    if not file.is_file():
        raise BenchmarkFailed(
            f"{file} is missing; name the folder that holds {file.name}: --data FOLDER"
        )
    return file
