"""The assistant's intent component on public benchmarks, trained on each; writes the table.

python -m evaluation.intents --data ../shared/data                all but DIET; half an hour
python -m evaluation.intents --data ../shared/data --only few     one way alone
python -m evaluation.intents --data ../shared/data --only diet --benchmarks banking

What was not measured this time stands in the table as it was measured last (var/evaluation).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bot.nlu.intent_model import Options
from evaluation.compare import README, replaced
from evaluation.errors import DataMissing, EvaluationProblem
from evaluation.few_messages import tuned
from evaluation.kept import FOLDER, Figures, Kept
from evaluation.learners import Guesses, Labelled, Train, Vectors, component, diet, regression
from evaluation.outside import DATA
from index import load_embedder

BEGIN: Final = "<!-- intents -->"
END: Final = "<!-- end intents -->"
MEASURED: Final = Kept(FOLDER / "intents.json")
KEPT: Final = 0.94
"""Share of CLINC150's in-scope validation messages that its threshold must leave right."""
TARGETS: Final = {"banking": 0.88, "in_scope": 0.93, "out_of_scope": 0.85}
COLUMNS: Final = {
    "banking": "BANKING77, 10-shot",
    "in_scope": "CLINC150, in scope",
    "out_of_scope": "CLINC150, out of scope",
}
BENCHMARKS: Final = ("banking", "clinc")
DIET_EPOCHS: Final = 100
_C: Final = 30.0  # of the published reference figures, for both
_CLINC_JUDGED: Final = ("val", "test", "oos_test")


@dataclass(frozen=True)
class Contender:
    """A way to learn, and the benchmarks that it is meant for."""

    name: str
    train: Train
    benchmarks: tuple[str, ...] = BENCHMARKS


def contenders(epochs: int) -> dict[str, Contender]:
    """By the name for `--only`, the simplest first."""
    vectors, options = Vectors(load_embedder()), Options(C=_C)
    return {
        "diet": Contender(
            f"DIET, Rasa's default features, {epochs} epochs", partial(diet, epochs=epochs)
        ),
        "regression": Contender(
            "logistic regression on MiniLM", partial(regression, vectors=vectors, c=_C)
        ),
        "component": Contender(
            "the assistant's component", partial(component, vectors=vectors, options=options)
        ),
        "few": Contender(
            "the same where messages are few: encoders tuned on them",
            partial(tuned, vectors=vectors, c=_C),
            ("banking",),
        ),
    }


def measure_banking(train: Train, folder: Path) -> Figures:
    """The share of right intents after ten messages of each; raises DataMissing."""
    guess = train(read_banking(folder / "banking77_train_10shot.csv"))
    test = read_banking(folder / "banking77_test.csv")
    return {"banking": float(right(guess([text for text, _ in test]), test).mean())}


def measure_clinc(train: Train, folder: Path) -> Figures:
    """In scope right, out of scope told; the threshold comes from the validation messages."""
    clinc = read_clinc(folder / "clinc150.json.gz")
    guess = train(clinc["train"])
    found = {part: guess([text for text, _ in clinc[part]]) for part in _CLINC_JUDGED}
    limit = threshold(found["val"].familiarity, right(found["val"], clinc["val"]))
    kept = found["test"].familiarity >= limit
    return {
        "in_scope": float((right(found["test"], clinc["test"]) & kept).mean()),
        "out_of_scope": float((found["oos_test"].familiarity < limit).mean()),
    }


_MEASURES: Final = {"banking": measure_banking, "clinc": measure_clinc}


def right(guesses: Guesses, messages: Labelled) -> NDArray[np.bool_]:
    """Which of the intents are."""
    return np.asarray(guesses.intents == np.array([intent for _, intent in messages]))


def threshold(
    familiarity: NDArray[np.float64], right: NDArray[np.bool_], kept: float = KEPT
) -> float:
    """The familiarity, of those seen, from which a message is believed: the highest that leaves a
    share `kept` of all messages believed and right; the lowest where none does."""
    falling = np.sort(familiarity[right])[::-1]
    needed = int(np.ceil(kept * len(right)))
    return float(falling[needed - 1] if needed <= len(falling) else familiarity.min())


def read_banking(file: Path) -> Labelled:
    """Texts and intents of a BANKING77 file; raises DataMissing."""
    with _there(file).open(encoding="utf-8", newline="") as stream:
        return [(row["text"], row["category"]) for row in csv.DictReader(stream)]


def read_clinc(file: Path) -> dict[str, Labelled]:
    """Texts and intents of CLINC150 by part; raises DataMissing."""
    with gzip.open(_there(file), "rt", encoding="utf-8") as stream:
        parts = json.load(stream)
    return {name: [(text, intent) for text, intent in rows] for name, rows in parts.items()}


def _there(file: Path) -> Path:
    if not file.is_file():
        raise DataMissing(f"{file} is not there; name the folder that holds it with --data")
    return file


def table(rows: Mapping[str, Figures]) -> str:
    """The Markdown table of what was measured by name, with its targets and setting."""
    lines = [["", *COLUMNS.values()], ["---", *["---:"] * len(COLUMNS)]]
    for name, shares in rows.items():
        lines.append([name, *(_percent(shares.get(column)) for column in COLUMNS)])
    lines.append(["target", *(f"{100 * target:.0f}" for target in TARGETS.values())])
    setting = (
        "Percent; – was not measured. In scope: believed and right; out of scope: told as"
        f" unfamiliar. The threshold is the highest that leaves {KEPT:.0%} of the in-scope"
        " validation messages right."
    )
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in lines), "", setting])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def run(folder: Path, only: Sequence[str], benchmarks: Sequence[str], epochs: int) -> None:
    """Measures, prints the table and writes it into the README; raises EvaluationProblem."""
    _there(folder / "clinc150.json.gz")
    # A missing mark is better found before the training.
    replaced(README.read_text(encoding="utf-8"), "", BEGIN, END)
    ways = contenders(epochs)
    for key in tqdm(only, "contenders"):
        for benchmark in ways[key].benchmarks:
            if benchmark in benchmarks:
                MEASURED.add(ways[key].name, _MEASURES[benchmark](ways[key].train, folder))
    known = MEASURED.read()
    new = table({way.name: known[way.name] for way in ways.values() if way.name in known})
    print(new)
    readme = README.read_text(encoding="utf-8")
    README.write_text(replaced(readme, new, BEGIN, END), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.intents",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=("diet", "regression", "component", "few"),
        default=("regression", "component", "few"),
        help="ways to measure; without it all but DIET, which takes hours",
    )
    parser.add_argument("--benchmarks", nargs="+", choices=BENCHMARKS, default=BENCHMARKS)
    parser.add_argument("--epochs", type=int, default=DIET_EPOCHS, help="of DIET")
    options = parser.parse_args(arguments)
    try:
        run(options.data, options.only, options.benchmarks, options.epochs)
    except DataMissing as problem:
        print(f"Skipped: {problem}")
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
