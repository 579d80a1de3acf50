"""Conversations and their messages."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from desk.database import Database
from desk.messages import (
    DANGER_OUTCOMES,
    Conversation,
    Message,
    Reply,
    add_message,
    find_conversation,
    lock_conversation,
    message_of,
)
from desk.models import conversations, messages, now


class Store:
    """Every method is one transaction and raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, channel: str, language: str | None = None) -> Conversation:
        """A new conversation under a random id."""
        conversation = Conversation(str(uuid.uuid4()), channel, language, now())
        with self._database.writing() as connection:
            connection.execute(conversations.insert().values(**vars(conversation)))
        return conversation

    def conversation(self, conversation_id: str) -> Conversation:
        """Raises UnknownConversation."""
        with self._database.reading() as connection:
            return find_conversation(connection, conversation_id)

    def set_language(self, conversation_id: str, language: str) -> None:
        same = conversations.c.id == conversation_id
        with self._database.writing() as connection:
            connection.execute(update(conversations).where(same).values(language=language))

    def receive(
        self, conversation_id: str, message_id: str, text: str, *, pending: bool = True
    ) -> Message:
        """Stores a visitor's message, its turn pending unless the desk answers itself. A second
        copy of the same `message_id` stores nothing and returns the first. Raises
        UnknownConversation.
        """
        same = (messages.c.conversation_id == conversation_id) & (
            messages.c.message_id == message_id
        )
        with self._database.writing() as connection:
            lock_conversation(connection, conversation_id)
            stored = connection.execute(select(messages).where(same)).one_or_none()
            if stored is not None:
                return message_of(stored)
            return add_message(
                connection,
                conversation_id,
                "visitor",
                text,
                message_id=message_id,
                turn_state="pending" if pending else "done",
            )

    def next_pending(self, conversation_id: str) -> Message | None:
        """The oldest message of the conversation whose turn is not over."""
        oldest = (
            select(messages)
            .where(messages.c.turn_state == "pending")
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.id)
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(oldest).one_or_none()
        return None if row is None else message_of(row)

    def pending_conversations(self) -> list[str]:
        """The conversations that have a turn to be finished, the longest waiting first."""
        waiting = (
            select(messages.c.conversation_id)
            .where(messages.c.turn_state == "pending")
            .group_by(messages.c.conversation_id)
            .order_by(func.min(messages.c.id))
        )
        with self._database.reading() as connection:
            return list(connection.execute(waiting).scalars())

    def earlier(self, turn: Message, most: int) -> list[str]:
        """What the visitor said before this turn, oldest first, as far as it still bears on it:
        not what a crisis reply or the close of a case has dealt with.
        """
        before = (
            select(messages)
            .where(messages.c.conversation_id == turn.conversation_id, messages.c.id < turn.id)
            .order_by(messages.c.id.desc())
            .limit(4 * most)
        )
        said: list[str] = []
        with self._database.reading() as connection:
            for row in connection.execute(before):
                dealt_with = row.payload.get("outcome") in DANGER_OUTCOMES
                if dealt_with or row.sender == "system" or len(said) == most:
                    break
                if row.sender == "visitor":
                    said.insert(0, row.text)
        return said

    def finish_turn(self, turn: Message, replies: Sequence[Reply]) -> bool:
        """Stores the replies and ends the turn, both or neither. False, and nothing stored, when
        the turn was over already.
        """
        end = (
            update(messages)
            .where(messages.c.id == turn.id, messages.c.turn_state == "pending")
            .values(turn_state="done")
        )
        with self._database.writing() as connection:
            lock_conversation(connection, turn.conversation_id)
            if connection.execute(end).rowcount != 1:
                return False
            for reply in replies:
                _add_reply(connection, turn, reply)
            return True

    def answer(self, turn: Message, reply: Reply) -> bool:
        """Stores the desk's own reply to a message that has none yet; False when it had one."""
        answered = select(messages.c.id).where(messages.c.in_reply_to == turn.id)
        with self._database.writing() as connection:
            lock_conversation(connection, turn.conversation_id)
            if connection.execute(answered).first() is not None:
                return False
            _add_reply(connection, turn, reply)
            return True

    def replies(self, turn_id: int) -> list[Message] | None:
        """The replies to a visitor's message, None while its turn is pending."""
        state = select(messages.c.turn_state).where(messages.c.id == turn_id)
        answers = select(messages).where(messages.c.in_reply_to == turn_id).order_by(messages.c.id)
        with self._database.reading() as connection:
            if connection.execute(state).scalar_one() == "pending":
                return None
            return [message_of(row) for row in connection.execute(answers)]

    def messages(
        self, conversation_id: str, after: int = 0, limit: int | None = None
    ) -> list[Message]:
        """The messages with an id above `after`, in order."""
        wanted = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.id > after)
            .order_by(messages.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [message_of(row) for row in connection.execute(wanted)]

    def latest(self, conversation_ids: Collection[str]) -> dict[str, int]:
        """The highest message id of each of the conversations that has a message."""
        newest = (
            select(messages.c.conversation_id, func.max(messages.c.id))
            .where(messages.c.conversation_id.in_(conversation_ids))
            .group_by(messages.c.conversation_id)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(newest)}

    def check(self) -> None:
        """Raises DatabaseError when the database cannot be read."""
        with self._database.reading() as connection:
            connection.execute(select(conversations.c.id).limit(1))


def _add_reply(connection: Connection, turn: Message, reply: Reply) -> Message:
    return add_message(
        connection,
        turn.conversation_id,
        "bot",
        reply.text,
        payload=reply.payload,
        in_reply_to=turn.id,
    )
