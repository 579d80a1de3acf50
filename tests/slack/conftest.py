from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from desk.parts import Desk
from desk.settings import Settings
from desk.slack import service as slack_service
from desk.slack.sender import Timing
from desk.slack.service import Clocks
from tests.desk import conftest as desk_conftest
from tests.desk.conftest import FakeRasa, Service, Visitor, settings, sqlite_url
from tests.slack.slack_server import SIGNING_SECRET, SlackServer, words
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, BOT_USER

__all__ = ["settings", "sqlite_url"]

MANIFEST = Path(__file__).parents[2] / "desk" / "slack" / "manifest.yml"
STAFF, OTHER = "C0STAFF", "C0OTHER"
ANN, BEN, EVE = "U0ANN", "U0BEN", "U0EVE"
ANN_MAIL, BEN_MAIL = "ann@clinic.example", "ben@clinic.example"
FAST = Clocks(
    sending=Timing(first_pause=0.1, longest_pause=0.4, settings_pause=0.3,
                   posts_per_second=1000, burst=1000),
    lease_seconds=2.0, renew_seconds=0.3, patience_seconds=1.0, retry_seconds=0.1,
)  # fmt: skip


def wait_for(condition: Callable[[], Any], seconds: float = 40) -> Any:
    """What the condition gives once it is true; patient, for machines that others use as well."""
    return desk_conftest.wait_for(condition, seconds)


def granted() -> set[str]:
    """The scopes that the manifest asks for: what needs more fails here as it would there."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return set(manifest["oauth_config"]["scopes"]["bot"])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    server = SlackServer(granted())
    space = server.space
    space.add_user(BOT_USER, None, is_bot=True)
    space.add_user(ANN, ANN_MAIL)
    space.add_user(BEN, BEN_MAIL)
    space.add_user(EVE, "eve@elsewhere.example")
    for channel in (STAFF, OTHER):
        space.add_channel(channel, ANN, BEN, EVE, BOT_USER)
    for user in (ANN, BEN, EVE):
        space.direct(user)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def slack_settings(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP; a test that wants Socket Mode says so. Times are short."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SIGNING_SECRET)
    monkeypatch.delenv("SLACK_APP_TOKEN", raising=False)
    monkeypatch.setenv("SLACK_CHANNEL", STAFF)
    monkeypatch.setenv("SLACK_ON_CALL", "S0ONCALL")
    monkeypatch.setenv("SLACK_API_URL", slack.api_url)
    monkeypatch.setenv("DESK_PUBLIC_URL", "https://desk.clinic.example")
    for name in ("SLACK_SHOW_WORDS", "SLACK_THREAD_REPLIES", "SLACK_ALLEGATIONS_CHANNEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(slack_service, "Clocks", lambda: FAST)


@pytest.fixture
def socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.delenv("SLACK_SIGNING_SECRET")


class Clinic:
    """The desk with its Slack, a staff of two with accounts, one without."""

    def __init__(self, settings: Settings, rasa: FakeRasa, slack: SlackServer) -> None:
        self.settings, self.rasa, self.slack = settings, rasa, slack
        self.start()
        self.desk.staff.add(ANN_MAIL, "Ann", "admin")
        self.desk.staff.add(BEN_MAIL, "Ben")

    def start(self) -> None:
        self.service = Service(self.settings, self.rasa)
        self.desk: Desk = self.service.app.state.desk
        if self.desk.slack.hears_http:
            self.slack.events_to = f"{self.service.url}/slack/events"

    def stop(self) -> None:
        self.service.stop()

    def visitor(self) -> Visitor:
        return Visitor(self.service)

    def ask_person(self, visitor: Visitor) -> str:
        """The visitor asks for a person; the case."""
        path = f"/api/conversations/{visitor.id}/person"
        body = {"message_id": uuid.uuid4().hex}
        answer = visitor.client.post(path, json=body, headers=visitor.headers)
        return str(answer.raise_for_status().json()["case_id"])

    def card(self, case_id: str, saying: str = "") -> dict[str, Any]:
        """The case's card, once it says so."""

        def found() -> dict[str, Any] | None:
            cards = [one for one in self.slack.top(STAFF) if case_id in words(one)]
            assert len(cards) <= 1, "a case has one card"
            return cards[0] if cards and saying in words(cards[0]) else None

        card: dict[str, Any] = wait_for(found)
        return card

    def thread(self, case_id: str) -> list[str]:
        return [words(one) for one in self.slack.thread(STAFF, self.card(case_id)["ts"])]

    def press(self, user: str, case_id: str, action: str) -> None:
        self.slack.press(user, STAFF, self.card(case_id)["ts"], f"case_{action}")

    def dialog(self, user: str, case_id: str, action: str) -> dict[str, Any]:
        self.press(user, case_id, action)
        view: dict[str, Any] = wait_for(lambda: self.slack.space.views.get(user))
        return view

    def state(self, case_id: str) -> str:
        return self.desk.cases.get(case_id).state

    def idle(self) -> None:
        """Everything that Slack is to be told was told, everything it sent was dealt with."""

        def quiet() -> bool:
            return self.desk.slack.is_idle()

        wait_for(quiet)


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def clinic(
    settings: Settings, rasa: FakeRasa, slack: SlackServer
) -> Iterator[Callable[[], Clinic]]:
    """Starts the clinic once the environment is as a test wants it; stops what is left."""
    running: list[Clinic] = []

    def start() -> Clinic:
        running.append(Clinic(Settings(), rasa, slack))
        return running[-1]

    yield start
    for one in running:
        if not one.service.client.is_closed:
            one.stop()


@pytest.fixture
def open_clinic(clinic: Callable[[], Clinic]) -> Clinic:
    return clinic()


def replying(outcome: str, text: str = "from the bot", **custom: Any) -> Any:
    """What the assistant says to everything."""
    body = [{"text": text}, {"custom": {"outcome": outcome, **custom}}]
    return lambda _asked: httpx.Response(200, json=body)
