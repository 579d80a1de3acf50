"""The lists of cases: what waits, what one has, what was missed, who wants a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from starlette.responses import Response

from desk.cases import Callback, Case
from desk.console.guard import Call
from desk.console.pages import show
from desk.console.sight import confidential
from desk.database import Database
from desk.models import callbacks, cases
from desk.transitions import QUEUED


@dataclass(frozen=True)
class Row:
    """A case in a list; `holder` is a name, `owed` whether the visitor waits for a reply."""

    case: Case
    holder: str | None
    mine: bool

    @property
    def owed(self) -> bool:
        return self.case.state == "claimed" and self.case.claim_expires_at is not None


def queue(call: Call) -> Response:
    """GET /staff: the next to be taken first, then what people have."""
    rows = _rows(call, call.desk.cases.list("open", queue="general"))
    return show(
        call,
        "queue.html",
        waiting=[row for row in rows if row.case.state in QUEUED],
        mine=[row for row in rows if row.mine],
        others=[row for row in rows if row.case.state == "claimed" and not row.mine],
    )


def allegations(call: Call) -> Response:
    """GET /staff/allegations, for admins: what visitors say about the clinic's own people."""
    rows = _rows(call, call.desk.cases.list("open", queue="allegations"))
    return show(call, "allegations.html", rows=rows)


def missed(call: Call) -> Response:
    """GET /staff/missed: nobody took them in time."""
    return show(call, "missed.html", rows=_rows(call, call.desk.cases.list("missed", "general")))


def calls(call: Call) -> Response:
    """GET /staff/callbacks: who wants to be called."""
    wanted = callbacks_open(call.desk.database)
    by_case = {one.case_id: one for one in wanted}
    rows = _rows(call, call.desk.cases.list("open", queue="general"))
    found = [(row, by_case[row.case.case_id]) for row in rows if row.case.case_id in by_case]
    return show(call, "callbacks.html", rows=found)


def callbacks_open(database: Database) -> tuple[Callback, ...]:
    """Of unresolved cases. Raises DatabaseError."""
    same = cases.c.case_id == callbacks.c.case_id
    wanted = select(callbacks).join(cases, same).where(cases.c.state != "resolved")
    with database.reading() as connection:
        return tuple(Callback(**row._mapping) for row in connection.execute(wanted))


def _rows(call: Call, listed: Sequence[Case]) -> list[Row]:
    """Those that this person may see."""
    hidden = frozenset() if call.person.is_admin else confidential(call.desk.database)
    names = {person.email: person.name or person.email for person in call.desk.staff.list()}
    return [
        Row(case, names.get(case.assignee or "", case.assignee), case.assignee == call.person.email)
        for case in listed
        if case.conversation_id not in hidden
    ]
