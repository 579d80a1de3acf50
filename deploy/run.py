"""Starts every part on this machine, side by side, and stops all of them on Ctrl-C.

`python -m deploy.run` is what `make run` calls; `--shell` is `make shell`: the action server, and
`rasa shell` in the foreground.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

RASA_PORT: Final = 5005
ACTIONS_PORT: Final = 5055
START_SECONDS: Final = 180
STOP_SECONDS: Final = 10
MODEL: Final = "models/assistant.tar.gz"


class PartFailed(Exception):
    """A part did not start, or its port is taken; the message says which and what to do."""


@dataclass(frozen=True)
class Part:
    """One process: what starts it, the port it listens on, the address that tells it is up."""

    name: str
    command: tuple[str, ...]
    port: int
    health: str


def parts(port: int) -> tuple[Part, ...]:
    """The three parts; only the desk is for visitors, the others stay on loopback."""
    python = sys.executable
    return (
        Part(
            "Rasa",
            (
                python,
                "-m",
                "rasa",
                "run",
                "--model",
                MODEL,
                "-i",
                "127.0.0.1",
                "-p",
                str(RASA_PORT),
            ),
            RASA_PORT,
            f"http://127.0.0.1:{RASA_PORT}/",
        ),
        Part(
            "action server",
            (python, "-m", "rasa_sdk", "--actions", "bot.actions", "-p", str(ACTIONS_PORT)),
            ACTIONS_PORT,
            f"http://127.0.0.1:{ACTIONS_PORT}/health",
        ),
        Part("desk", (python, "-m", "desk", "serve"), port, f"http://127.0.0.1:{port}/healthz"),
    )


def environment() -> dict[str, str]:
    """The environment of every part: loopback, quiet, offline, one compute thread each."""
    return {
        **{
            "SANIC_HOST": "127.0.0.1",
            "RASA_TELEMETRY_ENABLED": "false",
            "HF_HUB_OFFLINE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TOKENIZERS_PARALLELISM": "false",
            "PYTHONWARNINGS": "ignore",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "LOG_LEVEL": "WARNING",
        },
        **os.environ,
    }


def check_ports(wanted: tuple[Part, ...]) -> None:
    """PartFailed when somebody listens already where a part is to listen."""
    for part in wanted:
        if is_taken(part.port):
            raise PartFailed(
                f"port {part.port}, which the {part.name} needs, is taken: is the assistant running"
                " already? Stop it first"
                + (", or choose another PORT=" if part.name == "desk" else "")
            )


def start(part: Part, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts a part in a process group of its own, so that Ctrl-C reaches us alone."""
    return subprocess.Popen(part.command, env=dict(environ), start_new_session=True)


def is_taken(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_up(part: Part) -> bool:
    """Whether a part answers its health address with 200."""
    try:
        with urlopen(part.health, timeout=3) as answer:  # noqa: S310  # loopback http
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def wait_until_up(running: Mapping[str, subprocess.Popen[bytes]], wanted: tuple[Part, ...]) -> None:
    """Waits until the parts answer, and says so one by one; PartFailed when one ends first."""
    missing = list(wanted)
    deadline = time.monotonic() + START_SECONDS
    while missing:
        for part in list(missing):
            if running[part.name].poll() is not None:
                raise PartFailed(f"the {part.name} stopped while starting; its last lines say why")
            if is_up(part):
                missing.remove(part)
                print(f"  {part.name} is up", flush=True)
        if missing and time.monotonic() > deadline:
            names = ", ".join(part.name for part in missing)
            raise PartFailed(f"not up after {START_SECONDS} seconds: {names}")
        time.sleep(0.3)


def stop(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Ends all parts, gently first."""
    for process in running.values():
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)


def watch(running: dict[str, subprocess.Popen[bytes]]) -> int:
    """Until Ctrl-C, or until the desk ends. Without Rasa or the action server visitors get the
    safe text with the crisis numbers, so their end is said and nothing else is stopped."""
    while True:
        for name, process in list(running.items()):
            if process.poll() is None:
                continue
            if name == "desk":
                print("The desk stopped; stopping everything.", file=sys.stderr)
                return 1
            print(
                f"The {name} stopped. Visitors now get the safe text and a case; "
                "start again with `make run`.",
                file=sys.stderr,
                flush=True,
            )
            del running[name]
        time.sleep(0.5)


def run(port: int) -> int:
    """Every part, until Ctrl-C."""
    wanted = parts(port)
    check_ports(wanted)
    running: dict[str, subprocess.Popen[bytes]] = {}
    print("Starting Rasa, the action server and the desk (about 20 seconds) ...", flush=True)
    try:
        for part in wanted:
            running[part.name] = start(part, environment())
        wait_until_up(running, wanted)
        print(
            f"\n  Visitors:  http://127.0.0.1:{port}/\n"
            f"  Health:    http://127.0.0.1:{port}/healthz\n"
            f"  Cases:     .venv/bin/python -m desk cases list\n\nCtrl-C stops everything.",
            flush=True,
        )
        return watch(running)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        stop(running)


def shell() -> int:
    """`rasa shell`, with an action server beside it unless one is running."""
    actions = parts(0)[1]
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        if not is_up(actions):
            check_ports((actions,))
            running[actions.name] = start(actions, environment())
            wait_until_up(running, (actions,))
        command = (sys.executable, "-m", "rasa", "shell", "--model", MODEL, "-p", str(_free_port()))
        return subprocess.call(command, env=environment())
    except KeyboardInterrupt:
        return 0
    finally:
        stop(running)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.run", description=__doc__)
    parser.add_argument(
        "--shell", action="store_true", help="talk to the assistant in the terminal"
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # a background job is started without them
        signal.signal(number, signal.default_int_handler)
    try:
        port = int(os.environ.get("PORT", "8000"))
    except ValueError:
        print(f"PORT must be a number, not {os.environ['PORT']!r}", file=sys.stderr)
        return 2
    try:
        return shell() if options.shell else run(port)
    except PartFailed as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
