"""The page of canned replies: everybody reads, admins change."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from desk.console.guard import Call
from desk.console.pages import go, show
from desk.errors import InvalidInput
from desk.website.refusals import Refused


def replies(call: Call) -> Response:
    """GET /staff/canned."""
    return _page(call)


def save(call: Call) -> Response:
    """POST /staff/canned, for admins; with an `id` it changes that one."""
    form = call.form
    title, language, text = (form.get(name, "") for name in ("title", "language", "text"))
    reply_id = _id_of(form["id"]) if form.get("id") else None
    try:
        call.desk.canned.save(title, language, text, reply_id)
    except InvalidInput as error:
        return _page(call, 422, problem=str(error), typed=form)
    return go("/staff/canned", done="saved")


def remove(call: Call) -> Response:
    """POST /staff/canned/remove, for admins."""
    call.desk.canned.remove(_id_of(call.form.get("id", "")))
    return go("/staff/canned", done="removed")


def _page(call: Call, status: int = 200, **more: Any) -> Response:
    done = {"saved": "Saved.", "removed": "Removed."}.get(
        call.request.query_params.get("done", ""), ""
    )
    content = {"problem": "", "typed": {}, "done": done, **more}
    return show(call, "canned.html", status, replies=call.desk.canned.list(), **content)


def _id_of(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Refused(422, "id", "There is no canned reply of that id.")
    return int(value)
