"""Questions with the sentences that answer them, for retrieval.

A line: {"question", "folder", "answerable", "document", "sentence", "also", "also_elsewhere",
"earlier"}. `folder` is `default` (index/documents) or `shared` (a clinic's documents as they are,
kept outside of the project); `sentence` and `also` are the first words of sentences that answer
equally well; `earlier` is what was asked before, in the sets of follow-ups. Development and test
sets come from different writers, none of whom wrote training questions (index/tuning/questions).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.errors import MessagesInvalid
from evaluation.messages import ROOT

SETS_FOLDER: Final = Path(__file__).parent
DOCUMENTS: Final = {
    "default": ROOT / "index" / "documents",
    "shared": ROOT.parent / "shared" / "documents",
}


@dataclass(frozen=True)
class Question:
    """A question, and (document, first words) of the sentences that answer it."""

    text: str
    folder: str
    answers: tuple[tuple[str, str], ...]
    earlier: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.answers)


def read_questions(name: str, folder: Path = SETS_FOLDER) -> list[Question]:
    """The questions of a set; raises MessagesInvalid."""
    file = folder / f"{name}.jsonl"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return [_question(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MessagesInvalid(f"{file}: {error!r}") from error


def _question(row: dict[str, object]) -> Question:
    answers: list[tuple[str, str]] = []
    if row["answerable"]:
        begins = [row["sentence"], *list(row.get("also") or [])]  # type: ignore[call-overload]
        answers = [(str(row["document"]), str(begin)) for begin in begins]
        for other in row.get("also_elsewhere") or []:  # type: ignore[attr-defined]
            answers.append((str(other["document"]), str(other["sentence"])))
    earlier = tuple(str(text) for text in row.get("earlier") or [])  # type: ignore[attr-defined]
    return Question(str(row["question"]), str(row["folder"]), tuple(answers), earlier)
