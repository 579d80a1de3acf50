"""A handoff played from both sides: the visitor in Chromium, the staff in Slack."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.desk_process import DeskProcess
from tests.browser.desk_thread import DeskThread
from tests.browser.rasa_stand_in import RasaStandIn
from tests.browser.views import PHONE
from tests.slack.conftest import ANN, ANN_MAIL, STAFF, no_proxy, slack, slack_settings
from tests.slack.slack_server import SlackServer, words

__all__ = ["no_proxy", "slack", "slack_settings"]
SECONDS = 20.0


def until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (value := found()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value


def card(slack: SlackServer, saying: str) -> dict[str, Any]:
    """The only card there is, once it says so."""
    found: dict[str, Any] = until(
        lambda: next((one for one in slack.top(STAFF) if saying in words(one)), None)
    )
    assert len(slack.top(STAFF)) == 1
    return found


def thread(slack: SlackServer) -> str:
    return "\n".join(words(one) for one in slack.thread(STAFF, slack.top(STAFF)[0]["ts"]))


@pytest.fixture
def slack_desk(
    slack: SlackServer, rasa: RasaStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DeskThread]:
    """A desk of its own, in whose Slack words are shown."""
    monkeypatch.setenv("SLACK_SHOW_WORDS", "1")
    with DeskThread(tmp_path, rasa.url) as desk:
        desk.desk.staff.add(ANN_MAIL, "Ann")
        slack.events_to = f"{desk.url}/slack/events"
        yield desk


def test_a_visitor_in_the_browser_and_staff_in_slack_play_a_handoff(
    visit: Visits, slack_desk: DeskThread, slack: SlackServer
) -> None:
    widget = visit(slack_desk.url, PHONE).open()
    widget.ask("what dose is right for me?")
    posted = card(slack, "dosing")
    assert "> what dose is right for me?" in words(posted)
    # claimed in Slack, shown to the visitor
    slack.press(ANN, STAFF, posted["ts"], "case_claim")
    card(slack, "claimed by Ann")
    expect(widget.standing).to_contain_text("Ann")
    widget.screenshot("slack-handoff-1-claimed")
    # the visitor writes on; it comes into the thread
    widget.say("I am 80 kilos")
    until(lambda: "> I am 80 kilos" in thread(slack))
    # a note stays among staff, a reply reaches the visitor, and the thread says so
    slack.say(ANN, STAFF, "ask for the chart first", posted["ts"])
    slack.press(ANN, STAFF, posted["ts"], "case_reply")
    until(lambda: slack.space.views.get(ANN))
    slack.submit(ANN, "Your prescriber will call you today.")
    slack.submit(ANN)
    expect(widget.of("staff")).to_have_count(1)
    expect(widget.of("staff")).to_contain_text("Ann")
    expect(widget.of("staff")).to_contain_text("Your prescriber will call you today.")
    until(lambda: "delivered" in thread(slack))
    widget.screenshot("slack-handoff-2-answered")
    # the visitor closes the page: away, until the page is open again
    widget.page.goto("about:blank")
    time.sleep(0.5)
    slack.press(ANN, STAFF, posted["ts"], "case_reply")
    until(lambda: slack.space.views.get(ANN))
    slack.submit(ANN, "One more thing.")
    slack.submit(ANN)
    until(lambda: "visitor away" in thread(slack))
    widget.page.goto(slack_desk.url)
    until(lambda: "visitor away" not in thread(slack))
    if not widget.panel.is_visible():
        widget.open()
    expect(widget.of("staff")).to_have_count(2)
    # handed back with a last sentence; the assistant answers again
    slack.press(ANN, STAFF, posted["ts"], "case_hand_back")
    until(lambda: slack.space.views.get(ANN))
    slack.submit(ANN, "All the best!")
    card(slack, "resolved")
    expect(widget.of("staff")).to_have_count(3)
    widget.ask("what is ketamine?")
    widget.screenshot("slack-handoff-3-handed-back")
    said = " ".join(widget.said())
    assert "chart" not in said  # the note
    for sentence in ("will call you today", "One more thing", "All the best"):
        assert said.count(sentence) == 1
    assert slack.unacknowledged == 0


def test_a_desk_that_is_killed_in_the_middle_of_a_handoff_loses_nothing(
    slack: SlackServer, rasa: RasaStandIn, tmp_path: Path
) -> None:
    """kill -9 while Slack is away, with an acknowledged message not yet dealt with."""
    desk = DeskProcess(tmp_path, rasa.url).start()
    try:
        desk.run("staff", "add", ANN_MAIL, "--name", "Ann")
        slack.events_to = f"{desk.url}/slack/events"
        with httpx.Client(base_url=desk.url, trust_env=False) as client:
            start = client.post("/api/conversations").json()
            path = f"/api/conversations/{start['conversation_id']}"
            client.headers["Authorization"] = f"Bearer {start['token']}"
            client.post(f"{path}/person", json={"message_id": "m1"})
            posted = card(slack, "waiting for a person")
            until(lambda: "chat.postMessage" in [name for name, _ in slack.space.calls])
            slack.trouble = "unavailable"
            slack.say(ANN, STAFF, "I take this one", posted["ts"])
            slack.press(ANN, STAFF, posted["ts"], "case_claim")
            client.post(f"{path}/messages", json={"message_id": "m2", "text": "are you there?"})
            desk.stop(signal.SIGKILL)
            slack.trouble = ""
            desk.start()
            card(slack, "claimed by Ann")
            until(lambda: "wrote a message" in thread(slack))
            case = words(posted).split("*Case*\n")[1].splitlines()[0]
            until(lambda: desk.run("cases", "show", case).count("I take this one") == 1)
            time.sleep(1)
            assert thread(slack).count("wrote a message") == 1
            assert thread(slack).count("has claimed") == 1
            assert desk.run("cases", "show", case).count("I take this one") == 1
    finally:
        desk.stop()
