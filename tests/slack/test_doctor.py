"""The doctor says what is missing in Slack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from desk.slack import doctor
from desk.slack.doctor import slack_findings, wanted_scopes
from desk.slack.web import Web
from tests.slack.conftest import MANIFEST, STAFF
from tests.slack.slack_server import SlackServer
from tests.slack.workspace import APP_TOKEN, BOT_USER

ROOT = Path(__file__).parents[2]


def told() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"ok": [], "warn": [], "fail": []}
    for one in slack_findings():
        found[one.grade].append(one.says)
    return found


def test_all_is_well(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    found = told()
    assert (found["warn"], found["fail"]) == ([], [])
    for part in ("token", "scopes", "clock", STAFF, "HTTP", "Socket Mode", "S0ONCALL"):
        assert any(part in says for says in found["ok"]), part


def test_slack_that_is_not_set_up_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CHANNEL"):
        monkeypatch.delenv(name)
    assert told()["ok"] == [
        "off: SLACK_BOT_TOKEN, SLACK_APP_TOKEN or SLACK_SIGNING_SECRET not set;"
        " desk/slack/README.md says how to set it up"
    ]


@pytest.mark.parametrize(
    "name, value, says",
    [
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "token: Slack says invalid_auth"),
        ("SLACK_BOT_TOKEN", "wrong", "SLACK_BOT_TOKEN=(hidden) is not allowed"),
        ("SLACK_CHANNEL", "C0NOWHERE", "SLACK_CHANNEL C0NOWHERE: Slack says channel_not_found"),
        ("SLACK_APP_TOKEN", "xapp-wrong", "SLACK_APP_TOKEN: Slack says invalid_auth"),
        ("SLACK_ON_CALL", "S0NOBODY", "there is no such user group"),
        ("SLACK_API_URL", "http://127.0.0.1:9/api/", "no answer"),
    ],
)
def test_what_is_wrong_is_named(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    (failed,) = told()["fail"]
    assert says in failed


def test_what_the_app_lacks_is_named(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slack.space.scopes -= {"users:read.email", "commands"}
    slack.space.channels[STAFF].members.discard(BOT_USER)
    found = told()["fail"]
    assert any("scopes: commands, users:read.email missing" in says for says in found)
    assert any("Invite the app into the channel" in says for says in found)
    monkeypatch.setattr(Web, "clock_difference", 400.0, raising=False)
    monkeypatch.setattr(Web, "_note", lambda *_: None)
    monkeypatch.setattr(doctor, "_scopes", lambda _: doctor.Finding("slack", "ok", ""))
    monkeypatch.setattr(Web, "__init__", _late_clock(Web.__init__))
    assert any("400 s ahead of Slack's" in says for says in told()["fail"])


def _late_clock(begin: object) -> object:
    def begin_late(self: Web, *arguments: object) -> None:
        begin(self, *arguments)  # type: ignore[operator]
        self.clock_difference = 400.0

    return begin_late


def test_the_command_prints_it(
    slack: SlackServer, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    done = subprocess.run(
        [sys.executable, "-m", "desk", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "slack      SLACK_CHANNEL C0STAFF: the app is in it" in done.stdout, done.stderr


def test_the_manifest_asks_for_what_is_used_and_no_more() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    needed = {"app_mention": "app_mentions:read", "message.channels": "channels:history",
              "message.groups": "groups:history", "message.im": "im:history",
              "message.mpim": "mpim:history"}  # fmt: skip
    assert set(events) == set(needed)
    methods = {"chat:write", "im:write", "users:read", "users:read.email", "channels:read",
               "groups:read", "usergroups:read", "commands", "metadata.message:read"}  # fmt: skip
    assert wanted_scopes() == set(needed.values()) | methods
    (shortcut,) = manifest["features"]["shortcuts"]
    assert shortcut["callback_id"] == "ask_about_message"
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/ask"
    assert len(command["usage_hint"]) <= 1000 and len(command["description"]) <= 2000
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(shortcut["name"]) <= 24
