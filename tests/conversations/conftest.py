"""The whole assistant, as real processes on free ports with a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.parts import MODEL, actions, environment, write_endpoints

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Visitor:
    """One conversation over the visitor API."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        started = client.post("/api/conversations").raise_for_status().json()
        self.id: str = started["conversation_id"]
        self.headers = {"Authorization": f"Bearer {started['token']}"}

    def post(
        self, text: object, message_id: str | None = None, wait: bool = True
    ) -> httpx.Response:
        return self.client.post(
            f"/api/conversations/{self.id}/messages",
            params={"wait": "true"} if wait else {},
            headers=self.headers,
            json={"message_id": message_id or uuid.uuid4().hex, "text": text},
        )

    def say(self, text: str) -> dict[str, Any]:
        """Says something and returns the one reply to it."""
        answer = self.post(text)
        assert answer.status_code == 200, answer.text
        (reply,) = answer.json()["replies"]
        assert isinstance(reply, dict)
        return reply

    def events(self, last: str = "0", until: int = 1, seconds: float = 15) -> list[dict[str, Any]]:
        """The messages after `last`, until there are so many."""
        found: list[dict[str, Any]] = []
        with self.client.stream(
            "GET",
            f"/api/conversations/{self.id}/events",
            headers={**self.headers, "Last-Event-ID": last},
            timeout=seconds,
        ) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    found.append(httpx.Response(200, content=line[5:]).json())
                if len(found) >= until:
                    break
        return found


class Assistant:
    """Rasa, the action server and the desk; each can be stopped and started by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("rasa", "actions", "desk")}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.database = f"sqlite:///{folder / 'desk.db'}"
        write_endpoints(folder, self.ports["actions"])
        self.client = httpx.Client(base_url=self.url("desk"), timeout=60)
        self.environ = {
            **environment(),
            "DATABASE_URL": self.database,
            "RASA_URL": self.url("rasa"),
            "ACTIONS_URL": self.url("actions"),
            "PORT": str(self.ports["desk"]),
            "DESK_RATE_LIMIT": "0",
            "DESK_SECRET": "a secret for tests only",
        }

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def command(self, name: str) -> list[str]:
        port = str(self.ports[name.removeprefix("plain ")])
        commands = {
            "rasa": ["bot.rasa", "run", "--model", MODEL, "-i", "127.0.0.1", "-p", port,
                     "--endpoints", str(self.folder / "endpoints.yml")],
            "actions": actions(int(port), self.folder).command[2:],
            "plain actions": ["rasa_sdk", "--actions", "bot.actions", "-p", port],
            "desk": ["desk", "serve"],
        }  # fmt: skip
        return [sys.executable, "-m", *commands[name]]

    def start(self, *names: str) -> None:
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.command(name), cwd=ROOT, env=self.environ, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
        health = {"rasa": "/", "actions": "/health", "desk": "/healthz"}
        for name in names:
            plain = name.removeprefix("plain ")
            self.wait(f"{self.url(plain)}{health[plain]}", name)

    def wait(self, address: str, name: str, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.running[name].poll() is None, self.log(name)
            try:
                if httpx.get(address, timeout=5).status_code in (200, 503):
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"{name} did not start: {self.log(name)}")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def stop(self, *names: str, how: signal.Signals = signal.SIGTERM) -> None:
        for name in names:
            process = self.running.pop(name)
            os.killpg(process.pid, how)
            process.wait(20)

    def cli(self, *arguments: str) -> str:
        """`python -m desk ...` on the same database."""
        done = subprocess.run(
            [sys.executable, "-m", "desk", *arguments], cwd=ROOT, env=self.environ,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def visitor(self) -> Visitor:
        return Visitor(self.client)


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    assert (ROOT / MODEL).exists(), "train first: make train"
    everything = Assistant(tmp_path_factory.mktemp("assistant"))
    try:
        everything.start("rasa", "actions", "desk")
        yield everything
    finally:
        everything.client.close()
        everything.stop(*list(everything.running))


@pytest.fixture
def visitor(assistant: Assistant) -> Visitor:
    return assistant.visitor()
