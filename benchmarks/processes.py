"""Starts an assistant's parts for a measurement, weighs them, and ends them whatever happens."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final

import psutil

from benchmarks.errors import BenchmarkFailed
from benchmarks.figures import Memory
from deploy import parts as deployed
from deploy.parts import MODEL, Part, environment, write_endpoints
from deploy.supervise import PartFailed, stop, wait_until_up

ROOT: Final = Path(__file__).parents[1]
LOG_CHARACTERS: Final = 2000
START_SECONDS: Final = 600
"""Stock parts load TensorFlow and torch, which takes minutes on a machine with other work."""

Running = Mapping[str, "subprocess.Popen[bytes]"]


@contextmanager
def ours(folder: Path) -> Iterator[tuple[Running, str, str]]:
    """Our three parts with a database in `folder`; gives them with Rasa's and the desk's address.

    Raises BenchmarkFailed, also where the assistant was not trained.
    """
    if not (ROOT / MODEL).exists():
        raise BenchmarkFailed(f"{MODEL} is missing; train the assistant first: make train")
    rasa, actions, desk = (free_port() for _ in range(3))
    environ = {
        **environment(),
        "DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
        "RASA_URL": address(rasa),
        "ACTIONS_URL": address(actions),
        "HOST": "127.0.0.1",
        "PORT": str(desk),
        "DESK_RATE_LIMIT": "0",
        "DESK_SECRET": secrets.token_hex(),
    }
    parts = (
        deployed.rasa(rasa, write_endpoints(folder, actions)),
        deployed.actions(actions, folder),
        deployed.desk(desk),
    )
    with started(parts, ROOT, environ, folder) as running:
        yield running, address(rasa), address(desk)


@contextmanager
def started(
    parts: tuple[Part, ...],
    cwd: Path,
    environ: Mapping[str, str],
    logs: Path,
    one_after_another: bool = False,
) -> Iterator[Running]:
    """The running parts by name, all of them up; raises BenchmarkFailed with the ends of their
    logs when one did not start."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for part in parts:
            if one_after_another and running:
                _wait(running, parts[: len(running)])
            with _log(logs, part).open("wb") as log:
                running[part.name] = subprocess.Popen(
                    part.command,
                    cwd=cwd,
                    env=dict(environ),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        _wait(running, parts)
        yield running
    except PartFailed as problem:
        ends = (f"{part.name}: {_end(_log(logs, part))}" for part in parts)
        raise BenchmarkFailed("\n".join([str(problem), *ends])) from problem
    finally:
        stop(running)


def _wait(running: Running, parts: tuple[Part, ...]) -> None:
    with redirect_stdout(sys.stderr):  # stdout is for the tables alone
        wait_until_up(running, parts, START_SECONDS)


def memory_of(process: subprocess.Popen[bytes]) -> Memory:
    """Of a process and all it started; raises BenchmarkFailed when it has ended."""
    try:
        parent = psutil.Process(process.pid)
        family = [_memory(one) for one in (parent, *parent.children(recursive=True))]
    except psutil.NoSuchProcess as error:
        raise BenchmarkFailed(f"a process ended during the run: {error}") from error
    return sum(family, Memory(0, 0))


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _log(folder: Path, part: Part) -> Path:
    return folder / f"{part.name}.log"


def _end(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-LOG_CHARACTERS:].strip() if log.exists() else ""


def _memory(process: psutil.Process) -> Memory:
    rss = process.memory_info().rss
    try:
        return Memory(rss, getattr(process.memory_full_info(), "pss", None))
    except psutil.AccessDenied:
        return Memory(rss, None)
