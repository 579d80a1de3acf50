"""Entries of a FAQ, each with the question that its document says it answers, and how people ask
it.

A line of development.jsonl: {"question", "answer", "asked": [...]}. Two writers, neither of whom
wrote questions to learn from: the FAQ of a town, of a web community and of a clinic, in groups of
neighbours that are easily confused. What such a question is worth in `index/ranking.py` was chosen
here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from tqdm import tqdm

from evaluation.errors import MessagesInvalid
from index import Index, Reader, build

FILE: Final = Path(__file__).with_name("development.jsonl")
STORED: Final = (0, 2)
"""How many more wordings of each question are stored; the others are asked."""


@dataclass(frozen=True)
class Entry:
    """A question as its owner has it, the answer, and other wordings."""

    question: str
    answer: str
    asked: tuple[str, ...]


def read_entries(file: Path = FILE) -> list[Entry]:
    """All entries; raises MessagesInvalid."""
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return [Entry(row["question"], row["answer"], tuple(row["asked"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MessagesInvalid(f"{file}: {error!r}") from error


def first(
    entries: Sequence[Entry], reader: Reader, folder: Path, stored: int = 0
) -> tuple[int, int]:
    """How many wordings find their entry first, and how many were asked; `stored` others stand,
    drawn at random, with each question."""
    chance = random.Random(0)  # noqa: S311  # draws wordings; nothing secret
    documents = folder / "documents"
    documents.mkdir(parents=True)
    wanted: dict[str, str] = {}
    for number, entry in enumerate(entries):
        wordings = chance.sample(entry.asked, len(entry.asked))
        name = f"{number:04d}.md"
        (documents / name).write_text(_document(entry, wordings[:stored]), encoding="utf-8")
        wanted |= dict.fromkeys(wordings[stored:], name)
    build(documents, folder / "store", reader, progress=False)
    index = Index.open(folder / "store", reader)
    bar = tqdm(wanted.items(), "FAQ", unit="question", leave=False, disable=None)
    hits = [index.search(asked, 1).passages[0].passage.document == name for asked, name in bar]
    return sum(hits), len(hits)


def _document(entry: Entry, wordings: Sequence[str]) -> str:
    header = {"title": entry.question, "questions": [entry.question, *wordings]}
    return f"---\n{yaml.safe_dump(header, allow_unicode=True)}---\n\n{entry.answer}\n"
