"""The assistant's intent component on public benchmarks, trained on each; writes the table.

python -m evaluation.intents --data ../shared/data          a few minutes
python -m evaluation.intents --data ../shared/data --diet   beside Rasa's DIET; hours
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bot.nlu.intent_model import Options, learn
from bot.safety.normalise import normalise
from evaluation.compare import README, replaced
from evaluation.errors import DataMissing, EvaluationProblem
from evaluation.outside import DATA
from index import Embedder, load_embedder

BEGIN: Final = "<!-- intents -->"
END: Final = "<!-- end intents -->"
KEPT: Final = 0.94
"""Share of CLINC150's in-scope validation messages that its threshold must leave right."""
TARGETS: Final = (0.88, 0.93, 0.85)
DIET_EPOCHS: Final = 100
_C: Final = 30.0  # of the published reference figures, for both

Labelled = Sequence[tuple[str, str]]
"""Texts with their intents."""


@dataclass(frozen=True)
class Guesses:
    """One intent a message, and how familiar the message seems: higher is more."""

    intents: NDArray[np.str_]
    familiarity: NDArray[np.float64]


Guess = Callable[[Sequence[str]], Guesses]
Train = Callable[[Labelled], Guess]


@dataclass(frozen=True)
class Row:
    """A contender's shares, 0 to 1: BANKING77 right, CLINC150 in scope right, out of scope told."""

    name: str
    banking: float
    in_scope: float
    out_of_scope: float


class Vectors:
    """Sentence vectors of normalised texts, each made once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._made: dict[str, NDArray[np.float32]] = {}

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._made]
        for text in tqdm(new, "embedding", unit="msg", leave=False, disable=None):
            self._made[text] = self._embedder.encode([text])[0]
        return np.vstack([self._made[text] for text in texts])


def component(messages: Labelled, vectors: Vectors, options: Options) -> Guess:
    """The assistant's component. Without characters it is plain logistic regression, which has
    nothing but its best logit to tell the unfamiliar by."""
    texts = [normalise(text) for text, _ in messages]
    model = learn(texts, vectors.of(texts), [intent for _, intent in messages], options)

    def guess(texts: Sequence[str]) -> Guesses:
        plain = [normalise(text) for text in texts]
        logits = model.logits(plain, vectors.of(plain))
        best = logits.max(axis=1)
        known = model.familiarity(logits, vectors.of(plain)) if options.characters else best
        return Guesses(np.array(model.intents)[logits.argmax(axis=1)], known.astype(np.float64))

    return guess


def diet(messages: Labelled, epochs: int) -> Guess:
    """DIET on Rasa's default features; the unfamiliar by its confidence."""
    from evaluation.diet import Diet  # loads TensorFlow

    detector = Diet(epochs)
    detector.fit([text for text, _ in messages], [intent for _, intent in messages])

    def guess(texts: Sequence[str]) -> Guesses:
        found = detector.predict_proba(texts)
        return Guesses(np.array(detector.classes_)[found.argmax(axis=1)], found.max(axis=1))

    return guess


def measure(name: str, train: Train, folder: Path) -> Row:
    """Train on each benchmark and test; the threshold comes from the validation messages."""
    guess = train(read_banking(folder / "banking77_train_10shot.csv"))
    test = read_banking(folder / "banking77_test.csv")
    banking = float(right(guess([text for text, _ in test]), test).mean())

    clinc = read_clinc(folder / "clinc150.json.gz")
    guess = train(clinc["train"])
    found = {part: guess([text for text, _ in clinc[part]]) for part in _CLINC_JUDGED}
    limit = threshold(found["val"].familiarity, right(found["val"], clinc["val"]))
    kept = found["test"].familiarity >= limit
    return Row(
        name,
        banking,
        float((right(found["test"], clinc["test"]) & kept).mean()),
        float((found["oos_test"].familiarity < limit).mean()),
    )


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


_CLINC_JUDGED: Final = ("val", "test", "oos_test")


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


def contenders(with_diet: bool, epochs: int) -> Iterator[tuple[str, Train]]:
    """Names and ways to train, the assistant's last."""
    if with_diet:
        yield f"DIET, Rasa's default features, {epochs} epochs", partial(diet, epochs=epochs)
    vectors = Vectors(load_embedder())
    plain, full = Options(C=_C, characters=0), Options(C=_C)
    yield "logistic regression on MiniLM", partial(component, vectors=vectors, options=plain)
    yield "the assistant's component", partial(component, vectors=vectors, options=full)


def table(rows: Sequence[Row]) -> str:
    """The Markdown table with its targets and setting."""
    head = ["", "BANKING77, 10-shot", "CLINC150, in scope", "CLINC150, out of scope"]
    lines = [head, ["---", *["---:"] * 3]]
    for row in rows:
        shares = (row.banking, row.in_scope, row.out_of_scope)
        lines.append([row.name, *(f"{100 * share:.1f}" for share in shares)])
    lines.append(["target", *(f"{100 * target:.0f}" for target in TARGETS)])
    setting = (
        "Percent. In scope: believed and right; out of scope: told as unfamiliar. The threshold is"
        f" the highest that leaves {KEPT:.0%} of the in-scope validation messages right."
    )
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in lines), "", setting])


def run(folder: Path, with_diet: bool, epochs: int) -> None:
    """Measures all, prints the table and writes it into the README; raises EvaluationProblem."""
    _there(folder / "clinc150.json.gz")
    readme = README.read_text(encoding="utf-8")
    replaced(readme, "", BEGIN, END)  # a missing mark is better found before the training
    named = tqdm(contenders(with_diet, epochs), "contenders", total=2 + with_diet)
    new = table([measure(name, train, folder) for name, train in named])
    print(new)
    # Read anew: whoever edited it meanwhile keeps the edit.
    readme = README.read_text(encoding="utf-8")
    README.write_text(replaced(readme, new, BEGIN, END), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.intents",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
    parser.add_argument("--diet", action="store_true", help="train DIET too; hours")
    parser.add_argument("--epochs", type=int, default=DIET_EPOCHS, help="of DIET")
    options = parser.parse_args(arguments)
    try:
        run(options.data, options.diet, options.epochs)
    except DataMissing as problem:
        print(f"Skipped: {problem}")
    except EvaluationProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
