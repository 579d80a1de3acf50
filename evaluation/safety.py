"""Measures the safety gate on labelled messages and writes the report.

python -m evaluation.safety                     development, test and public data
python -m evaluation.safety --set development   one set
python -m evaluation.safety --short             300 messages, evenly taken; public data left out
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluation.errors import DataMissing, EvaluationProblem
from evaluation.figures import Figure
from evaluation.floors import write_floors
from evaluation.messages import CONTEXTS, ROOT, SETS, Message, read_set
from evaluation.outside import DATA, OutsideSet, read_outside
from evaluation.provenance import provenance
from evaluation.report import (
    Section,
    labelled_section,
    outside_section,
    summary,
    write_html,
    write_json,
)

if TYPE_CHECKING:
    from evaluation.assistant import Assistant

OUT: Final = ROOT / "var" / "evaluation"
SHORT: Final = 300
_TIMED: Final = 200


def evenly(messages: Sequence[Message], number: int) -> list[Message]:
    """A fixed sample; files are grouped by reason, so that every reason is in it."""
    step = max(1.0, len(messages) / number)
    return [messages[int(n * step)] for n in range(min(number, len(messages)))]


def evaluate_sets(
    assistant: Assistant, names: Sequence[str], most: int | None = None
) -> tuple[list[Section], list[Message]]:
    """Sections of labelled sets, and the messages used; of each set at most `most`."""
    sections, used = [], []
    for name in names:
        messages = read_set(name)
        messages = evenly(messages, most) if most else messages
        sections.append(labelled_section(name, assistant.judge(messages)))
        used += messages
    return sections, used


def time_section(assistant: Assistant, messages: Sequence[Message]) -> Section:
    """What the gate adds to a message's way, once the message is a vector."""
    taken = assistant.added_seconds([m.text for m in evenly(messages, _TIMED)])
    middle, high = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    figures = [
        Figure("added_ms", "Half of the messages", 1000 * middle, False, 5.0, unit="ms"),
        Figure("added_ms_p95", "95 of 100 messages", 1000 * high, False, 5.0, unit="ms"),
    ]
    return Section("time", f"Time of classifier and gate, {len(taken)} messages", figures)


def run(options: argparse.Namespace) -> None:
    """Measures, writes the report, prints the summary; raises EvaluationProblem."""
    from bot.nlu.reader import MODEL  # both load Rasa, which takes ten seconds
    from evaluation.assistant import Assistant

    names = (*SETS, *CONTEXTS) if options.set == "all" else (options.set,)
    outside, notes = ([], []) if options.short else _outside(options.data)
    assistant = Assistant()
    most = SHORT // len(names) if options.short else None
    labelled, used = evaluate_sets(assistant, names, most)
    sections = [*labelled, time_section(assistant, used)]
    for one in outside:
        sections.append(outside_section(one, assistant.judge(one.messages)))
        used += one.messages
    made = provenance(MODEL, used)
    file = OUT / ("short.html" if options.short else "report.html")
    write_html(file, sections, made, notes)
    write_json(file.with_suffix(".json"), sections, made)
    if options.write_floors is not None:
        write_floors({s.name: s.figures for s in labelled}, options.write_floors)
    print(summary(sections), *notes, f"\nReport: {file.relative_to(ROOT)}", sep="\n")


def _outside(folder: Path) -> tuple[list[OutsideSet], list[str]]:
    try:
        return read_outside(folder), []
    except DataMissing as problem:
        return [], [f"Without public data: {problem}"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.safety",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--set", choices=(*SETS, *CONTEXTS, "all"), default="all")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
    parser.add_argument("--short", action="store_true", help=f"a fixed sample of {SHORT}")
    parser.add_argument(
        "--write-floors",
        type=float,
        metavar="MARGIN",
        help="set the floors this far (0 to 1) behind what is measured",
    )
    options = parser.parse_args(arguments)
    if options.write_floors is not None:
        if options.set != "all" or options.short:
            parser.error("--write-floors needs all of every set")
        if not 0 <= options.write_floors < 1:
            parser.error(f"--write-floors {options.write_floors} is not between 0 and 1")
    try:
        run(options)
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    logging.captureWarnings(True)  # Rasa's own imports warn, which is not about the figures
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    sys.exit(main())
