"""The table of messages as a queue of turns: what is pending there is a turn to be taken.

A conversation has one turn in flight, whichever of several desk processes takes it: the one that
holds the conversation's lease. A lease ends with the last pending turn, or by itself when its
process was killed.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from desk.database import Database
from desk.errors import UnknownConversation
from desk.messages import (
    DANGER_OUTCOMES,
    Conversation,
    Message,
    Reply,
    add_message,
    locked_conversation,
    message_of,
)
from desk.models import cases, conversations, messages, now, stamp

EARLIER = 3  # messages before a turn that the assistant judges a short one with
LEASE_SECONDS = 20.0

# Built once: to build a statement takes longer than to run it.
_OF = messages.c.conversation_id == bindparam("of")
_SAME = select(messages).where(_OF, messages.c.message_id == bindparam("sent_as"))
_OLDEST = (
    select(messages).where(_OF, messages.c.turn_state == "pending").order_by(messages.c.id).limit(1)
)
_BEFORE = (
    select(messages.c.sender, messages.c.text, messages.c.outcome)
    .where(_OF, messages.c.id < bindparam("turn"))
    .order_by(messages.c.id.desc())
    .limit(4 * EARLIER)
)
_END = (
    update(messages)
    .where(messages.c.id == bindparam("turn"), messages.c.turn_state == "pending")
    .values(turn_state="done")
)
_LEASE = (
    update(conversations)
    .where(conversations.c.id == bindparam("of"))
    .values(turn_owner=bindparam("owner"), turn_until=bindparam("until"))
)
_CLAIM = (
    update(cases)
    .where(cases.c.conversation_id == bindparam("of"), cases.c.state == "claimed")
    .where(cases.c.claim_expires_at.is_(None))
    .values(claim_expires_at=bindparam("until"))
)


@dataclass(frozen=True)
class Turn:
    """A turn that is ours to take. `earlier` is what the visitor said before, oldest first, as far
    as it still bears on it: not what a crisis reply or the close of a case has dealt with.
    """

    message: Message
    conversation: Conversation
    earlier: Sequence[str] = ()


@dataclass(frozen=True)
class Received:
    """A visitor's message as stored; `turn` where it is the next to be taken, by us."""

    message: Message
    turn: Turn | None


@dataclass(frozen=True)
class Finished:
    """`replies` is None, and nothing was stored, when the turn was over already."""

    replies: list[Message] | None
    next: Turn | None


class TurnQueue:
    """Every method is one transaction and raises DatabaseError when the database fails."""

    def __init__(
        self,
        database: Database,
        lease_seconds: float = LEASE_SECONDS,
        claim_minutes: float = 30.0,
    ) -> None:
        self._database = database
        self._lease_seconds, self._claim_minutes = lease_seconds, claim_minutes
        self._owner = f"{os.getpid()}-{_process()}-{uuid.uuid4().hex[:8]}"

    def receive(self, conversation_id: str, message_id: str, text: str) -> Received:
        """Stores a visitor's message. A second copy of the same `message_id` stores nothing and
        returns the first. Raises UnknownConversation, also when it is being deleted.
        """
        same = {"of": conversation_id, "sent_as": message_id}
        with self._database.writing() as connection:
            conversation = locked_conversation(connection, conversation_id)
            if conversation.delete_asked_at is not None:
                raise UnknownConversation(conversation_id)
            if stored := connection.execute(_SAME, same).one_or_none():
                return Received(message_of(stored), None)
            message = add_message(
                connection,
                conversation_id,
                "visitor",
                text,
                message_id=message_id,
                turn_state="pending",
            )
            self._note_visitor(connection, conversation)
            ours = conversation.turn_owner == self._owner  # one is in flight, this one is next
            if ours or not self._is_free(conversation):
                return Received(message, None)
            return Received(message, self._take(connection, conversation))

    def begin(self, conversation_id: str) -> Turn | None:
        """The conversation's oldest pending turn, where nobody has one in flight."""
        with self._database.writing() as connection:
            conversation = locked_conversation(connection, conversation_id)
            if not self._is_free(conversation):
                return None
            return self._take(connection, conversation)

    def finish(self, turn: Message, replies: Sequence[Reply]) -> Finished:
        """Stores the replies and ends the turn, both or neither; and takes the next one."""
        with self._database.writing() as connection:
            conversation = locked_conversation(connection, turn.conversation_id)
            ended = connection.execute(_END, {"turn": turn.id}).rowcount == 1
            stored = [add_reply(connection, turn, reply) for reply in replies] if ended else None
            ours = conversation.turn_owner == self._owner
            return Finished(stored, self._take(connection, conversation) if ours else None)

    def abandoned(self) -> list[str]:
        """Conversations with a pending turn that no living process has in flight, the longest
        waiting first.
        """
        waiting = (
            select(conversations, messages.c.id.label("message"))
            .join(messages, conversations.c.id == messages.c.conversation_id)
            .where(messages.c.turn_state == "pending")
            .order_by(messages.c.id)
        )
        with self._database.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(waiting)]
        found = [Conversation(**row) for row in rows if row.pop("message")]
        return list(dict.fromkeys(one.id for one in found if self._is_free(one)))

    def let_go(self) -> None:
        """Leaves what is pending to whoever comes: this process takes no turn any more."""
        ours = update(conversations).where(conversations.c.turn_owner == self._owner)
        with self._database.writing() as connection:
            connection.execute(ours.values(turn_owner=None, turn_until=None))

    def _take(self, connection: Connection, conversation: Conversation) -> Turn | None:
        """The oldest pending turn, leased to us; the lease is given back when there is none."""
        message = _oldest_pending(connection, conversation.id)
        if message is not None:
            until = datetime.now(timezone.utc) + timedelta(seconds=self._lease_seconds)
            self._lease(connection, conversation, self._owner, stamp(until))
            return Turn(message, conversation, _earlier(connection, message))
        if conversation.turn_owner is not None:
            self._lease(connection, conversation, None, None)
        return None

    def _is_free(self, conversation: Conversation) -> bool:
        owner, until = conversation.turn_owner, conversation.turn_until
        return owner is None or (until or "") < now() or self._is_dead(owner)

    def _is_dead(self, owner: str) -> bool:
        """A SQLite file is used on one machine, where one can see whether the process lives."""
        if not self._database.is_sqlite:
            return False
        pid, process, _ = owner.split("-")
        if int(pid) == os.getpid():
            return process != _process()
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def _lease(
        self, connection: Connection, of: Conversation, owner: str | None, until: str | None
    ) -> None:
        connection.execute(_LEASE, {"of": of.id, "owner": owner, "until": until})

    def _note_visitor(self, connection: Connection, conversation: Conversation) -> None:
        """The visitor is back, and whoever holds the case has the next word."""
        if conversation.ended_at is not None:
            same = update(conversations).where(conversations.c.id == conversation.id)
            connection.execute(same.values(ended_at=None))
        until = datetime.now(timezone.utc) + timedelta(minutes=self._claim_minutes)
        connection.execute(_CLAIM, {"of": conversation.id, "until": stamp(until)})


def add_reply(connection: Connection, turn: Message, reply: Reply) -> Message:
    """The assistant's reply to a message of a conversation that the caller has locked."""
    return add_message(
        connection,
        turn.conversation_id,
        "bot",
        reply.text,
        payload=reply.payload,
        in_reply_to=turn.id,
    )


@cache
def _process() -> str:
    """Tells this process from an earlier one of the same number."""
    return uuid.uuid4().hex[:8]


def _oldest_pending(connection: Connection, conversation_id: str) -> Message | None:
    row = connection.execute(_OLDEST, {"of": conversation_id}).one_or_none()
    return None if row is None else message_of(row)


def _earlier(connection: Connection, turn: Message) -> list[str]:
    said: list[str] = []
    for row in connection.execute(_BEFORE, {"of": turn.conversation_id, "turn": turn.id}):
        dealt_with = row.outcome in DANGER_OUTCOMES
        if dealt_with or row.sender == "system" or len(said) == EARLIER:
            break
        if row.sender == "visitor":
            said.insert(0, row.text)
    return said
