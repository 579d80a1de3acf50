"""What `python -m desk doctor` looks at in Slack: token, scopes, channels, clock, on-call group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import yaml

from desk.errors import SettingsError
from desk.findings import Finding
from desk.slack.refusals import advice
from desk.slack.settings import SlackSettings, load_slack_settings
from desk.slack.web import SlackAway, SlackError, SlackRefused, Web

PART = "slack"
MANIFEST = Path(__file__).parent / "manifest.yml"
GUIDE = "desk/slack/README.md says how to set it up"
CLOCK_SECONDS = 60.0  # Slack's signatures are good for five minutes
SECONDS = 10.0


def slack_findings() -> Iterator[Finding]:
    """One finding or more; a single one where Slack is off."""
    try:
        settings = load_slack_settings()
    except SettingsError as error:
        yield Finding(PART, "fail", str(error))
        return
    if not settings.is_on:
        missing = ", ".join(settings.missing)
        grade = "warn" if settings.bot_token.get_secret_value() or settings.channel else "ok"
        yield Finding(PART, grade, f"off: {missing} not set; {GUIDE}")  # type: ignore[arg-type]
        return
    yield from asyncio.run(_all(settings))


async def _all(settings: SlackSettings) -> list[Finding]:
    web = Web(settings.bot_token.get_secret_value(), settings.api_url)
    web.open()
    try:
        return [one async for one in _examined(web, settings)]
    finally:
        await web.close()


async def _examined(web: Web, settings: SlackSettings) -> AsyncIterator[Finding]:
    try:
        answer = await asyncio.wait_for(web.call("auth.test"), SECONDS)
    except asyncio.TimeoutError:
        yield Finding(PART, "fail", f"no answer from {settings.api_url} in {SECONDS:g} s")
        return
    except SlackError as error:
        yield _failed("token", error)
        return
    yield Finding(
        PART, "ok", f"token: {answer.get('team', '?')}, as {answer.get('user', 'the app')}"
    )
    yield _scopes(web)
    yield _clock(web)
    async for finding in _channels(web, settings):
        yield finding
    async for finding in _ways(web, settings):
        yield finding
    async for finding in _on_call(web, settings):
        yield finding


def _scopes(web: Web) -> Finding:
    missing = sorted(wanted_scopes() - web.scopes)
    if not missing:
        return Finding(PART, "ok", "scopes: all that the manifest asks for")
    named = ", ".join(missing)
    return Finding(
        PART,
        "fail",
        f"scopes: {named} missing. Put desk/slack/manifest.yml in as the app's manifest, and"
        " install the app again",
    )


def _clock(web: Web) -> Finding:
    ahead = web.clock_difference or 0.0
    if abs(ahead) <= CLOCK_SECONDS:
        return Finding(PART, "ok", f"clock: within {CLOCK_SECONDS:g} s of Slack's")
    way = "ahead of" if ahead > 0 else "behind"
    return Finding(
        PART,
        "fail",
        f"clock: {abs(ahead):.0f} s {way} Slack's; from five minutes on everything that Slack"
        " sends is refused. Set it by NTP",
    )


async def _channels(web: Web, settings: SlackSettings) -> AsyncIterator[Finding]:
    names = {
        "SLACK_CHANNEL": settings.channel,
        "SLACK_ALLEGATIONS_CHANNEL": settings.allegations_channel,
    }
    for name, channel in names.items():
        if channel:
            yield await _channel(web, name, channel)
        elif name == "SLACK_CHANNEL":
            yield Finding(PART, "warn", "SLACK_CHANNEL is not set: cases get no cards in Slack")


async def _channel(web: Web, name: str, channel: str) -> Finding:
    try:
        found = (await web.call("conversations.info", channel=channel))["channel"]
    except SlackError as error:
        return _failed(f"{name} {channel}", error)
    if found.get("is_archived"):
        return Finding(PART, "fail", f"{name} {channel}: {advice('is_archived')}")
    if not found.get("is_member"):
        return Finding(PART, "fail", f"{name} {channel}: {advice('not_in_channel')}")
    return Finding(PART, "ok", f"{name} {channel}: the app is in it")


async def _ways(web: Web, settings: SlackSettings) -> AsyncIterator[Finding]:
    """How Slack reaches the desk."""
    token = settings.app_token.get_secret_value()
    if settings.signing_secret.get_secret_value():
        yield Finding(PART, "ok", "HTTP: /slack/events takes what is signed by Slack")
    if token:
        try:
            await web.call("apps.connections.open", token)
        except SlackError as error:
            yield _failed("Socket Mode: SLACK_APP_TOKEN", error)
        else:
            yield Finding(PART, "ok", "Socket Mode: SLACK_APP_TOKEN opens a line")


async def _on_call(web: Web, settings: SlackSettings) -> AsyncIterator[Finding]:
    if not settings.on_call:
        yield Finding(PART, "warn", "SLACK_ON_CALL is not set: urgent cases mention nobody")
        return
    if not settings.on_call.startswith("S"):
        return
    try:
        groups = (await web.call("usergroups.list"))["usergroups"]
    except SlackError as error:
        yield _failed("SLACK_ON_CALL", error)
        return
    if settings.on_call not in {group["id"] for group in groups}:
        yield Finding(
            PART, "fail", f"SLACK_ON_CALL {settings.on_call}: there is no such user group"
        )
    else:
        yield Finding(PART, "ok", f"SLACK_ON_CALL {settings.on_call}: is there")


def wanted_scopes() -> frozenset[str]:
    """The scopes of the manifest."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])


def _failed(what: str, error: SlackError) -> Finding:
    if isinstance(error, SlackRefused):
        return Finding(PART, "fail", f"{what}: Slack says {error.code}. {advice(error.code)}")
    if isinstance(error, SlackAway):
        return Finding(PART, "fail", f"{what}: no answer ({error}). Is the way out open?")
    return Finding(PART, "warn", f"{what}: {error}")
