"""One desk for all tests here: each has cases of its own, and accounts of its own where it closes
or locks one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from desk.cases import Case
from desk.settings import Settings
from tests.desk.conftest import SECRET, FakeRasa, Service

ANN, BEN = "ann@clinic.example", "ben@clinic.example"
PASSWORD = "correct horse battery"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """A browser as far as cookies and forms go; redirects are followed by whoever asks."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.csrf = ""

    def get(self, path: str = "", **headers: str) -> httpx.Response:
        return self.client.get(f"/staff{path}", headers=headers)

    def page(self, path: str = "") -> str:
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return response.text

    def post(self, path: str, **fields: Any) -> httpx.Response:
        return self.client.post(f"/staff{path}", data={"csrf": self.csrf, **fields})

    def try_log_in(self, email: str, password: str, wanted: str = "") -> httpx.Response:
        found = _TOKEN.search(self.page("/login"))
        assert found is not None
        fields = {"email": email, "password": password, "next": wanted, "csrf": found[1]}
        return self.client.post("/staff/login", data=fields)

    def log_in(self, email: str = ANN, password: str = PASSWORD) -> Browser:
        response = self.try_log_in(email, password)
        assert (response.status_code, response.headers["location"]) == (303, "/staff")
        found = _TOKEN.search(self.page())
        assert found is not None
        self.csrf = found[1]
        return self


@pytest.fixture(scope="package")
def assistant() -> FakeRasa:
    return FakeRasa()


@pytest.fixture(scope="package")
def clinic(assistant: FakeRasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A desk with an admin and an agent."""
    folder = tmp_path_factory.mktemp("clinic")
    url = f"sqlite:///{folder}/desk.db"
    service = Service(
        Settings(database_url=url, secret=SECRET, rate_limit=0, index_store=folder / "index"),
        assistant,
    )
    staff = service.app.state.desk.staff
    staff.add(ANN, "Ann Lee", "admin", PASSWORD)
    staff.add(BEN, "Ben Ode", "agent", PASSWORD)
    yield service
    service.stop()


@pytest.fixture
def browser_of_nobody(clinic: Service) -> Iterator[Callable[[], Browser]]:
    """Opens browsers with no cookies."""
    with ExitStack() as stack:
        yield lambda: Browser(stack.enter_context(_client(clinic)))


@pytest.fixture
def ann(browser_of_nobody: Callable[[], Browser]) -> Browser:
    return browser_of_nobody().log_in(ANN)


@pytest.fixture
def ben(browser_of_nobody: Callable[[], Browser]) -> Browser:
    return browser_of_nobody().log_in(BEN)


@pytest.fixture
def newcomer(clinic: Service) -> str:
    """An agent whom only this test knows."""
    email = f"{uuid.uuid4().hex[:8]}@clinic.example"
    clinic.app.state.desk.staff.add(email, "Nell New", "agent", PASSWORD)
    return email


def _client(service: Service) -> httpx.Client:
    return httpx.Client(base_url=service.url, trust_env=False, timeout=20)


@pytest.fixture
def case(clinic: Service) -> Case:
    """One that waits, of a conversation with one message."""
    return open_case(clinic)


def open_case(clinic: Service, text: str = "may I take more?", **more: Any) -> Case:
    desk = clinic.app.state.desk
    talk = desk.store.start("website", "en").id
    desk.store.keep(talk, "m1", text)
    wanted: dict[str, Any] = {"reason": "dosing", "urgency": "normal", **more}
    opened: Case = desk.cases.open(talk, channel="website", **wanted)
    return opened
