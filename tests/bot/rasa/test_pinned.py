"""The patches know one version of Rasa."""

from __future__ import annotations

import pytest

from bot.rasa import pinned


def test_the_installed_version_is_the_one_that_is_known() -> None:
    pinned.require()


def test_another_version_is_refused_and_told_what_to_do() -> None:
    with pytest.raises(pinned.RasaUnknown, match=r"made for Rasa 3\.6\.21 .* applied to 3\.6\.22"):
        pinned.require("3.6.22")
