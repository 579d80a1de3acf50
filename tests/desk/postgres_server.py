"""A throw-away PostgreSQL server of our own, from Debian's programs, which can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest


def programs() -> Path:
    """The folder of the server's programs; skips the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server is installed under /usr/lib/postgresql")
    return found[-1].parent


class PostgresServer:
    """Listens on loopback at `port`; as root it runs as the user postgres, as it insists."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._bin = programs()
        self._folder = Path(f"/tmp/desk-postgresql-{uuid.uuid4().hex[:8]}")  # a socket's path
        self._folder.mkdir(mode=0o700)
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
            self._user = {"user": "postgres"}
        self._run("initdb", "-U", "desk", "--auth=trust", "-E", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://desk@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self._folder} -c fsync=off"
        deadline = time.monotonic() + 30
        while True:  # what was killed holds its shared memory for a moment
            try:
                self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")
                return
            except subprocess.CalledProcessError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                time.sleep(0.3)

    def kill(self) -> None:
        """kill -9 of the server and of every process of it."""
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def set(self, name: str, value: str) -> None:
        """Changes a setting of the running server."""
        with (self._folder / "data" / "postgresql.conf").open("a") as file:
            file.write(f"{name} = {value}\n")
        self._run("pg_ctl", "reload")

    def remove(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it is not running
            self._run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self._folder / "data"), *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, cwd="/", **quiet, **self._user)
