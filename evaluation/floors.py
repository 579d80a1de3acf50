"""The committed bounds of every figure: what a later change may not fall behind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import yaml

from evaluation.errors import FileUnusable
from evaluation.figures import Figure

FLOORS: Final = Path(__file__).with_name("floors.yml")
_MESSAGES: Final = 2
_HEAD: Final = """\
# Bounds of the figures (shares, 0 to 1), by set: where more is better the lowest value allowed,
# else the highest. tests/evaluation/test_floors.py holds them. Written by
#   python -m evaluation.safety --set all --write-floors MARGIN
"""


def read_floors(file: Path = FLOORS) -> dict[str, dict[str, float]]:
    """Bounds by set and figure; raises FileUnusable."""
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
        return {
            name: {figure: float(bound) for figure, bound in bounds.items()}
            for name, bounds in read.items()
        }
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise FileUnusable(f"{file}: it must map set, figure and number: {error}") from error


def write_floors(
    measured: Mapping[str, Iterable[Figure]], margin: float, file: Path = FLOORS
) -> None:
    """Bounds that lie `margin` (0 to 1) on the worse side of what was measured, in small sets two
    messages: so much a single changed training message may move them."""
    bounds = {name: {f.name: _bound(f, margin) for f in found} for name, found in measured.items()}
    file.write_text(_HEAD + yaml.safe_dump(bounds, sort_keys=False), encoding="utf-8")


def broken(figures: Iterable[Figure], bounds: Mapping[str, float]) -> list[str]:
    """What the figures fall behind, one sentence each; also a bound whose figure is missing."""
    found = {figure.name: figure for figure in figures}
    problems = [f"{name} was not measured" for name in bounds if name not in found]
    for name, bound in bounds.items():
        figure = found.get(name)
        if figure and (figure.value < bound if figure.at_least else figure.value > bound):
            side = "below" if figure.at_least else "above"
            problems.append(f"{name} is {figure.value:.4f}, {side} its bound {bound:.4f}")
    return problems


def _bound(figure: Figure, margin: float) -> float:
    if figure.total:
        margin = max(margin, _MESSAGES / figure.total)
    if figure.at_least:
        return math.floor(1000 * max(0.0, figure.value - margin)) / 1000
    return math.ceil(1000 * min(1.0, figure.value + margin)) / 1000
