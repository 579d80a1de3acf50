"""Settings of the assistant, from the environment."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseSettings, Field, ValidationError, validator


class SettingsInvalid(Exception):
    """A setting has a value that cannot be used; the message names it."""


class BotSettings(BaseSettings):
    """What the action server and our parts of the Rasa server need; the index has its own."""

    database_url: str = Field("sqlite:///var/desk.db", env="DATABASE_URL")
    opening_hours: str = Field("", env="CLINIC_HOURS", max_length=200)
    country: str = Field("us", env="CLINIC_COUNTRY", regex="^[a-z]{2}$")
    answer_sentences: int = Field(4, env="ANSWER_SENTENCES", ge=1, le=4)
    outdated_documents: Literal["mark", "leave_out"] = Field("mark", env="OUTDATED_DOCUMENTS")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as problem:
            raise SettingsInvalid(_message(problem)) from None

    @validator("database_url")
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg2://")):
            raise ValueError("it must begin with sqlite:/// or postgresql://")
        return value


def _message(problem: ValidationError) -> str:
    lines = []
    for error in problem.errors():
        field = BotSettings.__fields__[str(error["loc"][0])]
        name = sorted(field.field_info.extra["env_names"])[0].upper()
        lines.append(f"{name}: {error['msg']}")
    return "; ".join(lines) + " (see .env.example)"
