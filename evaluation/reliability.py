"""Does a danger probability of 0.3 mean danger three times in ten? Bins, their error, a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BINS: Final = 10


@dataclass(frozen=True)
class Bin:
    """Messages of about one probability: how many, their mean probability, share of danger."""

    count: int
    predicted: float
    observed: float


def reliability(probabilities: Sequence[float], happened: Sequence[bool]) -> list[Bin]:
    """Bins of equal width over 0 to 1, empty ones left out."""
    members: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, event in zip(probabilities, happened, strict=True):
        members[min(int(probability * BINS), BINS - 1)].append((probability, event))
    return [
        Bin(len(m), sum(p for p, _ in m) / len(m), sum(event for _, event in m) / len(m))
        for m in members
        if m
    ]


def expected_error(probabilities: Sequence[float], happened: Sequence[bool]) -> float:
    """Mean distance of predicted and observed over the bins, weighted by their messages; 0 to 1."""
    bins = reliability(probabilities, happened)
    return sum(b.count * abs(b.predicted - b.observed) for b in bins) / max(len(probabilities), 1)


_SIZE, _EDGE = 300, 40


def plot(bins: Sequence[Bin]) -> str:
    """The reliability diagram as SVG, for inlining; colours are the page's."""
    most = max((b.count for b in bins), default=1)
    marks = "".join(
        f'<circle cx="{_x(b.predicted):.1f}" cy="{_y(b.observed):.1f}"'
        f' r="{3 + 9 * (b.count / most) ** 0.5:.1f}"><title>{b.count} messages: predicted'
        f" {b.predicted:.2f}, observed {b.observed:.2f}</title></circle>"
        for b in bins
    )
    path = " ".join(f"{_x(b.predicted):.1f},{_y(b.observed):.1f}" for b in bins)
    scale = "".join(
        f'<text x="{_x(v):.0f}" y="{_y(0) + 16}" text-anchor="middle">{v}</text>'
        f'<text x="{_x(0) - 6}" y="{_y(v) + 4:.0f}" text-anchor="end">{v}</text>'
        for v in (0, 0.5, 1)
    )
    width = _SIZE + 2 * _EDGE
    return (
        f'<svg viewBox="0 0 {width} {width}" width="{width}" role="img"'
        ' aria-label="Reliability of the danger probability">'
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" class="even"/>'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIZE}" height="{_SIZE}"/>'
        f'<polyline points="{path}"/>{marks}{scale}'
        f'<text x="{width / 2}" y="{width - 6}" text-anchor="middle">predicted probability</text>'
        f'<text x="{-width / 2}" y="12" transform="rotate(-90)" text-anchor="middle">'
        "share of danger</text></svg>"
    )


def _x(value: float) -> float:
    return _EDGE + _SIZE * value


def _y(value: float) -> float:
    return _EDGE + _SIZE * (1 - value)
