"""Plots as SVG, drawn here. Colours come from the page's style sheet, so that they fit its theme;
every plot stands beside a table with the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 6, 10, 24
ROW = 24  # of a plot with bars across
ACROSS_LEFT, ACROSS_RIGHT = 150, 40


def bars(
    title: str,
    points: Sequence[tuple[str, float | None]],
    say: Callable[[float], str] = lambda value: f"{value:g}",
) -> Markup:
    """A bar for each (label, value); None leaves a gap. The axis has a whole number on top."""
    most = _top(max((value or 0 for _, value in points), default=0))
    width = (WIDTH - LEFT - RIGHT) / max(1, len(points))
    drawn = [
        _bar(LEFT + at * width + 0.15 * width, 0.7 * width, value / most, f"{label}: {say(value)}")
        for at, (label, value) in enumerate(points)
        if value
    ]
    return _svg(title, HEIGHT, [*_axis(most, say), *drawn, *_dates([label for label, _ in points])])


def bars_across(title: str, rows: Sequence[tuple[str, int]]) -> Markup:
    """A bar to the right for each (name, number), the names on its left."""
    most = max((number for _, number in rows), default=1) or 1
    room = WIDTH - ACROSS_LEFT - ACROSS_RIGHT
    drawn = []
    for at, (name, number) in enumerate(rows):
        middle, length = at * ROW + ROW / 2, max(1.0, room * number / most)
        drawn += [
            _text(ACROSS_LEFT - 8, middle + 4, name, "end"),
            f'<rect class="bar" x="{ACROSS_LEFT}" y="{at * ROW + 4}" width="{length:.1f}"'
            f' height="{ROW - 8}" rx="2"/>',
            _text(ACROSS_LEFT + length + 6, middle + 4, str(number), "start"),
        ]
    return _svg(title, max(1, len(rows)) * ROW, drawn)


def _svg(title: str, height: float, drawn: Sequence[str]) -> Markup:
    # What is in `drawn` was made above, its texts escaped.
    return Markup(  # noqa: S704
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height:g}" role="img"'
        f' aria-label="{escape(title)}">{"".join(drawn)}</svg>'
    )


def _top(most: float) -> float:
    """A round number that no value exceeds."""
    step = 1.0
    while True:
        for factor in (1, 2, 4, 6, 8):
            if most <= factor * step:
                return factor * step
        step *= 10


def _axis(most: float, say: Callable[[float], str]) -> list[str]:
    drawn = []
    for share in (0, 0.5, 1):
        y = _y(share)
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        if share != 0.5 or most > 1:  # there is no half of a conversation
            drawn.append(_text(LEFT - 6, y + 4, say(most * share), "end"))
    return drawn


def _dates(labels: Sequence[str]) -> list[str]:
    if not labels:
        return []
    ends = [_text(LEFT, HEIGHT - 6, labels[0], "start")]
    return [*ends, _text(WIDTH - RIGHT, HEIGHT - 6, labels[-1], "end")] if labels[1:] else ends


def _bar(x: float, width: float, share: float, label: str) -> str:
    y = _y(share)
    return (
        f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}"'
        f' height="{_y(0) - y:.1f}"><title>{escape(label)}</title></rect>'
    )


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
