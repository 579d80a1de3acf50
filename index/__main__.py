"""Command line: `python -m index build`, `search` and `report`."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from index.builder import build
from index.contents import read
from index.engines import load_engine
from index.errors import IndexProblem, QuestionEmpty, ReportUnwritable
from index.findings import read_gaps
from index.reader import load_reader
from index.report import render
from index.search import Index, SearchResult
from index.settings import Settings, load_settings

DOCUMENTS = Path("index/documents")
REPORT = Path("var/index-report.html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status: 0 done, 1 failed, 2 wrong usage."""
    try:
        settings = load_settings()
        chosen = _parser(settings).parse_args(arguments)
        return int(chosen.run(chosen, settings))
    except IndexProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the index in place is unchanged", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say, also not at exit.
        sys.stdout = None
        return 1


def _parser(settings: Settings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m index", description="Make an index of documents and search it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    make = commands.add_parser("build", help="make the index of a folder of documents")
    make.add_argument(
        "--documents",
        type=Path,
        default=DOCUMENTS,
        metavar="DIR",
        help="folder of .md, .txt, .html, .pdf and .docx files, or a list of addresses with the "
        "files that they were saved as (default: %(default)s)",
    )
    make.set_defaults(run=_build)

    find = commands.add_parser("search", help="find the passages for one or many questions")
    find.add_argument("question", nargs="?", help="a question in words")
    find.add_argument(
        "--questions",
        metavar="FILE",
        help="file with one question a line, - for standard input; gives a JSON object a line",
    )
    find.add_argument(
        "--top", type=_positive, default=5, metavar="N", help="passages to show (default: 5)"
    )
    find.add_argument("--json", action="store_true", help="print one JSON object")
    find.set_defaults(run=_search, parser=find)

    tell = commands.add_parser("report", help="write one HTML page on the state of the index")
    tell.add_argument(
        "--out",
        type=Path,
        default=REPORT,
        metavar="FILE",
        help="the page to write (default: %(default)s)",
    )
    tell.add_argument(
        "--gaps",
        type=Path,
        metavar="FILE",
        help="questions without an answer, as `python -m desk gaps --json` writes them",
    )
    tell.set_defaults(run=_report)

    for command in (make, find, tell):
        command.add_argument(
            "--store",
            type=Path,
            default=settings.store,
            metavar="DIR",
            help="folder of the index (INDEX_STORE, now %(default)s)",
        )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _build(chosen: argparse.Namespace, settings: Settings) -> int:
    reader = load_reader(settings.model, settings.models_dir, settings.threads)
    report = build(chosen.documents, chosen.store, reader)
    for error in report.errors:
        print(f"left out: {error}", file=sys.stderr)
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
    print(
        f"indexed {report.documents} documents as {report.passages} passages in {chosen.store} "
        f"(version {report.version}, {len(report.errors)} left out, "
        f"{report.embedded} texts embedded anew)"
    )
    return 0


def _search(chosen: argparse.Namespace, settings: Settings) -> int:
    if (chosen.question is None) == (chosen.questions is None):
        chosen.parser.error("give either a question or --questions FILE")
    questions = None if chosen.questions is None else _lines(chosen.questions)
    reader = load_reader(settings.model, settings.models_dir, settings.threads)
    index = Index.open(chosen.store, reader)
    if questions is not None:
        _answer_all(index, questions, chosen.top)
        return 0
    result = index.search(chosen.question, chosen.top)
    print(json.dumps(_as_json(result), ensure_ascii=False) if chosen.json else _as_text(result))
    return 0


def _report(chosen: argparse.Namespace, settings: Settings) -> int:
    gaps = read_gaps(chosen.gaps) if chosen.gaps else []
    reader = load_reader(settings.model, settings.models_dir, settings.threads)
    engine = load_engine(settings)
    contents, index = read(chosen.store, engine), Index.open(chosen.store, reader, engine)
    today = datetime.now(timezone.utc).date()
    page = render(contents, index, gaps, settings.review_months, today)
    try:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ReportUnwritable(f"{chosen.out} cannot be written: {error.strerror}") from error
    print(f"wrote {chosen.out}")
    return 0


def _lines(name: str) -> Iterable[str]:
    """The lines of a file or of standard input, one by one as they arrive."""
    if name == "-":
        return _stripped(sys.stdin)
    try:
        return Path(name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise IndexProblem(f"the questions in {name} cannot be read: {reason}") from error


def _stripped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.rstrip("\n")


def _answer_all(index: Index, questions: Iterable[str], top: int) -> None:
    for question in questions:
        try:
            answer = _as_json(index.search(question, top))
        except QuestionEmpty as problem:
            answer = {"question": question, "error": str(problem)}
        print(json.dumps(answer, ensure_ascii=False), flush=True)


def _as_json(result: SearchResult) -> dict[str, Any]:
    return {
        "question": result.question,
        "passages": [
            {
                "passage_id": found.passage.passage_id,
                "document": found.passage.document,
                "title": found.passage.title,
                "section": found.passage.section,
                "text": found.passage.text,
                "score": round(found.score, 4),
            }
            for found in result.passages
        ],
        "answerable": result.answerable,
    }


def _as_text(result: SearchResult) -> str:
    verdict = "answered by" if result.answerable else "probably not answered; nearest are"
    parts = [f"{result.question}\n{verdict} (confidence {result.confidence:.2f}):"]
    for place, found in enumerate(result.passages, 1):
        passage = found.passage
        heading = " / ".join(part for part in (passage.title, passage.section) if part)
        text = textwrap.indent(textwrap.fill(passage.text, 92), "   ")
        parts.append(f"{place}. {found.score:.2f}  {heading}  [{passage.document}]\n{text}")
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
