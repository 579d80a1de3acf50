"""Garbage that refers to itself is looked for once in a few turns, not several times in each.

Python looks whenever 700 objects more were made than let go; a turn makes thousands, of which
nearly all go by themselves.
"""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 10, 10)
"""Objects, and how often until the older ones are looked through too."""


def look_less_often() -> None:
    """For this process, from now on."""
    gc.set_threshold(*THRESHOLDS)
