"""What the assistant knows and what it does not: the documents, and questions without an answer."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from starlette.responses import Response

from desk.console.guard import Call
from desk.console.index_store import IndexUnreadable, index_in_use
from desk.console.pages import show
from desk.console.sight import confidential
from desk.gaps import DAYS, gaps

_MOST = 200


def documents(call: Call) -> Response:
    """GET /staff/documents."""
    problem, index = "", None
    try:
        index = index_in_use(call.desk.settings.index_store)
    except IndexUnreadable as error:
        problem = str(error)
    return show(call, "documents.html", index=index, problem=problem)


def unanswered(call: Call) -> Response:
    """GET /staff/gaps: no document answered them; and answers that did not help."""
    since = datetime.now(timezone.utc).date() - timedelta(days=DAYS)
    found = gaps(call.desk.database, since)
    hidden = frozenset() if call.person.is_admin else confidential(call.desk.database)
    unhelpful = [
        given
        for given in call.desk.feedback.list(since.isoformat())
        if not given.helpful and given.conversation_id not in hidden
    ]
    return show(
        call,
        "gaps.html",
        gaps=found[:_MOST],
        left_out=max(0, len(found) - _MOST),
        unhelpful=unhelpful[:_MOST],
        days=DAYS,
    )
