"""Compares detectors of danger on the development set, and writes the table into the README.

python -m evaluation.compare                                    all but DIET; some minutes
python -m evaluation.compare --only diet --diet-epochs 10       DIET; hours with many epochs

What was not measured this time stands in the table as it was measured last (var/evaluation), as
long as neither training nor development messages have changed in number.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from bot.safety.labels import DANGER, LABELS, intent_of, label_of
from bot.safety.normalise import normalise
from bot.safety.screen import screen
from evaluation.detectors import Detector, detectors
from evaluation.errors import EvaluationProblem, FileUnusable
from evaluation.figures import QUIET
from evaluation.judged import ANSWERED
from evaluation.kept import FOLDER, Kept
from evaluation.messages import ROOT, Message, read_set, read_training

README: Final = Path(__file__).with_name("README.md")
BEGIN: Final = "<!-- detectors -->"
END: Final = "<!-- end of detectors -->"
QUICK: Final = ("letters", "minilm", "both", "tuned", "component")
"""All detectors but DIET."""
BUDGETS: Final = (0.01, 0.02, 0.03)
_TIMED: Final = 100
_DANGER: Final = [LABELS.index(label) for label in LABELS if label in DANGER]
_ANSWERED: Final = [LABELS.index(label) for label in LABELS if label in ANSWERED]
_SURE: Final = 0.5

Masses = NDArray[np.float64]
"""Probabilities of shape (messages, labels), in the order of LABELS."""


@dataclass(frozen=True)
class Comparison:
    """One row: shares from 0 to 1, milliseconds a message."""

    at_1: float
    at_2: float
    at_3: float
    auroc: float
    spanish: float
    personal_answered: float
    accuracy: float
    milliseconds: float

    def cells(self) -> list[str]:
        *shares, milliseconds = asdict(self).values()
        return [*(f"{100 * share:.1f}" for share in shares), f"{milliseconds:.1f}"]


def compared(messages: Sequence[Message], masses: Masses, milliseconds: float) -> Comparison:
    """The row of a detector whose label probabilities on the messages are `masses`."""
    labels = np.array([message.label for message in messages])
    danger, quiet = np.isin(labels, list(DANGER)), np.isin(labels, list(QUIET))
    spanish = danger & np.array([message.language != "en" for message in messages])
    scores = masses[:, _DANGER].sum(axis=1)
    limits = [threshold(scores[quiet], budget) for budget in BUDGETS]
    at_1, at_2, at_3 = (float((scores[danger] > limit).mean()) for limit in limits)
    best = masses.argmax(axis=1)
    answered = np.isin(best, _ANSWERED) & (masses.max(axis=1) >= _SURE)
    both = danger | quiet
    return Comparison(
        at_1,
        at_2,
        at_3,
        float(roc_auc_score(danger[both], scores[both])),
        float((scores[spanish] > limits[-1]).mean()),
        float(answered[labels == "personal_medical"].mean()),
        float((np.array(LABELS)[best] == labels).mean()),
        milliseconds,
    )


def threshold(quiet: NDArray[np.float64], budget: float) -> float:
    """The score above which at most a share `budget` of the quiet messages lies."""
    return float(np.sort(quiet)[::-1][math.floor(budget * len(quiet))])


def with_wordings(masses: Masses, messages: Sequence[Message]) -> Masses:
    """The same, where what the reviewed wordings find counts for more than any probability."""
    raised = masses.copy()
    for row, message in zip(raised, messages, strict=True):
        for label, _ in screen(message.text)[:1]:
            row[LABELS.index(label)] += 1
    return raised


def masses_of(intents: Sequence[str], probabilities: NDArray[np.float64]) -> Masses:
    """Probabilities of intents summed up by label."""
    member = np.array([[label_of(intent)[0] == label for label in LABELS] for intent in intents])
    return np.asarray(probabilities @ member, dtype=np.float64)


def measure(
    name: str, detector: Detector, training: Sequence[Message], messages: Sequence[Message]
) -> dict[str, Comparison]:
    """A detector's two rows by name: alone, and with the reviewed wordings."""
    detector.fit(
        [normalise(message.text) for message in training],
        [intent_of(message.label, message.reason) for message in training],
    )
    texts = [normalise(message.text) for message in messages]
    masses = masses_of(detector.classes_, detector.predict_proba(texts))
    alone = _milliseconds(lambda: [detector.predict_proba([t]) for t in texts[:_TIMED]], _TIMED)
    raised = with_wordings(masses, messages)
    more = _milliseconds(lambda: with_wordings(masses, messages), len(messages))
    return {
        name: compared(messages, masses, alone),
        f"{name}, with wordings": compared(messages, raised, alone + more),
    }


def _milliseconds(work: Callable[[], object], messages: int) -> float:
    """What the work takes for one of its messages."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start) / messages


def table(rows: Mapping[str, Comparison], setting: str) -> str:
    """The Markdown table of rows by name, with its setting."""
    recalls = [f"danger found at {budget:.0%} false alarms" for budget in BUDGETS]
    head = ["detector", *recalls, "AUROC", "Spanish at 3%", "personal answered", "right label"]
    lines = [[*head, "ms"], ["---", *["---:"] * (len(head))]]
    lines += [[name, *row.cells()] for name, row in rows.items()]
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in lines), "", setting])


def replaced(readme: str, new: str, begin: str = BEGIN, end: str = END) -> str:
    """The README with `new` between its two marks; raises FileUnusable where they are not."""
    before, begun, rest = readme.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise FileUnusable(f"{README} needs a line {begin} and, below it, a line {end}")
    return f"{before}{begin}\n{new}\n{end}{after}"


def run(only: Sequence[str], diet_epochs: int) -> None:
    """Measures, prints the table and writes it into the README; raises EvaluationProblem."""
    # A missing mark is better found before the training.
    replaced(README.read_text(encoding="utf-8"), "")
    training, messages = read_training(), read_set("development")
    setting = (
        f"Percent; {len(training):,} training messages, {len(messages):,} of the development set,"
        " each read as a whole."
    )
    kept, known = Kept(FOLDER / "detectors.json", setting), detectors(diet_epochs)
    for key in tqdm(only, "detectors"):
        name, make = known[key]
        for row, comparison in measure(name, make(), training, messages).items():
            kept.add(row, asdict(comparison))
    new = table(_in_order([name for name, _ in known.values()], kept), setting)
    print(new)
    # Read anew: whoever edited it meanwhile keeps the edit.
    readme = README.read_text(encoding="utf-8")
    README.write_text(replaced(readme, new), encoding="utf-8")
    print(f"\nWritten to {README.relative_to(ROOT)}")


def _in_order(names: Sequence[str], kept: Kept) -> dict[str, Comparison]:
    """What is kept of the contenders, each alone and with the wordings."""
    known = kept.read()
    rows = [row for name in names for row in (name, f"{name}, with wordings")]
    return {row: Comparison(**known[row]) for row in rows if row in known}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", choices=(*QUICK, "diet"), default=QUICK, help="detectors to measure"
    )
    parser.add_argument("--diet-epochs", type=int, default=40)
    options = parser.parse_args(arguments)
    try:
        run(options.only, options.diet_epochs)
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
