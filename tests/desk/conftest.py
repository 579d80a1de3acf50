from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import uvicorn
from sqlalchemy import create_engine

from desk.app import create_app
from desk.database import Database
from desk.serve import configure
from desk.settings import Settings
from tests.desk.postgres_server import PostgresServer

SECRET = "a secret for tests only"


class FakeRasa:
    """Stands in for the Rasa server and the action server: as an httpx transport's handler, and,
    with `post` and `get`, as the session of aiohttp that the desk asks Rasa with."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.delay = 0.0
        self.respond: Callable[[dict[str, Any]], httpx.Response] = self.echo
        self.together: dict[str, int] = {}
        self.most_together = 0
        self.conversations_together = 0
        self.up = {"/": True, "/health": True}

    @staticmethod
    def echo(asked: dict[str, Any]) -> httpx.Response:
        custom = {"outcome": "answer", "citations": [], "buttons": []}
        return httpx.Response(200, json=[{"text": f"re: {asked['message']}"}, {"custom": custom}])

    @staticmethod
    def answer(**custom: Any) -> Callable[[dict[str, Any]], httpx.Response]:
        body = [{"text": "from the bot"}, {"custom": custom}]
        return lambda _asked: httpx.Response(200, json=body)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            if self.up[request.url.path]:
                return httpx.Response(200, text="ok")
            raise httpx.ConnectError("refused")
        asked = json.loads(request.content)
        sender = asked["sender"]
        self.requests.append(asked)
        self.together[sender] = self.together.get(sender, 0) + 1
        self.most_together = max(self.most_together, self.together[sender])
        now = sum(count > 0 for count in self.together.values())
        self.conversations_together = max(self.conversations_together, now)
        try:
            await asyncio.sleep(self.delay)
            return self.respond(asked)
        finally:
            self.together[sender] -= 1

    async def __aenter__(self) -> FakeRasa:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def post(self, url: str, json: object, timeout: object) -> FakeResponse:
        return FakeResponse(self, httpx.Request("POST", url, json=json))

    def get(self, url: str, timeout: object) -> FakeResponse:
        return FakeResponse(self, httpx.Request("GET", url))


class FakeResponse:
    """What aiohttp's session gives for a request: a response, once it is entered."""

    def __init__(
        self, respond: Callable[[httpx.Request], Awaitable[httpx.Response]], request: httpx.Request
    ) -> None:
        self._respond, self._request = respond, request

    async def __aenter__(self) -> FakeResponse:
        try:
            response = await self._respond(self._request)
        except httpx.ConnectError as error:
            raise aiohttp.ClientOSError from error
        self.status, self._content = response.status_code, response.content
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def read(self) -> bytes:
        return self._content


class Service:
    """The desk on a port of its own, in a thread."""

    def __init__(self, settings: Settings, rasa: FakeRasa) -> None:
        self.app = create_app(settings, httpx.MockTransport(rasa), rasa)  # type: ignore[arg-type]
        self._server = uvicorn.Server(configure(self.app, "127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        wait_for(lambda: self._server.started, 60)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=20)

    def stop(self) -> None:
        self.client.close()
        self.app.state.desk.events.close()
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()


class Visitor:
    """One conversation over the visitor API."""

    def __init__(self, service: Service, **body: Any) -> None:
        self.client = service.client
        started = self.client.post("/api/conversations", json=body).json()
        self.id, self.token = started["conversation_id"], started["token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}
        self.messages = f"/api/conversations/{self.id}/messages"
        self.events = f"/api/conversations/{self.id}/events"

    def post(self, text: Any, message_id: Any = None, *, wait: bool = True) -> httpx.Response:
        body = {"message_id": uuid.uuid4().hex if message_id is None else message_id, "text": text}
        params = {"wait": "true"} if wait else {}
        return self.client.post(self.messages, json=body, params=params, headers=self.headers)

    def say(self, text: str, message_id: str | None = None) -> list[dict[str, Any]]:
        response = self.post(text, message_id)
        assert response.status_code == 200, response.text
        replies: list[dict[str, Any]] = response.json()["replies"]
        return replies

    def listen(self, count: int, after: int | None = None) -> list[dict[str, Any]]:
        """The next `count` events of the stream."""
        headers = dict(self.headers)
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        events: list[dict[str, Any]] = []
        with self.client.stream("GET", self.events, headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            for line in response.iter_lines():
                if line.startswith("data: "):
                    events.append(json.loads(line[6:]))
                    if len(events) == count:
                        break
        return events


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """What the condition gives once it is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return value


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def settings(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DESK_SECRET", SECRET)
    monkeypatch.setenv("DESK_RATE_LIMIT", "0")
    monkeypatch.setenv("DESK_REPLY_SECONDS", "1")
    return Settings()


@pytest.fixture
def start(rasa: FakeRasa) -> Iterator[Callable[[Settings], Service]]:
    """Starts desks, and stops those that are left at the end."""
    running: list[Service] = []

    def run(settings: Settings) -> Service:
        running.append(Service(settings, rasa))
        return running[-1]

    yield run
    for service in running:
        if not service.client.is_closed:
            service.stop()


@pytest.fixture
def service(start: Callable[[Settings], Service], settings: Settings) -> Service:
    return start(settings)


@pytest.fixture
def visitor(service: Service) -> Visitor:
    return Visitor(service)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database on a throw-away server."""
    server = PostgresServer(_free_port())
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url
    url: str = request.getfixturevalue("empty_server_url")
    return url


@pytest.fixture
def empty_server_url(postgresql: str) -> str:
    """The URL of an empty database on the PostgreSQL server."""
    name = f"desk_{uuid.uuid4().hex}"  # a schema is made faster than a database
    engine = create_engine(postgresql, future=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    engine.dispose()
    return f"{postgresql}?options=-csearch_path%3D{name}"


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    """A database with its tables, of each kind in turn."""
    database = Database(empty_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def free_port() -> int:
    return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
