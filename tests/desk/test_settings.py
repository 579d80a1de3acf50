from __future__ import annotations

import pytest

from desk.errors import SettingsError
from desk.settings import Settings, load_settings


def test_the_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.__fields__.values():
        monkeypatch.delenv(field.field_info.extra["env"], raising=False)
    settings = load_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///var/desk.db"
    assert (settings.port, settings.rate_limit, settings.reply_seconds) == (8000, 30, 8)
    assert settings.allowed_origins == []


@pytest.mark.parametrize(
    "variable,value",
    [
        ("PORT", "eight"),
        ("PORT", "70000"),
        ("DESK_RATE_LIMIT", "-1"),
        ("DESK_TOKEN_DAYS", "0"),
        ("DESK_TRUSTED_PROXIES", "10.0.0.0/8, nginx"),
        ("DESK_MESSAGE_CHARS", "100000"),
        ("DESK_REPLY_SECONDS", "0"),
        ("DESK_ORIGINS", "https://clinic.example/page"),
        ("DESK_ORIGINS", "*"),
        ("RASA_URL", "localhost:5005"),
    ],
)
def test_a_bad_value_is_named_with_its_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert f"{variable}={value!r} is not allowed" in str(raised.value)
    assert "Allowed: " in str(raised.value)


def test_secrets_hide_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET", "hidden hidden hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:hidden@host/desk")
    assert "hidden" not in repr(load_settings())
    monkeypatch.setenv("DESK_SECRET", "tiny")
    with pytest.raises(SettingsError, match="DESK_SECRET") as raised:
        load_settings()
    assert "tiny" not in str(raised.value)


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_ORIGINS", "https://a.example, http://b.example:8080")
    assert load_settings().allowed_origins == ["https://a.example", "http://b.example:8080"]
