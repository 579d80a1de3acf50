"""What the encoder learns from: questions of our own over documents, questions that mean the same,
and MedQuAD.

A line of a question file: {"question", "folder", "answerable", "document", "sentence", "also",
"also_elsewhere": [{"document", "sentence"}]}; `sentence` and `also` are the first words of the
sentences that answer, `folder` a name that `--documents NAME=FOLDER` explains. A follow-up has
`earlier`, what was asked before, and is learnt behind the last of that.

A line of a file of like questions: {"questions", "lookalikes"}: one question in several wordings,
and questions in much the same words that want another answer.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from index.reading import going_on

CHUNK_WORDS: Final = 90


@dataclass(frozen=True)
class Piece:
    """A passage to learn from."""

    document: str
    title: str
    section: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A question over a folder's passages; `answers` are (passage, sentence) numbers, none where
    the documents do not answer."""

    question: str
    folder: str
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Alike:
    """One question in several wordings, and others in much the same words."""

    questions: tuple[str, ...]
    lookalikes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Corpus:
    """Passages by folder, the questions over them, and questions that mean the same."""

    passages: Mapping[str, Sequence[Piece]]
    questions: Sequence[Asked]
    alike: Sequence[Alike] = ()

    def save(self, file: Path) -> None:
        """As JSON, for a machine that has the documents' loaders not."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Corpus:
        """What `save` wrote."""
        stored = json.loads(file.read_text(encoding="utf-8"))
        passages = {
            folder: [Piece(**{**one, "sentences": tuple(one["sentences"])}) for one in pieces]
            for folder, pieces in stored["passages"].items()
        }
        questions = [
            Asked(one["question"], one["folder"], tuple((a, b) for a, b in one["answers"]))
            for one in stored["questions"]
        ]
        return cls(passages, questions, [_alike(one) for one in stored["alike"]])


def gather(
    folders: Mapping[str, Path], files: Sequence[Path], alike: Sequence[Path] = ()
) -> Corpus:
    """Reads documents and question files. A question that points at a sentence which the loaders
    leave out, such as a call to book a visit, is left out too.
    """
    passages = {name: _passages(folder) for name, folder in folders.items()}
    questions = [_asked(row, passages) for row in _rows(files)]
    return Corpus(
        passages,
        [question for question in questions if question is not None],
        [_alike(row) for row in _rows(alike)],
    )


def _rows(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        yield from map(json.loads, filter(None, file.read_text(encoding="utf-8").split("\n")))


def _alike(row: Mapping[str, Sequence[str]]) -> Alike:
    return Alike(tuple(row["questions"]), tuple(row["lookalikes"]))


def text_of(row: Mapping[str, Any]) -> str:
    """The question of a line as it is learnt."""
    question, earlier = str(row["question"]), row.get("earlier")
    return going_on(earlier[-1], question) if earlier else question


def _passages(folder: Path) -> list[Piece]:
    from index.loaders import find_documents, load_document
    from index.passages import make_passages

    return [
        Piece(p.document, p.title, p.section, p.sentences)
        for path in find_documents(folder)
        for p in make_passages(load_document(path, folder)[0])
    ]


def _asked(row: Mapping[str, Any], passages: Mapping[str, Sequence[Piece]]) -> Asked | None:
    folder = row["folder"]
    begins: list[tuple[str, str]] = []
    if row["answerable"]:
        begins = [(row["document"], b) for b in (row["sentence"], *row.get("also", []))]
        begins += [(o["document"], o["sentence"]) for o in row.get("also_elsewhere", [])]
    answers = [_find(passages[folder], document, begin) for document, begin in begins]
    if row["answerable"] and not any(answers):
        return None
    found = tuple(pair for pairs in answers for pair in pairs)
    return Asked(text_of(row), folder, found)


def _find(pieces: Sequence[Piece], document: str, begin: str) -> list[tuple[int, int]]:
    wanted = " ".join(begin.split())
    same = [(n, piece) for n, piece in enumerate(pieces) if piece.document == document]
    for anywhere in (False, True):
        found = [
            (n, m)
            for n, piece in same
            for m, sentence in enumerate(piece.sentences)
            if (wanted in sentence if anywhere else sentence.startswith(wanted))
        ]
        if found:
            return found
    return []


@dataclass
class MedQuad:
    """Public questions with long answers, each about a focus (a disease, a medicine).

    Ben Abacha and Demner-Fushman 2019, CC BY 4.0; the training part alone is read.
    """

    rows: list[Mapping[str, Any]]
    by_focus: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, file: Path) -> MedQuad:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            rows = [row for row in map(json.loads, stream) if row["split"] == "train"]
        made = cls(rows)
        for number, row in enumerate(rows):
            made.by_focus[row["focus"]].append(number)
        return made

    def sample(self, size: int, chance: random.Random) -> list[tuple[str, Piece, Piece | None]]:
        """Questions, a piece of the answer, and a piece about the same that answers another."""
        picked = []
        for focus in chance.sample(list(self.by_focus), size):
            number = chance.choice(self.by_focus[focus])
            row = self.rows[number]
            others = [
                n
                for n in self.by_focus[focus]
                if self.rows[n]["question_type"] != row["question_type"]
            ]
            other = self._piece(self.rows[chance.choice(others)], chance) if others else None
            picked.append((_asking(row, chance), self._piece(row, chance), other))
        return picked

    def _piece(self, row: Mapping[str, Any], chance: random.Random) -> Piece:
        words = row["answer"].split()
        most = max(1, min(4, len(words) // CHUNK_WORDS))
        start = 0 if chance.random() < 0.6 else CHUNK_WORDS * chance.randrange(most)
        text = " ".join(words[start : start + CHUNK_WORDS])
        title = "" if chance.random() < 0.25 else row["focus"]
        return Piece("", title, "", (text,))


def _asking(row: Mapping[str, Any], chance: random.Random) -> str:
    """The question, or as somebody in a hurry would put it."""
    question = str(row["question"]).replace(" ?", "?").replace("is (are)", "is")
    kind = chance.random()
    if kind < 0.15:
        return f"{row['focus']} {row['question_type']}".lower()
    return question.lower() if kind < 0.35 else question
