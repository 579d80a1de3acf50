"""python -m bot.safety review FILE    goes through exported messages with a person"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.safety.exported import ReviewProblem, not_in, read_export
from bot.safety.queue import CONCERNS, Item, to_review
from bot.safety.readings import Reader, WordingsReader
from bot.safety.review import HELP, Review, Terminal
from bot.safety.reviewed import REVIEWED, Reviewed
from bot.safety.screen import WordingsInvalid


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 1 with one line on stderr when it could not."""
    options = _parser().parse_args(arguments)
    try:
        review(options)
    except (ReviewProblem, WordingsInvalid) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the first message was shown
        return 130
    return 0


def review(options: argparse.Namespace) -> None:
    """Reads, judges, shows; raises ReviewProblem."""
    said, reviewed = read_export(options.file), Reviewed(options.into)
    left = not_in(said, reviewed.read())
    reader = WordingsReader() if options.wordings_only else _trained(options.model)
    items = to_review(left, reader, everything=options.all)
    print(f"{len(said)} different messages, {len(said) - len(left)} of them reviewed before.")
    print(f"{len(items)} to review{_by_concern(items)}.")
    if len(items) < len(left):
        print(f"--all shows the {len(left) - len(items)} that look clear, too.")
    if items:
        Review(items, reviewed, Terminal(input, print, shutil.get_terminal_size().lines)).run()


def _by_concern(items: Sequence[Item]) -> str:
    counts = Counter(item.concern for item in items)
    named = [f"{counts[concern]} {concern}" for concern in CONCERNS if counts[concern]]
    return f": {', '.join(named)}" if named else ""


def _trained(model: Path | None) -> Reader:
    # Loaded here, because Rasa takes seconds and the other ways need none of it.
    from bot.nlu.reader import MODEL, ModelUnusable, TrainedReader

    print("Loading the trained assistant ...", file=sys.stderr)
    try:
        return TrainedReader(model or MODEL)
    except ModelUnusable as problem:
        raise ReviewProblem(f"{problem}; or review with --wordings-only") from problem


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot.safety", description="The safety gate, for the people who check it."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    reviewing = commands.add_parser(
        "review",
        help="say of visitors' messages whether the gate judged them right",
        description="Shows visitors' messages with the verdict that the gate gives them now, what"
        " matters most first. What you confirm or correct becomes a development message, and"
        " `make evaluate` holds the gate against it.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reviewing.add_argument(
        "file", metavar="FILE", type=Path, help="what `python -m desk export` wrote"
    )
    reviewing.add_argument(
        "--all", action="store_true", help="also the messages whose verdict looks clear"
    )
    reviewing.add_argument(
        "--wordings-only", action="store_true", help="the reviewed wordings alone, no classifier"
    )
    reviewing.add_argument("--model", metavar="FILE", type=Path, help="another trained assistant")
    reviewing.add_argument(
        "--into",
        metavar="FILE",
        type=Path,
        default=REVIEWED,
        help="where the reviewed messages go; evaluation/messages/development/reviewed.jsonl",
    )
    return parser


if __name__ == "__main__":
    logging.captureWarnings(True)  # Rasa's own imports warn, which is for no reviewer
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a plain terminal may do
    sys.exit(main())
