"""What visitors think of the assistant's replies."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from desk.clean import clean
from desk.database import Database
from desk.errors import InvalidInput
from desk.models import feedback, messages, now

REASON_CHARS = 500


@dataclass(frozen=True)
class Feedback:
    reply_id: int
    conversation_id: str
    helpful: bool
    reason: str | None
    given_at: str


class FeedbackStore:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(
        self, conversation_id: str, reply_id: int, helpful: bool, reason: str | None = None
    ) -> Feedback:
        """Keeps what a visitor thinks of a reply of their own conversation; given again, the
        newest counts. Raises InvalidInput.
        """
        words = clean(reason or "").strip() or None
        if words and len(words) > REASON_CHARS:
            raise InvalidInput(
                f"reason has {len(words)} characters, {REASON_CHARS} are allowed. Shorten it."
            )
        given = Feedback(reply_id, conversation_id, helpful, words, now())
        theirs = select(messages.c.id).where(
            messages.c.id == reply_id,
            messages.c.conversation_id == conversation_id,
            messages.c.sender == "bot",
        )
        with self._database.writing() as connection:
            if connection.execute(theirs).one_or_none() is None:
                raise InvalidInput(f"message_id {reply_id} is no reply of this conversation.")
            insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
            row = insert[connection.dialect.name](feedback).values(**vars(given))
            connection.execute(
                row.on_conflict_do_update(index_elements=["reply_id"], set_=dict(row.excluded))
            )
        return given

    def list(self, since: str = "", conversation_id: str | None = None) -> tuple[Feedback, ...]:
        """What was given since a time, the newest first; of one conversation or of all."""
        wanted = select(feedback).where(feedback.c.given_at >= since)
        if conversation_id is not None:
            wanted = wanted.where(feedback.c.conversation_id == conversation_id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(feedback.c.given_at.desc()))
            return tuple(Feedback(**row._mapping) for row in rows)
