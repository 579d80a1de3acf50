"""Which of staff's replies have reached the other side."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from desk.database import Database
from desk.messages import Message
from desk.models import deliveries, now
from desk.notices import Notice, announce

DELIVERED = "delivered"
"""The notice's action."""
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Delivery:
    """`problem` says why it could not be delivered, None when it was."""

    at: str
    problem: str | None


class Deliveries:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marked: dict[int, None] = {}  # a page that reloads gets everything again

    def mark(self, message: Message, problem: str | None = None) -> None:
        """Keeps that a message was handed over, or could not be; the first word on it counts
        unless it was a problem.
        """
        if message.id in self._marked:
            return
        insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
        with self._database.writing() as connection:
            row = insert[connection.dialect.name](deliveries).values(
                message_id=message.id, at=now(), problem=problem
            )
            row = row.on_conflict_do_update(
                index_elements=["message_id"],
                set_=dict(row.excluded),
                where=deliveries.c.problem.is_not(None),
            )
            if connection.execute(row).rowcount:
                case_id = message.payload.get("case_id")
                announce(connection, Notice("case", message.conversation_id, case_id, DELIVERED))
        if problem is None:
            self._remember(message.id)

    def of(self, message_id: int) -> Delivery | None:
        """None while nothing is known of it: the visitor is away."""
        wanted = select(deliveries).where(deliveries.c.message_id == message_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Delivery(row.at, row.problem)

    def _remember(self, message_id: int) -> None:
        if len(self._marked) >= _REMEMBERED:
            self._marked.clear()
        self._marked[message_id] = None
