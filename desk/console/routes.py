"""Which page stands where."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from desk.console import (
    accounts,
    canned_page,
    case_actions,
    conversation,
    figures_page,
    knowledge,
    live,
    login,
    queue_page,
    search,
)
from desk.console.guard import Call, Handler, page
from desk.console.pages import show
from desk.website.refusals import Refused

STATIC = Path(__file__).parent / "static"
_FILES = ("console.css", "console.js", "alarm.js", "keys.js", "line.js", "page.js", "composer.js")


async def _static(request: Request) -> Response:
    """Style and scripts; nothing in them is anybody's secret."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise Refused(404, "not_found", "There is no such file.")
    return FileResponse(STATIC / name, headers={"Cache-Control": "no-cache"})


def _help(call: Call) -> Response:
    return show(call, "help.html")


def _nothing(call: Call) -> Response:
    raise Refused(404, "not_found", "There is no such page.")


def _get(path: str, handler: Handler, *, admin: bool = False) -> Route:
    return Route(f"/staff{path}", page(handler, admin=admin), methods=["GET"])


def _post(path: str, handler: Handler, *, admin: bool = False) -> Route:
    return Route(f"/staff{path}", page(handler, admin=admin), methods=["POST"])


CONSOLE_ROUTES = [
    Route("/staff/static/{name}", _static),
    Route("/staff/login", login.form, methods=["GET"]),
    Route("/staff/login", login.log_in, methods=["POST"]),
    _post("/logout", login.log_out),
    _get("", queue_page.queue),
    _get("/allegations", queue_page.allegations, admin=True),
    _get("/missed", queue_page.missed),
    _get("/callbacks", queue_page.calls),
    _get("/events", live.events),
    _get("/cases/{case_id}", conversation.case_page),
    _post("/cases/{case_id}/typing", case_actions.typing),
    _post("/cases/{case_id}/draft", case_actions.draft),
    _post("/cases/{case_id}/{action}", case_actions.act),
    _get("/conversations/{conversation_id}", conversation.conversation_page),
    _get("/search", search.form),
    _post("/search", search.search),
    _get("/gaps", knowledge.unanswered),
    _get("/documents", knowledge.documents),
    _get("/figures", figures_page.shown),
    _get("/canned", canned_page.replies),
    _post("/canned", canned_page.save, admin=True),
    _post("/canned/remove", canned_page.remove, admin=True),
    _get("/accounts", accounts.accounts, admin=True),
    _post("/accounts", accounts.add, admin=True),
    _post("/accounts/close", accounts.close, admin=True),
    _post("/accounts/reopen", accounts.reopen, admin=True),
    _get("/account", accounts.own),
    _post("/account/password", accounts.change_password),
    _post("/sessions/revoke", accounts.revoke),
    _get("/help", _help),
    _get("/{rest:path}", _nothing),
]
