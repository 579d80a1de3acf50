"""A run's results as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.results import Results


def draw(results: Results, folder: Path) -> list[Path]:
    """Writes turns.png and visitors.png into `folder` and returns their paths."""
    import matplotlib

    matplotlib.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _turns(results, folder / "turns.png"),
        _visitors(results, folder / "visitors.png"),
    ]


def _turns(results: Results, file: Path) -> Path:
    """How long a turn takes, by its number in the conversation."""
    figure, axes = _axes()
    for name, seconds in results.long.turns.items():
        axes.plot(range(1, len(seconds) + 1), [one * 1000 for one in seconds], label=name)
    axes.set(xlabel="turn of a conversation", ylabel="milliseconds", yscale="log")
    return _saved(figure, axes, file)


def _visitors(results: Results, file: Path) -> Path:
    """Turns a second, by how many visitors there are."""
    figure, axes = _axes()
    names = list(next(iter(results.loads.values())))
    for place, name in enumerate(names):
        rates = [loads[name].rate for loads in results.loads.values()]
        at = [group + place / (len(names) + 1) for group in range(len(rates))]
        bars = axes.bar(at, rates, width=1 / (len(names) + 1), label=name)
        axes.bar_label(bars, fmt="%.0f")
    axes.set(ylabel="turns a second")
    axes.set_xticks(
        [group + (len(names) - 1) / (len(names) + 1) / 2 for group in range(len(results.loads))],
        [f"{visitors} visitors" for visitors in results.loads],
    )
    return _saved(figure, axes, file)


def _axes() -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    return figure, figure.subplots()


def _saved(figure: Any, axes: Any, file: Path) -> Path:
    axes.legend()
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
    return file
