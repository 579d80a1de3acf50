"""The desk and the stand-in for Rasa, started for a benchmark and stopped after it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import httpx

from benchmarks.errors import BenchmarkFailed

ROOT = Path(__file__).parents[1]
START_SECONDS = 120


class Stage:
    """Both are up inside a `with` block."""

    def __init__(self, delay: float, database_url: str = "") -> None:
        self._delay, self._database_url = delay, database_url
        self._folder = tempfile.TemporaryDirectory(prefix="desk-visitors-")
        self._running: list[subprocess.Popen[bytes]] = []
        self.rasa_url, self.desk_url = (f"http://127.0.0.1:{_free_port()}" for _ in range(2))

    @property
    def database(self) -> str:
        return "PostgreSQL" if self._database_url.startswith("postgresql") else "SQLite"

    def __enter__(self) -> Stage:
        port = self.rasa_url.rpartition(":")[2]
        self._start("benchmarks.stand_in", "--port", port, "--delay", str(self._delay))
        self._start("desk", "serve")
        try:
            self._wait()
        except BenchmarkFailed:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(30)
        if error is not None:
            lines = self._log.read_text(errors="replace").splitlines()
            bad = [line for line in lines if '"info"' not in line][-20:]
            print("\n".join(line[:400] for line in bad), file=sys.stderr)
        self._folder.cleanup()

    @property
    def _log(self) -> Path:
        return Path(self._folder.name) / "log"

    def _start(self, module: str, *arguments: str) -> None:
        environ = {
            **os.environ,
            "DATABASE_URL": self._database_url or f"sqlite:///{self._folder.name}/desk.db",
            "DESK_SECRET": "for this benchmark alone",
            "DESK_RATE_LIMIT": "0",
            "RASA_URL": self.rasa_url,
            "ACTIONS_URL": self.rasa_url,
            "PORT": self.desk_url.rpartition(":")[2],
        }
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", module, *arguments]
            self._running.append(
                subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in self._running):
                break
            try:
                if httpx.get(f"{self.desk_url}/healthz", trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise BenchmarkFailed(f"did not start: {self._log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
