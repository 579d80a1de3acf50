"""The page of daily figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from itertools import islice

from starlette.responses import Response

from desk.console.guard import Call
from desk.console.pages import show, span, words
from desk.console.plots import bars, bars_across
from desk.figures import Day, figures

SPANS = (7, 30, 90)
_REASONS = 12


def shown(call: Call) -> Response:
    """GET /staff/figures?days=30."""
    asked = call.request.query_params.get("days", "")
    days = next((known for known in SPANS if str(known) == asked), 30)
    zone = call.desk.clinic.opening.zone
    today = datetime.now(timezone.utc).astimezone(zone).date()
    found = figures(call.desk.database, zone, today, days)
    reasons = [(words(name), number) for name, number in islice(found.reasons, _REASONS)]
    return show(
        call,
        "figures.html",
        figures=found,
        days=days,
        spans=SPANS,
        plots=_plots(found.days),
        reasons=bars_across("Handed off by reason", reasons),
    )


def _plots(days: Sequence[Day]) -> list[tuple[str, object]]:
    numbers: list[tuple[str, Callable[[Day], float | None]]] = [
        ("Conversations", lambda day: day.conversations),
        ("Answered from the documents", lambda day: day.answered),
        ("Handed off to a person", lambda day: day.handed_off),
        ("Not in the documents", lambda day: day.gaps),
    ]
    times: list[tuple[str, Callable[[Day], float | None]]] = [
        ("Time to claim, median", lambda day: day.to_claim),
        ("Time to first reply, median", lambda day: day.to_reply),
    ]
    return [
        *((title, bars(title, _points(days, of))) for title, of in numbers),
        *((title, bars(title, _points(days, of), span)) for title, of in times),
    ]


def _points(
    days: Sequence[Day], of: Callable[[Day], float | None]
) -> list[tuple[str, float | None]]:
    return [(f"{day.date:%b %-d}", of(day)) for day in days]
