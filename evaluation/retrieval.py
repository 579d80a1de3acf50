"""Search and answers on questions nobody tuned on, beside the usual ways.

python -m evaluation.retrieval                 development and test; --write: into the README too
python -m evaluation.retrieval --set test      one set
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from bot.answers.answering import Answering, Asked
from bot.answers.compose import Rules, compose
from evaluation import faq
from evaluation.compare import README, replaced
from evaluation.errors import EvaluationProblem
from evaluation.figures import wilson
from evaluation.questions import DOCUMENTS, Question, read_questions
from evaluation.usual_search import usual_ways
from index import Index, Passage, SearchResult, build, load_reader

BEGIN: Final = "<!-- retrieval -->"
END: Final = "<!-- end of retrieval -->"
SETS: Final = {
    "development": ("development", "follow_ups_development", None),
    "test": ("test", "follow_ups_test", "misspelt_test"),
}
OUT: Final = Path("var/evaluation/retrieval.json")


@dataclass(frozen=True)
class Found:
    """What a question got. `place` is the rank of the first passage with an answering sentence
    (0 is the best), None where no passage found has one."""

    question: Question
    place: int | None
    answerable: bool
    confidence: float
    quoted: bool


def holds(passage: Passage, question: Question) -> bool:
    """Whether one of the passage's sentences answers the question."""
    return any(
        passage.document == document and _begins(sentence, begin)
        for document, begin in question.answers
        for sentence in passage.sentences
    )


def _begins(sentence: str, begin: str) -> bool:
    """Bullets carry their label in some sets and not in others."""
    return begin in sentence


def find(index: Index, question: Question) -> Found:
    """Search and compose as the assistant does."""
    result = index.search(question.text, 5)
    answer = compose(result)
    said = answer.sentences if answer else ()
    quoted = any(_begins(s, begin) for _, begin in question.answers for s in said)
    return Found(question, place(result, question), result.answerable, result.confidence, quoted)


def place(result: SearchResult, question: Question) -> int | None:
    """The rank of the first passage that answers."""
    ranks = (n for n, one in enumerate(result.passages) if holds(one.passage, question))
    return next(ranks, None)


def follow_up(index: Index, question: Question) -> Found:
    """As in a conversation: what was asked before is answered first. A citation of the right
    passage counts as the first place."""
    answering, asked = Answering(Rules()), Asked("")
    for text in (*question.earlier, question.text):
        asked = replace(asked, question=text)
        outcome = answering.answer(index, asked)
        asked = replace(asked, context=outcome.context, shown=outcome.shown)
    answer = outcome.answer
    cited = answer.citations if answer else ()
    right = any(
        one.document == document and begin in one.text
        for document, begin in question.answers
        for one in cited
    )
    said = answer.sentences if answer else ()
    quoted = any(_begins(s, begin) for _, begin in question.answers for s in said)
    return Found(question, 0 if right else None, answer is not None, 0.0, quoted)


class Evaluation:
    """The indexes of both folders, made once; a folder that is not there is left out."""

    def __init__(self, model: str, folder: Path) -> None:
        reader = load_reader(model)
        self.reader, self.folder = reader, folder
        self.indexes: dict[str, Index] = {}
        for name, documents in DOCUMENTS.items():
            if documents.is_dir():
                build(documents, folder / name, reader, progress=False)
                self.indexes[name] = Index.open(folder / name, reader)

    def questions(self, name: str) -> list[Question]:
        return [q for q in read_questions(name) if q.folder in self.indexes]

    def found(self, name: str) -> list[Found]:
        bar = tqdm(self.questions(name), name, unit="question", leave=False, disable=None)
        return [self._found(question) for question in bar]

    def _found(self, question: Question) -> Found:
        index = self.indexes[question.folder]
        return follow_up(index, question) if question.earlier else find(index, question)


def figures(found: Sequence[Found]) -> dict[str, tuple[int, int]]:
    """Hits and totals by name."""
    yes = [one for one in found if one.question.answerable]
    no = [one for one in found if not one.question.answerable]
    counted = {
        "first": [one.place == 0 for one in yes],
        "in_three": [one.place is not None and one.place < 3 for one in yes],
        "quoted": [one.quoted for one in yes],
        "refused": [not one.answerable for one in yes],
        "wrongly_answered": [one.answerable for one in no],
    }
    return {name: (sum(hits), len(hits)) for name, hits in counted.items() if hits}


def auroc(found: Sequence[Found]) -> float | None:
    """How well the confidence tells answerable from unanswerable; None without both kinds."""
    truth = [one.question.answerable for one in found]
    if len(set(truth)) < 2:
        return None
    return float(roc_auc_score(truth, [one.confidence for one in found]))


def rows(evaluation: Evaluation, name: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    """(set, what was asked, figures), for the report and the tests."""
    main, follow_ups, misspelt = SETS[name]
    for folder in evaluation.indexes:
        found = [one for one in evaluation.found(main) if one.question.folder == folder]
        yield name, f"{folder} documents", {**figures(found), "auroc": auroc(found)}
    if "shared" in evaluation.indexes:
        yield name, "follow-ups", dict(figures(evaluation.found(follow_ups)))
        if misspelt:
            yield name, "misspelt", dict(figures(evaluation.found(misspelt)))
    if name == "development":
        for stored in faq.STORED:
            made = evaluation.folder / f"faq-{stored}"
            hits = faq.first(faq.read_entries(), evaluation.reader, made, stored)
            yield name, f"FAQ, {stored} more wordings stored", {"first": hits}


def usual(evaluation: Evaluation, name: str) -> Iterator[tuple[str, float, float]]:
    """(way, first, in three) of the usual ways of search, over the same passages."""
    questions = [q for q in evaluation.questions(SETS[name][0]) if q.answerable]
    for way, rank in usual_ways(evaluation.indexes):
        places = [
            next((n for n, p in enumerate(rank(q.folder, q.text)) if holds(p, q)), 99)
            for q in tqdm(questions, way, unit="question", leave=False, disable=None)
        ]
        ranks = np.array(places)
        yield way, float((ranks == 0).mean()), float((ranks < 3).mean())


def table(measured: Sequence[tuple[str, str, dict[str, object]]]) -> str:
    """The Markdown table."""
    head = ["set", "asked", "first", "in three", "quoted", "refused", "wrongly answered", "AUROC"]
    lines = [head, ["---", "---", *["---:"] * 6]]
    for name, asked, values in measured:
        cells = [
            _cell(values.get(key))
            for key in ("first", "in_three", "quoted", "refused", "wrongly_answered")
        ]
        area = values.get("auroc")
        lines.append([name, asked, *cells, f"{100 * area:.1f}" if isinstance(area, float) else ""])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if not isinstance(value, tuple):
        return ""
    hits, total = value
    low, high = wilson(hits, total)
    return f"{100 * hits / total:.1f} ({100 * low:.0f}–{100 * high:.0f})"


def usual_table(measured: Sequence[tuple[str, float, float]]) -> str:
    lines = [["test questions, both folders", "first", "in three"], ["---", "---:", "---:"]]
    lines += [[way, f"{100 * one:.1f}", f"{100 * three:.1f}"] for way, one, three in measured]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def run(names: Sequence[str], model: str) -> str:
    """Measures, writes OUT, and returns the tables."""
    with tempfile.TemporaryDirectory() as folder:
        evaluation = Evaluation(model, Path(folder))
        measured = [row for name in names for row in rows(evaluation, name)]
        others = list(usual(evaluation, "test")) if "test" in names else []
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"rows": measured, "usual": others}, indent=2), encoding="utf-8")
    return "\n\n".join([table(measured), *([usual_table(others)] if others else [])])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.retrieval",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--set", choices=[*SETS, "all"], default="all")
    parser.add_argument("--model", default="default", help="as INDEX_MODEL")
    parser.add_argument("--write", action="store_true", help="put all tables into the README")
    options = parser.parse_args(arguments)
    if options.write and (options.set, options.model) != ("all", "default"):
        parser.error("--write needs all sets and the default model")
    try:
        names = list(SETS) if options.set == "all" else [options.set]
        tables = run(names, options.model)
        print(tables)
        if options.write:
            text = README.read_text(encoding="utf-8")
            README.write_text(replaced(text, tables, BEGIN, END), encoding="utf-8")
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
