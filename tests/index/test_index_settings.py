from __future__ import annotations

from pathlib import Path

import pytest

from index import SettingInvalid, load_settings


def test_defaults_lie_below_var(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INDEX_STORE", "INDEX_MODEL", "INDEX_MODELS_DIR", "INDEX_THREADS"):
        monkeypatch.delenv(name, raising=False)
    settings = load_settings()
    assert (settings.store, settings.models_dir) == (Path("var/index"), Path("var/models"))
    assert (settings.model, settings.threads) == ("default", 1)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("INDEX_THREADS", "0", "greater than or equal to 1"),
        ("INDEX_THREADS", "many", "integer"),
        ("INDEX_STORE", " ", "blank"),
        ("INDEX_MODELS_DIR", __file__, "folder"),
    ],
)
def test_bad_value_is_named_with_its_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalid, match=allowed) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name} is {value!r}: ")
