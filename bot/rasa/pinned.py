"""The one version of Rasa that the patches in this folder know."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

RASA: Final = "3.6.21"


class RasaUnknown(Exception):
    """Another version of Rasa is installed than the one that a patch was made for."""


def require(installed: str | None = None) -> None:
    """Raises RasaUnknown unless the known version is installed."""
    found = version("rasa") if installed is None else installed
    if found != RASA:
        raise RasaUnknown(
            f"bot.rasa was made for Rasa {RASA} and is not applied to {found}; "
            "use plain `rasa` in place of `python -m bot.rasa`, or look through bot/rasa and "
            "change the version in bot/rasa/pinned.py"
        )
