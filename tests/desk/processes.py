"""Real desk processes and a stand-in for Rasa, to be killed, and visitors who do not give up."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.desk.conftest import SECRET, _free_port

ROOT = Path(__file__).parents[2]
GIVE_UP_SECONDS = 90


class Process:
    """A program on a port of its own, whose output goes to a file."""

    def __init__(self, folder: Path, module: str, *arguments: str, **environ: str) -> None:
        self.port = _free_port()
        self._log = folder / f"{module}-{self.port}.log"
        given = [one.replace("PORT", str(self.port)) for one in arguments]
        self._command = [sys.executable, "-m", module, *given]
        self._environ = {**os.environ, **environ, "PORT": str(self.port)}
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, file_bytes: int | None = None, wait: bool = True) -> None:
        """`file_bytes` is how big a file may get: a full disk, as the program sees it."""

        def limit() -> None:
            if file_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environ, stdout=log, stderr=log,
                preexec_fn=limit,
            )  # fmt: skip
        if wait:
            self.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            assert self._running is not None and self._running.poll() is None, self.log
            try:
                httpx.get(f"{self.url}/healthz", timeout=5, trust_env=False)
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError(f"not up: {self.log}")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._running is not None:
            self._running.send_signal(how)
            self._running.wait(30)
            self._running = None

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")


def desk(folder: Path, rasa: Process, database_url: str, **environ: str) -> Process:
    given = {
        "DATABASE_URL": database_url,
        "DESK_SECRET": SECRET,
        "DESK_RATE_LIMIT": "0",
        "DESK_REPLY_SECONDS": "4",
        "DESK_LOG_FORMAT": "json",
        "RASA_URL": rasa.url,
        "ACTIONS_URL": rasa.url,
        **environ,
    }
    return Process(folder, "desk", "serve", **given)


def stand_in(folder: Path, delay: float = 0.02) -> Process:
    return Process(folder, "benchmarks.stand_in", "--port", "PORT", "--delay", str(delay))


class Stubborn:
    """A visitor who sends each message until it is acknowledged, to whichever desk is up."""

    def __init__(self, desks: Sequence[Process], number: int) -> None:
        self._desks, self._number = list(desks), number
        self._http = httpx.Client(timeout=5, trust_env=False)
        started = self._insist("POST", "/api/conversations", json={}).json()
        self.id = started["conversation_id"]
        self._path = f"/api/conversations/{self.id}"
        self._headers = {"Authorization": f"Bearer {started['token']}"}
        self.said: list[str] = []

    def say(self, copies: int = 1) -> None:
        text = f"{self._number}.{len(self.said)}.{uuid.uuid4().hex[:6]}"
        body = {"message_id": text, "text": text}
        for _ in range(copies):
            self._insist("POST", f"{self._path}/messages", json=body)
        self.said.append(text)

    def heard(self) -> list[dict[str, Any]]:
        """Every message of the conversation, once each of ours has its reply."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            found = self._insist("GET", f"{self._path}/export").json()["messages"]
            if sum(one["from"] == "bot" for one in found) >= len(self.said):
                return list(found)
            assert time.monotonic() < deadline, json.dumps(found)[-2000:]
            time.sleep(0.2)

    def close(self) -> None:
        self._http.close()

    def _insist(self, method: str, path: str, **more: Any) -> httpx.Response:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        headers = getattr(self, "_headers", {})
        while time.monotonic() < deadline:
            self._desks.append(self._desks.pop(0))
            try:
                response = self._http.request(
                    method, f"{self._desks[0].url}{path}", headers=headers, **more
                )
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if response.status_code in (200, 201, 202):
                return response
            assert response.status_code == 503, response.text
            time.sleep(0.1)
        raise AssertionError(f"{method} {path} was never taken")


def talk(
    desks: Sequence[Process],
    meanwhile: Callable[[], None],
    visitors: int = 6,
    messages: int = 12,
    pause: float = 0.25,
) -> list[Stubborn]:
    """Visitors talk, something happens meanwhile, and all is said in the end."""
    people = [Stubborn(desks, number) for number in range(visitors)]
    problems: list[BaseException] = []

    def run(person: Stubborn) -> None:
        try:
            for number in range(messages):
                person.say(copies=1 + number % 2)
                time.sleep(pause)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    meanwhile()
    for thread in threads:
        thread.join(GIVE_UP_SECONDS)
    assert not problems, problems
    return people


def check(people: Sequence[Stubborn], *, answered: bool = True) -> None:
    """Every message is there once and in order, and so is its reply. `answered`: by the
    assistant, else by it or by the safe text.
    """
    for person in people:
        found = person.heard()
        said = [one["text"] for one in found if one["from"] == "visitor"]
        replies = [one["text"] for one in found if one["from"] == "bot"]
        assert said == person.said
        assert len(replies) == len(said)
        ids = [one["id"] for one in found]
        assert ids == sorted(set(ids))
        for text, reply in zip(said, replies, strict=True):
            known = reply == f"re: {text}"
            assert known or (not answered and "911" in reply), (text, reply)
        person.close()
