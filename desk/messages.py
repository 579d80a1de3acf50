"""A conversation's rows: who wrote what, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from desk.errors import UnknownConversation
from desk.models import conversations, messages, now
from desk.notices import Notice, announce

Sender = Literal["visitor", "bot", "staff", "system"]
DANGER_OUTCOMES = ("crisis", "emergency")

# Built once: to build a statement takes longer than to run it.
_WANTED = select(conversations).where(conversations.c.id == bindparam("wanted"))
_LOCKED = _WANTED.with_for_update()
_INSERT = messages.insert()


@dataclass(frozen=True)
class Conversation:
    id: str
    channel: str
    language: str | None  # "en", "es" or not known
    created_at: str
    turn_owner: str | None = None
    turn_until: str | None = None
    ended_at: str | None = None
    delete_asked_at: str | None = None


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
    outcome: str | None = None

    @property
    def written_at(self) -> datetime:
        return datetime.fromisoformat(self.created_at)


@dataclass(frozen=True)
class Reply:
    """What the assistant says: text, and outcome, reason, citations, buttons, case_id beside it."""

    text: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def find_conversation(connection: Connection, conversation_id: str) -> Conversation:
    """Raises UnknownConversation."""
    row = connection.execute(_WANTED, {"wanted": conversation_id}).one_or_none()
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
    locked_conversation(connection, conversation_id)


def locked_conversation(connection: Connection, conversation_id: str) -> Conversation:
    """The same, with what is known of it."""
    row = connection.execute(_LOCKED, {"wanted": conversation_id}).one_or_none()
    if row is None:
        raise UnknownConversation(conversation_id)
    return Conversation(**row._mapping)


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
        "outcome": (payload or {}).get("outcome"),
    }
    result = connection.execute(_INSERT, values)
    newest = result.inserted_primary_key[0]
    announce(connection, Notice("message", conversation_id, newest=newest))
    return Message(id=newest, **values)


def message_of(row: Row) -> Message:
    return Message(**row._mapping)
