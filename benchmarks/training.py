"""Trains bots for comparison, and tells how long it took.

A trained bot stays in its folder, with the time and with a digest of what it was made of, so that
the next run need not train it again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import yaml

from benchmarks.errors import BenchmarkFailed
from benchmarks.processes import ROOT
from benchmarks.stock import MODEL
from deploy.parts import environment, quiet

OURS: Final = "our pipeline"
STOCK: Final = "the pipeline of `rasa init`"
_RECORD: Final = "trained.json"


def stock(folder: Path, generate: Callable[[Path], None]) -> float:
    """Has `generate` write a bot into `folder` and trains it as Rasa does; returns the seconds.

    Raises BenchmarkFailed.
    """
    return _trained(folder, generate, "rasa", quiet())


def ours(folder: Path, generate: Callable[[Path], None]) -> float:
    """The same data with our pipeline and policies; returns the seconds."""

    def write(folder: Path) -> None:
        generate(folder)
        config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
        for component in config["pipeline"]:
            if "model" in component:
                component["model"] = str(ROOT / component["model"])
        for policy in config["policies"]:
            policy.pop("core_fallback_action_name", None)  # a sentence of our own domain
        (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
        # Our policies follow rules alone, and Rasa refuses stories that nothing learns.
        (folder / "data" / "stories.yml").unlink(missing_ok=True)

    return _trained(folder, write, "bot.rasa", environment())


def _trained(
    folder: Path, generate: Callable[[Path], None], module: str, environ: Mapping[str, str]
) -> float:
    before = _record(folder)
    shutil.rmtree(folder / "new", ignore_errors=True)
    generate(folder / "new")
    digest = _digest(folder / "new")
    if before.get("digest") == digest and (folder / "bot" / MODEL).exists():
        shutil.rmtree(folder / "new")
        return float(before["seconds"])
    shutil.rmtree(folder / "bot", ignore_errors=True)
    (folder / "new").replace(folder / "bot")
    seconds = _train(folder / "bot", module, environ)
    record = json.dumps({"digest": digest, "seconds": seconds})
    (folder / _RECORD).write_text(record, "utf-8")
    return seconds


def _train(folder: Path, module: str, environ: Mapping[str, str]) -> float:
    name = Path(MODEL).name.partition(".")[0]
    began = time.perf_counter()
    done = subprocess.run(
        (sys.executable, "-m", module, "train", "--fixed-model-name", name),
        cwd=folder,
        # Quieter, Rasa draws no progress bars.
        env={**environ, "PYTHONPATH": str(ROOT), "LOG_LEVEL": "INFO"},
        stdout=sys.stderr,
    )
    if done.returncode != 0 or not (folder / MODEL).exists():
        raise BenchmarkFailed(
            f"the bot in {folder} could not be trained; Rasa's messages above say why"
        )
    return time.perf_counter() - began


def _record(folder: Path) -> dict[str, str]:
    file = folder / _RECORD
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\n".encode() + file.read_bytes())
    return digest.hexdigest()
