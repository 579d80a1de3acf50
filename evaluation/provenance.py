"""What a report was made from: the commit, the model, the data files, each with its hash."""

from __future__ import annotations

import hashlib
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from evaluation.messages import ROOT, Message


@dataclass(frozen=True)
class Source:
    """A file: its name, the first 12 digits of its sha256, and how many messages came from it."""

    file: str
    sha256: str
    messages: int


@dataclass(frozen=True)
class Provenance:
    """Everything that has to be the same for the figures to be the same."""

    made_at: str
    commit: str
    model: Source
    data: list[Source]


def provenance(model: Path, messages: Iterable[Message]) -> Provenance:
    counted = Counter(message.file for message in messages)
    return Provenance(
        datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        _commit(),
        _source(model, 0),
        [_source(file, number) for file, number in sorted(counted.items())],
    )


def _source(file: Path, messages: int) -> Source:
    name = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name
    return Source(name, hashlib.sha256(file.read_bytes()).hexdigest()[:12], messages)


def _commit() -> str:
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "not under git"
    return f"{commit} with changes" if _git("status", "--porcelain") else commit


def _git(*arguments: str) -> str:
    command = ("git", *arguments)
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, nothing from outside in it
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
