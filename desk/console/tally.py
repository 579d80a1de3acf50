"""How many cases stand where: the numbers beside the console's links."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.sql import ColumnElement

from desk.database import Database
from desk.models import callbacks, cases
from desk.transitions import QUEUED


@dataclass(frozen=True)
class Tally:
    waiting: int
    urgent: int
    missed: int
    callbacks: int
    allegations: int


def tally(database: Database, sees_allegations: bool) -> Tally:
    """Of unresolved cases; whoever may not see allegations gets none counted. Raises
    DatabaseError.
    """
    queued, general = cases.c.state.in_(QUEUED), cases.c.queue == "general"
    unresolved = cases.c.state != "resolved"
    wants_call = exists().where(callbacks.c.case_id == cases.c.case_id)
    wanted = {
        "waiting": queued & general,
        "urgent": queued & general & (cases.c.urgency == "urgent"),
        "missed": general & (cases.c.state == "missed"),
        "callbacks": unresolved & general & wants_call,
        "allegations": unresolved & (cases.c.queue == "allegations"),
    }
    with database.reading() as connection:
        row = connection.execute(select(*(_count(one, name) for name, one in wanted.items()))).one()
    numbers = dict(row._mapping)
    if not sees_allegations:
        numbers["allegations"] = 0
    return Tally(**numbers)


def _count(condition: ColumnElement, name: str) -> ColumnElement:
    return select(func.count()).select_from(cases).where(condition).scalar_subquery().label(name)
