"""python -m index.tuning prepare | train | export; see the package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CORPUS = Path("var/tuning/corpus.json")
QUESTIONS = Path("index/tuning/questions")
ALIKE = Path("index/tuning/alike")
PUBLIC = "medquad.jsonl.gz"
TUNED = Path("var/tuning/encoder")


def prepare(options: argparse.Namespace) -> None:
    """Passages and questions into one file, for a machine that has no document loaders."""
    from index.tuning.corpus import gather

    folders = dict(pair.split("=", 1) for pair in options.documents)
    questions, alike = (sorted(of.glob("*.jsonl")) for of in (options.questions, options.alike))
    corpus = gather({name: Path(folder) for name, folder in folders.items()}, questions, alike)
    corpus.save(options.out)
    print(
        f"{len(corpus.questions)} questions over {len(corpus.passages)} folders and "
        f"{len(corpus.alike)} in several wordings: {options.out}"
    )


def train(options: argparse.Namespace) -> None:
    import torch

    from index.tuning import parts
    from index.tuning.corpus import Corpus, MedQuad
    from index.tuning.train import Plan, Trainer

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    plan = Plan(**{name: getattr(options, name) for name in vars(Plan())})
    trainer = Trainer(options.base, plan, device)
    if options.start:
        parts.load(trainer.encoder, *options.start)
    public = MedQuad.read(options.data / PUBLIC) if options.data else None
    trainer.run(Corpus.load(options.corpus), public)
    parts.save(trainer.encoder, options.out)


def export(options: argparse.Namespace) -> None:
    from index.tuning.export import export as write

    write(options.base, options.tuned, options.out)
    print(f"wrote {options.out}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m index.tuning", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare", help="passages and questions into one file")
    preparing.add_argument("--documents", action="append", required=True, metavar="NAME=FOLDER")
    preparing.add_argument("--questions", type=Path, default=QUESTIONS)
    preparing.add_argument("--alike", type=Path, default=ALIKE)
    preparing.add_argument("--out", type=Path, default=CORPUS)
    training = commands.add_parser("train", help="tune a base model")
    from index.tuning.train import Plan

    training.add_argument("--base", type=Path, required=True)
    training.add_argument("--corpus", type=Path, default=CORPUS)
    training.add_argument("--data", type=Path, help=f"the folder with {PUBLIC}")
    training.add_argument("--device")
    training.add_argument("--out", type=Path, default=TUNED)
    training.add_argument(
        "--start", type=Path, nargs="+", help="go on from what `train` wrote, of several the mean"
    )
    for name, value in vars(Plan()).items():
        training.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    exporting = commands.add_parser("export", help="int8 ONNX, of several trainings the mean")
    exporting.add_argument("tuned", type=Path, nargs="*", default=[TUNED])
    exporting.add_argument("--base", type=Path, required=True)
    exporting.add_argument("--out", type=Path, default=Path("index/encoder"))
    options = parser.parse_args(arguments)
    {"prepare": prepare, "train": train, "export": export}[options.command](options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
