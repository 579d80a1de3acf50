"""Makes the safety encoder: a MiniLM tuned on the training messages, stored as int8 ONNX.

    python -m bot.safety.tune train --base MODEL --out PARTS --data ../shared/data --device cuda
    python -m bot.safety.tune export --base MODEL --tuned PARTS

Training reads bot/data/nlu and, with `--data`, CLINC150's training messages as examples of what has
nothing to do with a clinic: four minutes on a GPU, hours on two cores. The messages are disturbed
the way people type: lost letters, no punctuation, no accents, something harmless in front or
behind. The encoder in this folder was made from all-MiniLM-L6-v2 with the defaults and
`--agreement 0.25`: the mean of three runs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from tqdm import tqdm

from bot.safety.labels import DANGER, GATE_ONLY, INTENTS, LABELS, label_of
from bot.safety.normalise import fold, normalise

TRAINING_DATA = Path("bot/data/nlu")
ENCODER = Path("bot/safety/encoder")
_HARMLESS = ("general", "small_talk")
_EVERYDAY = ("out_of_scope", "small_talk", "admin_handoff")


@dataclass(frozen=True)
class Example:
    """A training message, normalised, and its intent."""

    text: str
    intent: str


@dataclass(frozen=True)
class Plan:
    """How to train. Rates are peak learning rates; `seeds` runs are averaged, weight by weight."""

    epochs: int = 5
    batch: int = 64
    rate: float = 2e-4
    head_rate: float = 2e-3
    tokens: int = 128
    smoothing: float = 0.05
    label_loss: float = 0.5
    everyday_share: float = 0.2
    agreement: float = 0.5
    seeds: int = 3
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


def read_everyday(folder: Path) -> list[str]:
    """What people ask assistants that have nothing to do with a clinic: the training part of
    CLINC150 (Larson et al. 2019, CC BY 3.0). Its validation and test parts are not touched.
    """
    with gzip.open(folder / "clinc150.json.gz", "rt", encoding="utf-8") as stream:
        parts = json.load(stream)
    return [normalise(text) for part in ("train", "oos_train") for text, _ in parts[part]]


def train(
    base: Path, out: Path, plan: Plan, everyday: Sequence[str] = (), device: str = "cpu"
) -> None:
    """Tune the base model, once a seed, and write the mean of them (see index.tuning.parts)."""
    from transformers import AutoModel, AutoTokenizer

    from index.tuning import parts

    tokenizer, examples = AutoTokenizer.from_pretrained(base), read_examples()
    tuned = []
    for seed in range(plan.seed, plan.seed + plan.seeds):
        model = AutoModel.from_pretrained(base, add_pooling_layer=False).float().to(device)
        Tuning(model, tokenizer, examples, everyday, replace(plan, seed=seed), device).run()
        tuned.append(model)
    with _no_gradients():
        for name, value in tuned[0].state_dict().items():
            if value.is_floating_point():
                value.copy_(sum(other.state_dict()[name] for other in tuned) / len(tuned))
    parts.save(tuned[0], out)


class Tuning:
    """One run over the messages; the model is changed in place.

    Beside the intent the label is learnt, since that is what protects; everyday messages have to
    be out of scope, small talk or administration, whichever. Each message is read twice, with
    other slips and another dropout, and both readings have to agree (R-Drop, Liang et al. 2021).

    Intents that are not the policy's have no label, and are learnt by themselves; then there can
    be no everyday messages either.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        examples: Sequence[Example],
        everyday: Sequence[str],
        plan: Plan,
        device: str,
    ) -> None:
        import torch

        torch.manual_seed(plan.seed)
        self.chance = random.Random(plan.seed)
        self.model, self.tokenizer, self.plan, self.device = model, tokenizer, plan, device
        self.examples, self.everyday = examples, everyday
        self.intents = sorted({example.intent for example in examples})
        labels = [label_of(intent)[0] for intent in self.intents]
        self.labelled = all(label in LABELS for label in labels)
        if everyday and not self.labelled:
            strange = sorted(set(self.intents) - set(INTENTS))
            raise ValueError(f"everyday messages need intents of the policy, not {strange[0]!r}")
        self.harmless = [e.text for e in examples if e.intent.startswith(_HARMLESS)]
        # Words keep the meaning they have: what is rare here would otherwise drift.
        model.embeddings.requires_grad_(False)
        size = model.config.hidden_size
        self.head = torch.nn.Linear(size, len(self.intents)).to(device)
        self.scale = torch.nn.Parameter(torch.tensor(12.0, device=device))
        numbers = [LABELS.index(label) if self.labelled else 0 for label in labels]
        self.labels = torch.tensor(numbers, device=device)

    def run(self) -> None:
        import torch

        plan = self.plan
        steps = plan.epochs * -(-len(self.examples) // plan.batch)
        optimiser = torch.optim.AdamW(
            [
                {"params": self.model.encoder.parameters(), "lr": plan.rate, "weight_decay": 0.01},
                {
                    "params": [*self.head.parameters(), self.scale],
                    "lr": plan.head_rate,
                    "weight_decay": 0.0,
                },
            ]
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, [plan.rate, plan.head_rate], total_steps=steps, pct_start=0.1
        )
        self.model.train()
        with tqdm(total=steps, unit="step", mininterval=5) as bar:
            for _ in range(plan.epochs):
                for batch in _batches(self.examples, plan.batch, self.chance):
                    loss = self._loss(batch)
                    loss.backward()
                    torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                    optimiser.step()
                    schedule.step()
                    optimiser.zero_grad()
                    bar.update()
                    if bar.n % 50 == 0:
                        bar.set_postfix(loss=f"{loss.item():.2f}")

    def _loss(self, batch: Sequence[Example]) -> Any:
        import torch
        from torch.nn import functional

        plan = self.plan
        twice = [*batch, *batch]
        others = self.chance.sample(
            self.everyday, min(len(self.everyday), int(plan.everyday_share * plan.batch))
        )
        texts = [disturbed(e, self.harmless, self.chance) for e in twice] + list(others)
        logits = self.logits(texts)
        own = logits[: len(twice)]
        wanted = torch.tensor([self.intents.index(e.intent) for e in twice], device=self.device)
        loss = functional.cross_entropy(own, wanted, label_smoothing=plan.smoothing)
        if self.labelled:
            loss = loss + plan.label_loss * functional.cross_entropy(
                self.by_label(own), self.labels[wanted]
            )
        first, second = (functional.log_softmax(part, 1) for part in own.chunk(2))
        for one, other in ((first, second), (second, first)):
            loss = loss + plan.agreement / 2 * functional.kl_div(
                one, other, reduction="batchmean", log_target=True
            )
        if others:
            by_label = functional.log_softmax(self.by_label(logits[len(twice) :]), 1)
            allowed = [LABELS.index(label) for label in _EVERYDAY]
            loss = loss - plan.label_loss * by_label[:, allowed].logsumexp(1).mean()
        return loss

    def by_label(self, logits: Any) -> Any:
        """Logits (texts, intents) to (texts, labels)."""
        import torch

        return torch.stack(
            [logits[:, self.labels == n].logsumexp(1) for n in range(len(LABELS))], dim=1
        )

    def logits(self, texts: Sequence[str]) -> Any:
        import torch
        from torch.nn import functional

        tokens = self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.plan.tokens,
            return_tensors="pt",
        ).to(self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            states = self.model(**tokens).last_hidden_state
        mask = tokens["attention_mask"][..., None].float()
        vectors = functional.normalize((states.float() * mask).sum(1) / mask.sum(1), dim=1)
        vectors = functional.dropout(vectors, 0.1, training=self.model.training)
        return self.head(vectors * self.scale)

    def log_probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What the tuned model and its head say, shape (texts, intents), in the order of
        `intents`."""
        self.model.eval()
        # Like lengths side by side, or most of a batch is padding.
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        found = np.zeros((len(texts), len(self.intents)), np.float32)
        with _no_gradients():
            for start in range(0, len(order), self.plan.batch):
                places = order[start : start + self.plan.batch]
                logits = self.logits([texts[n] for n in places]).float()
                found[places] = logits.log_softmax(1).cpu().numpy()
        return found


def _no_gradients() -> Any:
    import torch

    return torch.no_grad()


def _batches(
    examples: Sequence[Example], size: int, chance: random.Random
) -> Iterator[list[Example]]:
    """Batches of about one length (padding is wasted work), in random order."""
    order = sorted(examples, key=lambda e: len(e.text) * chance.uniform(0.8, 1.25))
    starts = list(range(0, len(order), size))
    chance.shuffle(starts)
    for start in starts:
        yield order[start : start + size]


def export(base: Path, tuned: Path, target: Path = ENCODER) -> None:
    """Quantise a tuned model to int8 ONNX and put it, whole, in place of the target; `tuned` holds
    the parts that training wrote.
    """
    from transformers import AutoModel

    from index.embedder import fingerprint_of
    from index.onnx_model import quantised
    from index.tuning import parts

    model = AutoModel.from_pretrained(base, add_pooling_layer=False).float()
    parts.load(model, tuned)
    with tempfile.TemporaryDirectory() as making:
        whole = Path(making) / "model"
        shutil.copytree(base, whole)
        model.save_pretrained(whole)
        made = quantised(whole, Path(making), fingerprint_of(whole))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.safety.tune", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="tune a base model")
    training.add_argument("--base", type=Path, required=True)
    training.add_argument("--out", type=Path, required=True)
    training.add_argument("--data", type=Path, help="folder of the public data: everyday messages")
    training.add_argument("--device", default="cpu", help="cpu or cuda")
    for name, value in vars(Plan()).items():
        training.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    exporting = commands.add_parser("export", help="int8 ONNX of a tuned model")
    exporting.add_argument("--base", type=Path, required=True)
    exporting.add_argument("--tuned", type=Path, required=True)
    exporting.add_argument("--out", type=Path, default=ENCODER)
    options = parser.parse_args(arguments)
    if options.command == "export":
        export(options.base, options.tuned, options.out)
        return 0
    plan = Plan(**{name: getattr(options, name) for name in vars(Plan())})
    everyday = read_everyday(options.data) if options.data else ()
    train(options.base, options.out, plan, everyday, options.device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
