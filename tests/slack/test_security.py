"""Nobody but Slack is heard at Slack's door."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest

from tests.desk.conftest import FakeRasa
from tests.slack.conftest import ANN, Clinic
from tests.slack.slack_server import SlackServer, event_body, signed

PATH = "/slack/events"


def question(slack: SlackServer) -> str:
    channel = slack.space.direct(ANN).id
    event = {"type": "message", "channel": channel, "channel_type": "im", "user": ANN,
             "text": "how long?", "ts": slack.space.tick()}  # fmt: skip
    return json.dumps(event_body(event))


def post(clinic: Clinic, content: str, headers: dict[str, str]) -> httpx.Response:
    kind = {"Content-Type": "application/json"}
    return clinic.service.client.post(PATH, content=content, headers={**kind, **headers})


def test_a_signature_that_is_true_is_taken(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    content = question(slack)
    assert post(open_clinic, content, signed(content)).status_code == 200
    open_clinic.idle()
    assert len(rasa.requests) == 1


@pytest.mark.parametrize(
    "headers",
    [
        lambda content: {},
        lambda content: signed(content, secret="another secret"),
        lambda content: signed(content + " "),
        lambda content: signed(content, at=time.time() - 5 * 60 - 2),
        lambda content: signed(content, at=time.time() + 5 * 60 + 2),
        lambda content: {**signed(content), "X-Slack-Request-Timestamp": "soon"},
        lambda content: {**signed(content), "X-Slack-Signature": "v0="},
    ],
    ids=["missing", "another secret", "another body", "old", "early", "no time", "empty"],
)
def test_a_signature_that_is_false_or_old_is_refused(
    open_clinic: Clinic,
    slack: SlackServer,
    rasa: FakeRasa,
    headers: Callable[[str], dict[str, str]],
) -> None:
    content = question(slack)
    assert post(open_clinic, content, headers(content)).status_code == 401
    open_clinic.idle()
    assert rasa.requests == []


def test_what_only_claims_to_be_a_check_of_the_certificate_does_nothing(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    """Those come unsigned."""
    content = json.dumps({**json.loads(question(slack)), "ssl_check": "1"})
    assert post(open_clinic, content, {}).status_code == 401
    forged = {"payload": json.dumps({"type": "block_actions"}), "ssl_check": "1"}
    answer = open_clinic.service.client.post(PATH, data=forged)
    assert answer.status_code == 200
    open_clinic.idle()
    assert rasa.requests == []


def test_slacks_question_whether_the_address_is_ours_is_answered(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    content = json.dumps({"type": "url_verification", "token": "old", "challenge": "abc"})
    answer = post(open_clinic, content, signed(content))
    assert answer.status_code == 200
    assert "abc" in answer.text
    assert post(open_clinic, content, {}).status_code == 401


@pytest.mark.parametrize("content", ["", "no JSON", "[]", "{}", '{"event": 1}', "\x00"])
def test_what_makes_no_sense_breaks_nothing(
    open_clinic: Clinic, slack: SlackServer, content: str
) -> None:
    assert post(open_clinic, content, signed(content)).status_code in (200, 400, 404)
    large = "x" * (1024 * 1024 + 1)
    assert post(open_clinic, large, signed(large)).status_code == 413
    assert open_clinic.service.client.post(PATH, content=b"\xff").status_code == 401
    assert open_clinic.service.client.get(PATH).status_code == 405
    body = urlencode({"payload": "{}"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = open_clinic.service.client.post(PATH, content=body, headers={**form, **signed(body)})
    assert answer.status_code in (200, 404)


def test_without_slack_the_door_is_shut_and_all_else_works(
    clinic: Callable[[], Clinic],
    slack: SlackServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    with caplog.at_level("INFO"):
        open_clinic = clinic()
    assert "Slack is off: SLACK_BOT_TOKEN not set. desk/slack/README.md" in caplog.text
    content = question(slack)
    assert post(open_clinic, content, signed(content)).status_code == 404
    visitor = open_clinic.visitor()
    assert visitor.say("hello")
    open_clinic.ask_person(visitor)
    assert slack.space.calls == []


def test_a_wrong_setting_leaves_slack_off_and_the_desk_on(
    clinic: Callable[[], Clinic],
    slack: SlackServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "a secret in the wrong place")
    monkeypatch.setenv("SLACK_CHANNEL", "#front-desk")
    open_clinic = clinic()
    assert "SLACK_BOT_TOKEN=(hidden) is not allowed: it does not begin with xoxb-" in caplog.text
    assert "SLACK_CHANNEL='#front-desk' is not allowed" in caplog.text
    assert "wrong place" not in caplog.text
    assert open_clinic.visitor().say("hello")


def test_nothing_that_anybody_wrote_is_logged(
    clinic: Callable[[], Clinic], slack: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        open_clinic = clinic()
        slack.say(ANN, slack.space.direct(ANN).id, "my private words")
        case_id = open_clinic.ask_person(open_clinic.visitor())
        slack.say(ANN, "C0STAFF", "my private words", open_clinic.card(case_id)["ts"])
        open_clinic.idle()
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("desk")]
    assert not any("private words" in line for line in ours)
