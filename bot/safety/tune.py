"""Makes the safety encoder: a MiniLM tuned on the training messages, stored as int8 ONNX.

    python -m bot.safety.tune train --base MODEL_FOLDER --out FOLDER      (half an hour, two cores)
    python -m bot.safety.tune export FOLDER

Training reads bot/data/nlu and nothing else. The messages are disturbed the way people type: lost
letters, no punctuation, no accents, something harmless in front or behind. The encoder in this
folder was made with the defaults from all-MiniLM-L6-v2, and tuned on, from itself, with
`--epochs 2 --rate 6e-5` when the batches `errands` and `chores` came.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tqdm import tqdm

from bot.safety.labels import DANGER, GATE_ONLY, label_of
from bot.safety.normalise import fold, normalise

TRAINING_DATA = Path("bot/data/nlu")
ENCODER = Path("bot/safety/encoder")


@dataclass(frozen=True)
class Example:
    """A training message, normalised, and its intent."""

    text: str
    intent: str


@dataclass(frozen=True)
class Plan:
    """How to train. Rates are peak learning rates."""

    epochs: int = 5
    batch: int = 32
    rate: float = 2e-4
    head_rate: float = 2e-3
    tokens: int = 128
    smoothing: float = 0.05
    seed: int = 0


def read_examples(folder: Path = TRAINING_DATA) -> list[Example]:
    """Every message of Rasa's training data in a folder."""
    return [
        Example(normalise(line[2:]), block["intent"])
        for file in sorted(folder.glob("*.yml"))
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ") and block["intent"] not in GATE_ONLY
    ]


def disturbed(example: Example, harmless: Sequence[str], chance: random.Random) -> str:
    """The message as somebody else might have typed it; its label stays the same."""
    text = example.text
    if chance.random() < 0.25:
        text = fold(text)
    if chance.random() < 0.25:
        text = "".join(c for c in text if c not in ".,!?;:'\"¿¡")
    if chance.random() < 0.3:
        text = _with_typos(text, chance)
    if label_of(example.intent)[0] in DANGER and chance.random() < 0.15:
        other = chance.choice(harmless)
        text = f"{other} {text}" if chance.random() < 0.6 else f"{text}. {other}"
    return text


def _with_typos(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 40)):
        if len(letters) < 6:
            break
        place = chance.randrange(1, len(letters) - 1)
        kind = chance.randrange(3)
        if kind == 0:
            letters[place], letters[place - 1] = letters[place - 1], letters[place]
        elif kind == 1:
            del letters[place]
        else:
            letters.insert(place, letters[place])
    return "".join(letters)


def train(base: Path, out: Path, plan: Plan) -> None:
    """Tune the base model and write it as a sentence-transformers folder."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(plan.seed)
    model = AutoModel.from_pretrained(base, dtype=torch.float32)
    _tune(model, AutoTokenizer.from_pretrained(base), read_examples(), plan)
    shutil.copytree(base, out, dirs_exist_ok=True)
    model.save_pretrained(out)


def _tune(model: Any, tokenizer: Any, examples: Sequence[Example], plan: Plan) -> None:
    import torch
    from torch.nn import functional

    intents = sorted({example.intent for example in examples})
    harmless = [e.text for e in examples if e.intent.startswith(("general", "small_talk"))]
    chance = random.Random(plan.seed)
    # Words keep the meaning they have: what is rare here would otherwise drift.
    model.embeddings.requires_grad_(False)
    head = torch.nn.Linear(model.config.hidden_size, len(intents))
    scale = torch.nn.Parameter(torch.tensor(12.0))
    steps = plan.epochs * ((len(examples) + plan.batch - 1) // plan.batch)
    optimiser = torch.optim.AdamW(
        [
            {"params": model.encoder.parameters(), "lr": plan.rate, "weight_decay": 0.01},
            {"params": [*head.parameters(), scale], "lr": plan.head_rate, "weight_decay": 0.0},
        ]
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [plan.rate, plan.head_rate], total_steps=steps, pct_start=0.1
    )
    model.train()
    with tqdm(total=steps, unit="step") as bar:
        for _ in range(plan.epochs):
            for texts, names in _batches(examples, harmless, plan.batch, chance):
                tokens = tokenizer(
                    texts,
                    padding=True,
                    truncation=True,
                    max_length=plan.tokens,
                    return_tensors="pt",
                )
                wanted = torch.tensor([intents.index(name) for name in names])
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    states = model(**tokens).last_hidden_state
                mask = tokens["attention_mask"][..., None].float()
                vectors = functional.normalize((states.float() * mask).sum(1) / mask.sum(1), dim=1)
                loss = functional.cross_entropy(
                    head(functional.dropout(vectors, 0.1) * scale),
                    wanted,
                    label_smoothing=plan.smoothing,
                )
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                optimiser.zero_grad()
                bar.update()
                bar.set_postfix(loss=f"{loss.item():.2f}")


def _batches(
    examples: Sequence[Example], harmless: Sequence[str], size: int, chance: random.Random
) -> Iterator[tuple[list[str], list[str]]]:
    """Batches of texts of about one length (padding is wasted work), in random order."""
    order = sorted(examples, key=lambda e: len(e.text) * chance.uniform(0.8, 1.25))
    starts = list(range(0, len(order), size))
    chance.shuffle(starts)
    for start in starts:
        batch = order[start : start + size]
        yield [disturbed(e, harmless, chance) for e in batch], [e.intent for e in batch]


def export(folder: Path, target: Path) -> None:
    """Quantise a tuned model to int8 ONNX and put it, whole, in place of the target."""
    from index.embedder import fingerprint_of
    from index.onnx_model import quantised

    with tempfile.TemporaryDirectory() as making:
        made = quantised(folder, Path(making), fingerprint_of(folder))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.safety.tune", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="tune a base model")
    training.add_argument("--base", type=Path, required=True)
    training.add_argument("--out", type=Path, required=True)
    for name, value in vars(Plan()).items():
        training.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    exporting = commands.add_parser("export", help="int8 ONNX of a tuned model")
    exporting.add_argument("folder", type=Path)
    exporting.add_argument("target", type=Path, nargs="?", default=ENCODER)
    options = parser.parse_args(arguments)
    if options.command == "train":
        chosen = {name: getattr(options, name) for name in vars(Plan())}
        train(options.base, options.out, Plan(**chosen))
    else:
        export(options.folder, options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
