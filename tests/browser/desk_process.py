"""The real desk in a process of its own, which tests can end, kill and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_SECONDS = 120  # a limit: a machine may be busy with other things


class DeskProcess:
    """`python -m desk serve` on a port of its own; `run` is any other command of the desk."""

    def __init__(self, folder: Path, rasa_url: str, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "desk.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/desk.db",
            "DESK_SECRET": "a secret for tests only",
            "DESK_RATE_LIMIT": "0",
            "DESK_REPLY_SECONDS": "20",
            "RASA_URL": rasa_url,
            "ACTIONS_URL": rasa_url,
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "PYTHONWARNINGS": "ignore",
            **settings,
        }

    def start(self) -> DeskProcess:
        """Returns once it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "desk", "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the desk did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)
        return self

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """Ends it; with SIGKILL as a power cut would."""
        if self._process is None:
            return
        self._process.send_signal(sent)
        self._process.wait(15)
        self._process = None

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """What `python -m desk ARGUMENTS` prints."""
        done = subprocess.run(
            [sys.executable, "-m", "desk", *arguments],
            cwd=ROOT,
            env={**self._environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
