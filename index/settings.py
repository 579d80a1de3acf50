"""Where the index lives and which model it uses, from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseSettings, Field, SecretStr, ValidationError, validator

from index.errors import SettingInvalid


class Settings(BaseSettings):
    """Read from INDEX_STORE, INDEX_MODEL, INDEX_MODELS_DIR, INDEX_THREADS, INDEX_REVIEW_MONTHS,
    INDEX_ENGINE, QDRANT_URL and QDRANT_API_KEY."""

    store: Path = Path("var/index")
    model: str = "default"
    models_dir: Path = Path("var/models")
    # One thread answers a question in a few milliseconds and leaves the other cores to others.
    threads: int = Field(default=1, ge=1, le=64)
    # After so many months a reviewed document is out of date, unless it names a day itself.
    review_months: int = Field(default=24, ge=0, le=240)
    # What finds the nearest vectors, see index/engines.py.
    engine: Literal["faiss", "qdrant"] = "faiss"
    # A server's address; or file:FOLDER, for one process, without a server.
    qdrant_url: str = "http://127.0.0.1:6333"
    qdrant_api_key: SecretStr | None = None

    class Config:
        env_prefix = "INDEX_"
        fields = {
            "qdrant_url": {"env": "QDRANT_URL"},
            "qdrant_api_key": {"env": "QDRANT_API_KEY"},
        }

    @validator("store", "models_dir", "model", pre=True)
    def _not_blank(cls, value: object) -> object:
        if not str(value).strip():
            raise ValueError("must not be blank")
        return value

    @validator("qdrant_url")
    def _is_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://", "file:")):
            raise ValueError("must begin with http://, https:// or file:")
        return value

    @validator("store", "models_dir")
    def _not_a_file(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError("must name a folder, and a file of this name is in the way")
        return value


def load_settings() -> Settings:
    """Settings from the environment.

    Raises SettingInvalid, naming the variable, the bad value and what is allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingInvalid(_explain(str(first["loc"][0]), str(first["msg"]))) from error


def _explain(field: str, message: str) -> str:
    prefix = "" if field.startswith("qdrant") else "INDEX_"
    variable = f"{prefix}{field.upper()}"
    return f"{variable} is {os.environ.get(variable, '')!r}: {message}"
