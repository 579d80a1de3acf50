"""Slack's settings, from the environment. A wrong one leaves Slack off, never the desk."""

from __future__ import annotations

import os
import re
from functools import partial

from pydantic import BaseSettings, Field, SecretStr, ValidationError, validator

from desk.errors import SettingsError

API_URL = "https://slack.com/api/"
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
_ON_CALL = re.compile(r"[SUW][A-Z0-9]{2,}|here|channel")
_PREFIXES = {"bot_token": "xoxb-", "app_token": "xapp-"}

_secret = partial(Field, default=SecretStr(""))


class SlackSettings(BaseSettings):
    """Each field names its variable and, in `description`, what is allowed."""

    bot_token: SecretStr = _secret(
        env="SLACK_BOT_TOKEN", description="xoxb-..., from the app's page OAuth & Permissions"
    )
    signing_secret: SecretStr = _secret(
        env="SLACK_SIGNING_SECRET", description="from the app's page Basic Information"
    )
    app_token: SecretStr = _secret(
        env="SLACK_APP_TOKEN", description="xapp-..., with connections:write, for Socket Mode"
    )
    channel: str = Field(
        default="",
        env="SLACK_CHANNEL",
        description="the id of the staff channel, like C0123456789 (About, at the bottom)",
    )
    allegations_channel: str = Field(
        default="",
        env="SLACK_ALLEGATIONS_CHANNEL",
        description="the id of the channel for allegations against staff; unset, none is posted",
    )
    on_call: str = Field(
        default="",
        env="SLACK_ON_CALL",
        description="whom urgent cases mention: a user group's or a person's id (S..., U...),"
        " here or channel",
    )
    show_words: bool = Field(
        default=False,
        env="SLACK_SHOW_WORDS",
        description="1 to show what visitors and staff write in the staff channel, else 0",
    )
    thread_replies: bool = Field(
        default=False,
        env="SLACK_THREAD_REPLIES",
        description="1 to send what the holder of a case writes in its thread to the visitor,"
        " 0 to keep it as a note",
    )
    api_url: str = Field(default=API_URL, env="SLACK_API_URL", description=f"like {API_URL}")

    @validator("bot_token", "app_token")
    def _begins_right(cls, value: SecretStr, field: object) -> SecretStr:
        prefix = _PREFIXES[field.name]  # type: ignore[attr-defined]
        if value.get_secret_value() and not value.get_secret_value().startswith(prefix):
            raise ValueError(f"it does not begin with {prefix}")
        return value

    @validator("channel", "allegations_channel")
    def _is_channel(cls, value: str) -> str:
        if value and not _CHANNEL.fullmatch(value):
            raise ValueError("it is no channel's id")
        return value

    @validator("on_call")
    def _is_mentionable(cls, value: str) -> str:
        if value and not _ON_CALL.fullmatch(value):
            raise ValueError("nobody can be mentioned so")
        return value

    @validator("api_url")
    def _ends_with_a_slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be set before Slack works; empty when nothing has."""
        hears = self.signing_secret.get_secret_value() or self.app_token.get_secret_value()
        found = [] if self.bot_token.get_secret_value() else ["SLACK_BOT_TOKEN"]
        return (*found, *([] if hears else ["SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"]))

    @property
    def is_on(self) -> bool:
        return not self.missing

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that get cards."""
        return tuple(filter(None, (self.channel, self.allegations_channel)))


def load_slack_settings() -> SlackSettings:
    """Raises SettingsError, which names every variable with a bad value."""
    try:
        return SlackSettings()
    except ValidationError as error:
        problems = (_explain(item["loc"][0], item["msg"]) for item in error.errors())
        raise SettingsError(" ".join(problems)) from None


def _explain(name: int | str, problem: str) -> str:
    field = SlackSettings.__fields__[str(name)]
    variable = field.field_info.extra["env"]
    value = "(hidden)" if field.type_ is SecretStr else repr(os.environ.get(variable))
    return f"{variable}={value} is not allowed: {problem}. Allowed: {field.field_info.description}."
