"""Turns a template and what it shows into an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.console.guard import Call
from desk.console.tally import tally
from desk.website.refusals import refused_of

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}


def show(call: Call, template: str, status: int = 200, **content: Any) -> Response:
    """A page with the console's frame round it; reads the database."""
    frame = {
        "person": call.person,
        "csrf": call.csrf,
        "tally": tally(call.desk.database, call.person.is_admin),
        "path": call.request.url.path,
        "zone": call.desk.clinic.opening.zone,
        "clinic": call.desk.clinic.name,
    }
    return bare(template, status, **{**frame, **content})


def bare(template: str, status: int = 200, **content: Any) -> Response:
    """A page for somebody who may not be logged in."""
    content = {"zone": timezone.utc, **content}
    page = environment().get_template(template).render(content, when=_when(content["zone"]))
    return HTMLResponse(page, status, headers=HEADERS)


def refused_page(request: Request, error: Exception) -> Response:
    """What staff see of an error."""
    refused = refused_of(error)
    message = str(error) if refused.status == 409 else refused.message  # which says who has it
    return bare("refused.html", refused.status, message=message)


def go(path: str, done: str = "") -> Response:
    """To another page, after a post; `done` names the sentence that it shows."""
    return RedirectResponse(f"{path}?done={done}" if done else path, 303)


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"since": since, "words": words, "span": span, "link": link}
    return made


def since(at: str | None, now: datetime | None = None) -> str:
    """How long ago a stored time is: `4 min`."""
    if at is None:
        return ""
    passed = (now or datetime.now(timezone.utc)) - datetime.fromisoformat(at)
    return span(passed.total_seconds())


def span(seconds: float | None) -> str:
    """A time in words that fit into a table."""
    if seconds is None:
        return "none"
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{max(0, int(seconds))} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d"


def words(name: str | None) -> str:
    """A reason or an outcome for people: `side effect now`."""
    return (name or "").replace("_", " ")


def link(url: object) -> str:
    """The address where it is one that a browser may follow, else nothing."""
    return url if isinstance(url, str) and url.lower().startswith(("https://", "http://")) else ""


def _when(zone: tzinfo | ZoneInfo) -> Any:
    def when(at: str | None) -> str:
        """A stored time in the clinic's zone."""
        return f"{datetime.fromisoformat(at).astimezone(zone):%b %-d, %H:%M}" if at else ""

    return when


def text_of(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").strip()
