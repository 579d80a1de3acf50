"""A run's tables and pictures to where they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.errors import BenchmarkFailed

OUT: Final = Path("var/bench")
README: Final = Path(__file__).with_name("README.md")


def put(text: str, block: str, out: Path, write: bool) -> None:
    """Writes the tables into `out` and, with `write`, between their marks in the README. Raises
    BenchmarkFailed where it has no such marks."""
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{block}.md").write_text(text + "\n", encoding="utf-8")
    if write:
        README.write_text(between(README.read_text(encoding="utf-8"), text, block), "utf-8")


def between(page: str, text: str, block: str) -> str:
    """The page with `text` between the marks of a block."""
    begin, end = f"<!-- {block} -->\n", f"<!-- end of {block} -->"
    before, mark, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not (mark and last):
        raise BenchmarkFailed(f"the page needs a line {begin.strip()} and, below it, a line {end}")
    return f"{before}{begin}{text.strip()}\n{end}{after}"


def bars(groups: Mapping[str, Mapping[str, float]], file: Path, unit: str) -> None:
    """A group of bars for each set, a bar a way."""
    figure, axes = axes_of(unit)
    ways = list(dict.fromkeys(way for group in groups.values() for way in group))
    width = 1 / (len(ways) + 1)
    for place, way in enumerate(ways):
        at = [n + place * width for n, group in enumerate(groups.values()) if way in group]
        heights = [group[way] for group in groups.values() if way in group]
        axes.bar_label(axes.bar(at, heights, width=width, label=way), fmt="%.0f", fontsize=7)
    axes.set_xticks([n + 0.5 - width for n in range(len(groups))], list(groups), fontsize=7)
    save(figure, axes, file)


def lines(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], file: Path, across: str, up: str
) -> None:
    """A curve a way, both axes by powers of ten."""
    figure, axes = axes_of(up)
    for name, (xs, ys) in curves.items():
        axes.plot(xs, ys, marker="o", label=name)
    axes.set(xlabel=across, xscale="log", yscale="log")
    save(figure, axes, file)


def axes_of(up: str) -> tuple[Any, Any]:
    """An empty picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), dpi=120, constrained_layout=True)
    axes = figure.subplots()
    axes.set_ylabel(up)
    return figure, axes


def save(figure: Any, axes: Any, file: Path) -> None:
    """Writes a picture."""
    file.parent.mkdir(parents=True, exist_ok=True)
    axes.legend(fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
