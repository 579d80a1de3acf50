"""Conversations and their messages."""

from __future__ import annotations

import uuid

from sqlalchemy import bindparam, select, update

from desk.database import Database
from desk.errors import UnknownConversation
from desk.messages import (
    Conversation,
    Message,
    Reply,
    add_message,
    find_conversation,
    lock_conversation,
    message_of,
)
from desk.models import conversations, messages, now
from desk.turn_queue import add_reply

_AFTER = (
    select(messages)
    .where(messages.c.conversation_id == bindparam("of"), messages.c.id > bindparam("after"))
    .order_by(messages.c.id)
)


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

    def visible(self, conversation_id: str) -> Conversation:
        """The conversation as its visitor may see it. Raises UnknownConversation, also when it is
        kept only until a person has looked at it.
        """
        conversation = self.conversation(conversation_id)
        if conversation.delete_asked_at is not None:
            raise UnknownConversation(conversation_id)
        return conversation

    def set_language(self, conversation_id: str, language: str) -> None:
        same = conversations.c.id == conversation_id
        with self._database.writing() as connection:
            connection.execute(update(conversations).where(same).values(language=language))

    def keep(self, conversation_id: str, message_id: str, text: str) -> Message:
        """Stores a visitor's message that the desk answers itself (a turn is for TurnQueue). A
        second copy of the same `message_id` stores nothing and returns the first. Raises
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
                turn_state="done",
            )

    def answer(self, turn: Message, reply: Reply) -> bool:
        """Stores the desk's own reply to a message that has none yet; False when it had one."""
        answered = select(messages.c.id).where(messages.c.in_reply_to == turn.id)
        with self._database.writing() as connection:
            lock_conversation(connection, turn.conversation_id)
            if connection.execute(answered).first() is not None:
                return False
            add_reply(connection, turn, reply)
            return True

    def replies(self, turn: Message) -> list[Message] | None:
        """The replies to a visitor's message, None while its turn is pending. Raises
        UnknownConversation when it was deleted meanwhile.
        """
        state = select(messages.c.turn_state).where(messages.c.id == turn.id)
        answers = select(messages).where(messages.c.in_reply_to == turn.id).order_by(messages.c.id)
        with self._database.reading() as connection:
            found = connection.execute(state).one_or_none()
            if found is None:
                raise UnknownConversation(turn.conversation_id)
            if found.turn_state == "pending":
                return None
            return [message_of(row) for row in connection.execute(answers)]

    def messages(
        self, conversation_id: str, after: int = 0, limit: int | None = None
    ) -> list[Message]:
        """The messages with an id above `after`, in order."""
        given = {"of": conversation_id, "after": after}
        wanted = _AFTER if limit is None else _AFTER.limit(limit)
        with self._database.reading() as connection:
            return [message_of(row) for row in connection.execute(wanted, given)]

    def check(self) -> None:
        """Raises DatabaseError when the database cannot be read."""
        with self._database.reading() as connection:
            connection.execute(select(conversations.c.id).limit(1))
