"""The desk's settings, from the environment."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseSettings, Field, SecretStr, ValidationError, validator

from desk.errors import SettingsError

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
_SMTP = re.compile(r"smtps?://\S+")
_URL = re.compile(r"https?://\S+")


class Settings(BaseSettings):
    """Each field names its variable and, in `description`, what is allowed."""

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/desk.db"),
        env="DATABASE_URL",
        description="sqlite:///path/to/file.db or postgresql://user:password@host/name",
    )
    host: str = Field(
        default="127.0.0.1", env="HOST", min_length=1, description="an address or a name"
    )
    port: int = Field(
        default=8000, env="PORT", ge=1, le=65535, description="a number from 1 to 65535"
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        env="DESK_SECRET",
        description="16 characters or more; unset, one is made and kept in var/desk.secret",
    )
    token_days: int = Field(
        default=30, env="DESK_TOKEN_DAYS", ge=1, le=3650, description="days, from 1 to 3650"
    )
    message_chars: int = Field(
        default=4000,
        env="DESK_MESSAGE_CHARS",
        ge=1,
        le=5000,  # so many fit into the 64 KiB of a request even when every one is escaped
        description="characters, from 1 to 5000",
    )
    rate_limit: int = Field(
        default=30,
        env="DESK_RATE_LIMIT",
        ge=0,
        description="messages a minute in a conversation; 0 switches every rate limit off",
    )
    conversation_limit: int = Field(
        default=20,
        env="DESK_CONVERSATION_LIMIT",
        ge=0,
        description="new conversations a minute from an address; 0 for no limit",
    )
    trusted_proxies: str = Field(
        default="",
        env="DESK_TRUSTED_PROXIES",
        description="addresses or networks of reverse proxies whose X-Forwarded-For is believed,"
        " like 10.0.0.0/8, with commas between",
    )
    origins: str = Field(
        default="",
        env="DESK_ORIGINS",
        description="addresses of pages that may call the API, like https://clinic.example,"
        " with commas between",
    )
    rasa_url: str = Field(
        default="http://127.0.0.1:5005",
        env="RASA_URL",
        description="http://host:port of the Rasa server",
    )
    actions_url: str = Field(
        default="http://127.0.0.1:5055/health",
        env="ACTIONS_URL",
        description="http://host:port of the action server",
    )
    reply_seconds: float = Field(
        default=8, env="DESK_REPLY_SECONDS", gt=0, le=120, description="seconds, up to 120"
    )

    clinic_file: Path = Field(
        default=Path("clinic.yml"), env="CLINIC_FILE", description="the clinic's own YAML file"
    )
    country: str = Field(
        default="us",
        env="CLINIC_COUNTRY",
        regex="^[a-z]{2}$",
        description="a country in crisis_lines.yml, like us",
    )

    public_url: str = Field(
        default="",
        env="DESK_PUBLIC_URL",
        description="where staff reach the desk, like https://desk.clinic.example; for links",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        env="DESK_SMTP_URL",
        description="smtp://user:password@host:port or smtps://..., for mail to those on call",
    )
    mail_from: str = Field(
        default="desk@localhost", env="DESK_MAIL_FROM", description="the sender of such mail"
    )

    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        env="DESK_METRICS_TOKEN",
        description="16 characters or more, for /metrics; unset, it is for this machine alone",
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        env="DESK_LOG_FORMAT",
        description="auto (text at a terminal, JSON elsewhere), json or text",
    )
    index_store: Path = Field(
        default=Path("var/index"), env="INDEX_STORE", description="the folder of the index"
    )

    @validator("smtp_url")
    def _is_smtp(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _SMTP.fullmatch(value.get_secret_value()):
            raise ValueError("it does not begin with smtp:// or smtps://")
        return value

    @validator("public_url")
    def _is_url_or_empty(cls, value: str) -> str:
        if value and not _URL.fullmatch(value):
            raise ValueError("it does not begin with http:// or https://")
        return value.rstrip("/")

    @validator("secret", "metrics_token")
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("it is too short")
        return value

    @validator("trusted_proxies")
    def _are_networks(cls, value: str) -> str:
        for network in split(value):
            ip_network(network)
        return value

    @validator("origins")
    def _are_origins(cls, value: str) -> str:
        for origin in split(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin")
        return value

    @validator("rasa_url", "actions_url")
    def _is_url(cls, value: str) -> str:
        if not _URL.fullmatch(value):
            raise ValueError("it does not begin with http:// or https://")
        return value.rstrip("/")

    @property
    def allowed_origins(self) -> list[str]:
        return split(self.origins)


def split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def load_settings() -> Settings:
    """Raises SettingsError, which names every variable with a bad value."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(
            " ".join(_explain(item["loc"][0], item["msg"]) for item in error.errors())
        ) from None


def _explain(name: int | str, problem: str) -> str:
    field = Settings.__fields__[str(name)]
    variable = field.field_info.extra["env"]
    secret = field.type_ is SecretStr
    value = "(hidden)" if secret else repr(os.environ.get(variable))
    return f"{variable}={value} is not allowed: {problem}. Allowed: {field.field_info.description}."
