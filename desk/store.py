"""Conversations and their messages."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from desk.database import Database
from desk.errors import UnknownConversation
from desk.models import conversations, messages, now

Sender = Literal["visitor", "bot", "staff", "system"]
DANGER_OUTCOMES = ("crisis", "emergency")


@dataclass(frozen=True)
class Conversation:
    id: str
    channel: str
    language: str | None  # "en", "es" or not known
    created_at: str


@dataclass(frozen=True)
class Message:
    """One message as stored. `id` rises within a conversation; `message_id` is the sender's own."""

    id: int
    conversation_id: str
    message_id: str | None
    sender: Sender
    text: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    in_reply_to: int | None = None
    turn_state: str | None = None
    created_at: str = ""


@dataclass(frozen=True)
class Reply:
    """What the assistant says: text, and outcome, reason, citations, buttons, case_id beside it."""

    text: str
    payload: Mapping[str, Any] = field(default_factory=dict)


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

    def receive(self, conversation_id: str, message_id: str, text: str) -> Message:
        """Stores a visitor's message, its turn pending. A second copy of the same `message_id`
        stores nothing and returns the first. Raises UnknownConversation.
        """
        same = (messages.c.conversation_id == conversation_id) & (
            messages.c.message_id == message_id
        )
        with self._database.writing() as connection:
            lock_conversation(connection, conversation_id)
            stored = connection.execute(select(messages).where(same)).one_or_none()
            if stored is not None:
                return _message(stored)
            return add_message(
                connection,
                conversation_id,
                "visitor",
                text,
                message_id=message_id,
                turn_state="pending",
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
        return None if row is None else _message(row)

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
                add_message(
                    connection,
                    turn.conversation_id,
                    "bot",
                    reply.text,
                    payload=reply.payload,
                    in_reply_to=turn.id,
                )
            return True

    def replies(self, turn_id: int) -> list[Message] | None:
        """The replies to a visitor's message, None while its turn is pending."""
        state = select(messages.c.turn_state).where(messages.c.id == turn_id)
        answers = select(messages).where(messages.c.in_reply_to == turn_id).order_by(messages.c.id)
        with self._database.reading() as connection:
            if connection.execute(state).scalar_one() == "pending":
                return None
            return [_message(row) for row in connection.execute(answers)]

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
            return [_message(row) for row in connection.execute(wanted)]

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


def find_conversation(connection: Connection, conversation_id: str) -> Conversation:
    """Raises UnknownConversation."""
    wanted = select(conversations).where(conversations.c.id == conversation_id)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise UnknownConversation(conversation_id)
    return Conversation(**row._mapping)


def ensure_conversation(connection: Connection, conversation_id: str, channel: str) -> None:
    """Makes the conversation unless it is there: one of `rasa shell` is first heard of here."""
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[connection.dialect.name]
    row = insert(conversations).values(id=conversation_id, channel=channel, created_at=now())
    connection.execute(row.on_conflict_do_nothing())


def lock_conversation(connection: Connection, conversation_id: str) -> None:
    """Writers of one conversation go one after the other. Raises UnknownConversation."""
    row = select(conversations.c.id).where(conversations.c.id == conversation_id)
    if connection.execute(row.with_for_update()).one_or_none() is None:
        raise UnknownConversation(conversation_id)


def add_message(
    connection: Connection,
    conversation_id: str,
    sender: Sender,
    text: str,
    *,
    message_id: str | None = None,
    payload: Mapping[str, Any] | None = None,
    in_reply_to: int | None = None,
    turn_state: str | None = None,
) -> Message:
    """Adds a message to a conversation that the caller has locked."""
    values: dict[str, Any] = {
        "conversation_id": conversation_id,
        "message_id": message_id,
        "sender": sender,
        "text": text,
        "payload": dict(payload or {}),
        "in_reply_to": in_reply_to,
        "turn_state": turn_state,
        "created_at": now(),
    }
    result = connection.execute(messages.insert().values(**values))
    return Message(id=result.inserted_primary_key[0], **values)


def _message(row: Row) -> Message:
    return Message(**row._mapping)
