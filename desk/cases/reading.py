"""The queue and what is known of a case."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as choose

from desk.cases.case import URGENCIES, Case, CaseEvent, Queue
from desk.cases.rows import get
from desk.database import Database
from desk.models import case_events, cases
from desk.transitions import QUEUED, State

_RANK = choose({name: -rank for rank, name in enumerate(URGENCIES)}, value=cases.c.urgency)


class Reading:
    """See Cases."""

    _database: Database

    def get(self, case_id: str) -> Case:
        with self._database.reading() as connection:
            return get(connection, case_id)

    def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """What was done with the case, by whom and when, notes included."""
        wanted = select(case_events).where(case_events.c.case_id == case_id)
        with self._database.reading() as connection:
            get(connection, case_id)
            rows = connection.execute(wanted.order_by(case_events.c.id))
            return tuple(CaseEvent(**row._mapping) for row in rows)

    def list(
        self,
        state: State | Literal["open", "all"] | None = None,
        queue: Queue | None = None,
        limit: int | None = None,
    ) -> tuple[Case, ...]:
        """Cases in a state; `open`, the default, means unresolved. The most urgent come first,
        then those that wait longest. Without a queue those of every queue.
        """
        wanted = select(cases).order_by(_RANK, cases.c.opened_at, cases.c.case_id).limit(limit)
        if state in (None, "open"):
            wanted = wanted.where(cases.c.state != "resolved")
        elif state != "all":
            wanted = wanted.where(cases.c.state == state)
        if queue is not None:
            wanted = wanted.where(cases.c.queue == queue)
        with self._database.reading() as connection:
            return tuple(Case(**row._mapping) for row in connection.execute(wanted))

    def of_conversation(self, conversation_id: str) -> tuple[Case, ...]:
        """Every case of a conversation, the oldest first."""
        wanted = select(cases).where(cases.c.conversation_id == conversation_id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(cases.c.opened_at))
            return tuple(Case(**row._mapping) for row in rows)

    def place(self, case: Case) -> int | None:
        """The case's place in its queue, 1 for the next to be taken; None when it has none."""
        if case.state not in QUEUED:
            return None
        rank = -URGENCIES.index(case.urgency)
        before: Any = or_(
            rank > _RANK,
            and_(rank == _RANK, cases.c.opened_at < case.opened_at),
            and_(
                rank == _RANK,
                cases.c.opened_at == case.opened_at,
                cases.c.case_id < case.case_id,
            ),
        )
        ahead = (
            select(func.count())
            .select_from(cases)
            .where(cases.c.queue == case.queue, cases.c.state.in_(QUEUED), before)
        )
        with self._database.reading() as connection:
            return int(connection.execute(ahead).scalar_one()) + 1
