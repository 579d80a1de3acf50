"""Looks up what was asked from Slack, and what was answered."""

from __future__ import annotations

from sqlalchemy import select

from desk.database import Database
from desk.messages import Message, message_of
from desk.models import messages
from desk.slack.tables import slack_talks


class Questions:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def message(self, message_id: int) -> Message | None:
        with self._database.reading() as connection:
            wanted = select(messages).where(messages.c.id == message_id)
            row = connection.execute(wanted).one_or_none()
        return None if row is None else message_of(row)

    def replies(self, asked_id: str, user_id: str) -> list[Message]:
        """What was answered to a person's message of Slack, each of its wordings included."""
        theirs = select(slack_talks.c.conversation_id).where(slack_talks.c.user_id == user_id)
        asked = select(messages.c.id).where(
            messages.c.conversation_id.in_(theirs),
            (messages.c.message_id == asked_id) | messages.c.message_id.like(f"{asked_id}:%"),
        )
        wanted = select(messages).where(messages.c.in_reply_to.in_(asked))
        with self._database.reading() as connection:
            return [message_of(row) for row in connection.execute(wanted)]
