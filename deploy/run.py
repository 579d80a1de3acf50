"""Starts every part on this machine, side by side, and stops all of them on Ctrl-C.

`python -m deploy.run` is what `make run` calls; `--shell` is `make shell`: the action server, and
`rasa shell` in the foreground. A part that ends is started again.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time

from deploy.parts import MODEL, environment, is_up, parts
from deploy.supervise import PartFailed, Process, Watch, check_ports, start, stop, wait_until_up


def run(port: int) -> int:
    """Every part, until Ctrl-C."""
    wanted = parts(port)
    check_ports(wanted)
    began = time.monotonic()
    running: dict[str, Process] = {}
    print("Starting Rasa, the action server and the desk ...", flush=True)
    try:
        for part in wanted:
            running[part.name] = start(part, environment())
        wait_until_up(running, wanted)
        print(
            f"Up after {time.monotonic() - began:.0f} seconds.\n\n"
            f"  Visitors:  http://127.0.0.1:{port}/\n"
            f"  Health:    http://127.0.0.1:{port}/healthz\n"
            f"  Cases:     .venv/bin/python -m desk cases list\n\nCtrl-C stops everything.",
            flush=True,
        )
        watch = Watch(running, wanted, lambda part: start(part, environment()))
        while True:
            watch.look()
            time.sleep(0.2)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        stop(running)


def shell() -> int:
    """`rasa shell`, with an action server beside it unless one is running."""
    actions = parts(0)[1]
    running: dict[str, Process] = {}
    try:
        if not is_up(actions):
            check_ports((actions,))
            running[actions.name] = start(actions, environment())
        command = ("bot.rasa", "shell", "--model", MODEL, "-p", str(_free_port()))
        return subprocess.call((sys.executable, "-m", *command), env=environment())
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
