"""Search over conversations. What is searched for is posted, so that it stands in no address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.sql import ColumnElement
from starlette.responses import Response

from desk.clean import clean
from desk.console.guard import Call
from desk.console.pages import go, show, text_of
from desk.console.sight import is_confidential, may_see
from desk.database import Database
from desk.errors import UnknownCase
from desk.models import callbacks, case_events, cases, conversations, messages

MOST = 50
_AROUND = 80  # characters shown beside what was found
_CASE = re.compile(r"c-[0-9a-z]{6}", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """`before`, `match` and `after` are the place in the text."""

    conversation_id: str
    at: str
    who: str
    before: str
    match: str
    after: str


def form(call: Call) -> Response:
    """GET /staff/search."""
    return show(call, "search.html", wanted="", found=None, most=MOST)


def search(call: Call) -> Response:
    """POST /staff/search: the number of a case leads straight to it."""
    wanted = " ".join(clean(text_of(call.form, "wanted")).split())[:200]
    if _CASE.fullmatch(wanted) and _is_seen(call, wanted.upper()):
        return go(f"/staff/cases/{wanted.upper()}")
    found = find(call.desk.database, wanted, call.person.is_admin) if wanted else None
    return show(call, "search.html", wanted=wanted, found=found, most=MOST)


def find(database: Database, wanted: str, sees_allegations: bool) -> list[Found]:
    """The newest places first, in messages, notes and what people left to be called back. Raises
    DatabaseError.
    """
    rows: list[tuple[str, str, str, str]] = []
    with database.reading() as connection:
        for query in _queries(wanted, sees_allegations):
            rows += [tuple(row) for row in connection.execute(query)]
    rows.sort(key=lambda row: row[1], reverse=True)
    return [_found(row, wanted) for row in rows[:MOST]]


def _queries(wanted: str, sees_allegations: bool) -> list[ColumnElement]:
    call = callbacks.c
    contact = call.name + " " + call.contact + " " + call.best_time
    of_case = case_events.join(cases)
    queries = [
        (messages, messages.c, messages.c.sender, messages.c.created_at, messages.c.text),
        (of_case, cases.c, case_events.c.who, case_events.c.at, case_events.c.text),
        (callbacks.join(cases), cases.c, cases.c.state, call.asked_at, contact),
    ]
    return [
        select(owner.conversation_id, at, who, text)
        .select_from(source)
        .join(conversations, conversations.c.id == owner.conversation_id)
        .where(text.ilike(f"%{_escaped(wanted)}%", escape="\\"))
        .where(*([] if sees_allegations else [~is_confidential()]))
        .order_by(at.desc())
        .limit(MOST)
        for source, owner, who, at, text in queries
    ]


def _escaped(wanted: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", wanted)


def _found(row: tuple[str, str, str, str], wanted: str) -> Found:
    conversation_id, at, who, text = row
    place = text.lower().find(wanted.lower())
    if place < 0:  # the database folds letters a little differently
        return Found(conversation_id, at, who, text[: 2 * _AROUND], "", "")
    end = place + len(wanted)
    before = ("…" if place > _AROUND else "") + text[max(0, place - _AROUND) : place]
    after = text[end : end + _AROUND] + ("…" if len(text) > end + _AROUND else "")
    return Found(conversation_id, at, who, before, text[place:end], after)


def _is_seen(call: Call, case_id: str) -> bool:
    try:
        return may_see(call, call.desk.cases.get(case_id).conversation_id)
    except UnknownCase:
        return False
