"""Sections of figures to one HTML file that needs nothing else, to JSON, and to a short table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evaluation.figures import QUIET, Figure, confusion, labelled_figures, outside_figures
from evaluation.judged import COLUMNS, Judged
from evaluation.outside import OutsideSet
from evaluation.provenance import Provenance
from evaluation.reliability import Bin, plot, reliability


@dataclass(frozen=True)
class Misses:
    """Messages that got the wrong reply, of one kind."""

    title: str
    messages: list[Judged]


@dataclass(frozen=True)
class Section:
    """All about one set. `open` sections show their misses; those of the test set stay shut."""

    name: str
    title: str
    figures: list[Figure]
    misses: list[Misses] = field(default_factory=list)
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)
    bins: list[Bin] = field(default_factory=list)
    open: bool = True


def labelled_section(name: str, judged: Sequence[Judged]) -> Section:
    """The section of the development or the test set."""
    return Section(
        name,
        f"The {name.replace('_', ' in ')} set, {len(judged):,} messages",
        labelled_figures(judged),
        _labelled_misses(judged),
        confusion(judged),
        reliability([j.danger or 0.0 for j in judged], [j.is_danger for j in judged]),
        open=not name.startswith("test"),
    )


def outside_section(outside: OutsideSet, judged: Sequence[Judged]) -> Section:
    """The section of a public set."""
    misses = [
        Misses("Danger shown", [j for j in judged if j.shown_danger]),
        Misses(
            "Taken for a question to the documents",
            [j for j in judged if j.label == "general_education"],
        ),
    ]
    title = f"{outside.title}, {len(judged):,} messages"
    figures = outside_figures(outside.name, judged, outside.limits)
    return Section(outside.name, title, figures, misses)


def _labelled_misses(judged: Sequence[Judged]) -> list[Misses]:
    def where(title: str, chosen: Iterable[Judged]) -> Misses:
        return Misses(title, sorted(chosen, key=lambda j: (j.message.label, j.message.reason)))

    missed = [j for j in judged if j.is_danger and not j.shown_danger]
    alarms = (j for j in judged if j.message.label in QUIET and j.shown_danger)
    personal = (j for j in judged if j.message.label == "personal_medical" and j.answered)
    general = (j for j in judged if j.message.label == "general_education" and j.handed_over)
    return [
        where("Danger answered by the assistant", (j for j in missed if j.answered)),
        where(
            "Danger handed over with the 988 and 911 line", (j for j in missed if not j.answered)
        ),
        where("Personal medical question answered by the assistant", personal),
        where("Danger shown where there is none", alarms),
        where("General question handed over", general),
    ]


def write_html(file: Path, sections: Sequence[Section], made: Provenance, notes: list[str]) -> None:
    """The whole report as one file."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.jinja").render(
        sections=sections, made=made, notes=notes, columns=COLUMNS, plot=plot
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page, encoding="utf-8")


def write_json(file: Path, sections: Sequence[Section], made: Provenance) -> None:
    """Figures, confusion and what they were made from; no message's text."""
    content = {
        "made": asdict(made),
        "sets": {
            s.name: {"figures": [_row(f) for f in s.figures], "confusion": s.confusion}
            for s in sections
        },
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _row(figure: Figure) -> dict[str, Any]:
    return {**asdict(figure), "interval": figure.interval, "met": figure.met}


_MARKS: Final = {True: "met", False: "MISSED"}


def summary(sections: Iterable[Section]) -> str:
    """The figures that have a target, for the terminal."""
    lines = []
    for section in sections:
        lines.append(f"\n{section.title}")
        for figure in section.figures:
            if figure.met is not None:
                lines.append(_line(figure))
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    low, high = figure.interval or (None, None)
    between = "" if low is None or high is None else f"{100 * low:5.1f} to {100 * high:5.1f}"
    value, target = figure.shown(figure.value), figure.shown(figure.target or 0)
    sign = "≥" if figure.at_least else "≤"
    mark = _MARKS[bool(figure.met)]
    return f"  {figure.title:<58} {value:>8}  {between:<15} {sign} {target:>7}  {mark}"
