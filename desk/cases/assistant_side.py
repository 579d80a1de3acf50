"""What the assistant does with cases: opens them, raises them, asks whether one is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from desk.cases.case import (
    ASSISTANT,
    QUEUES,
    URGENCIES,
    Case,
    Queue,
    Urgency,
    check_choice,
)
from desk.cases.rows import audit, current, get, kept, new_id
from desk.database import Database
from desk.messages import Message, add_message, ensure_conversation, lock_conversation
from desk.models import cases, now
from desk.transitions import State

_STANDING: Final = select(cases.c.state, cases.c.urgency).where(
    cases.c.conversation_id == bindparam("conversation")
)


@dataclass(frozen=True)
class Standing:
    """`is_open`: the conversation has an unresolved case; `had_urgent`: it ever had a case of a
    crisis or an emergency."""

    is_open: bool = False
    had_urgent: bool = False


class AssistantSide:
    """See Cases."""

    _database: Database

    def open(
        self,
        conversation_id: str,
        *,
        channel: str,
        reason: str,
        urgency: Urgency = "normal",
        transcript: Sequence[Mapping[str, Any]] = (),
        queue: Queue = "general",
    ) -> Case:
        """Opens a case, or returns the conversation's unresolved one, raised to the new reason and
        urgency where they are more urgent, and moved to the allegations queue where that is asked.

        `transcript` ([{"from", "text"}, ...]) is kept where the desk has no messages of its own.
        Raises InvalidInput for an urgency or a queue that does not exist.
        """
        check_choice("urgency", urgency, URGENCIES)
        check_choice("queue", queue, QUEUES)
        with self._database.writing() as connection:
            ensure_conversation(connection, conversation_id, channel)
            lock_conversation(connection, conversation_id)
            known = current(connection, conversation_id)
            if known is not None:
                return _raise(connection, known, reason, urgency, queue)
            opened = now()
            case = Case(
                case_id=new_id(connection),
                conversation_id=conversation_id,
                channel=channel,
                state="waiting",
                reason=reason,
                urgency=urgency,
                queue=queue,
                opened_at=opened,
                waiting_since=opened,
                transcript=kept(connection, conversation_id, transcript),
            )
            connection.execute(cases.insert().values(**vars(case)))
            audit(connection, case, ASSISTANT, "open", "waiting", reason, before=None)
            return case

    def relay(self, conversation_id: str, text: str) -> Message:
        """Stores what a visitor said while a case is open, where the desk did not receive it
        itself (`rasa shell`). Raises UnknownConversation.
        """
        with self._database.writing() as connection:
            lock_conversation(connection, conversation_id)
            return add_message(connection, conversation_id, "visitor", text, turn_state="done")

    def current(self, conversation_id: str) -> Case | None:
        """The conversation's unresolved case."""
        with self._database.reading() as connection:
            return current(connection, conversation_id)

    def standing(self, conversation_id: str) -> Standing:
        """How a conversation stands: whether a case is open, and whether one was ever urgent."""
        rows = self._database.rows(_STANDING, conversation=conversation_id)
        return Standing(
            any(state != "resolved" for state, _ in rows),
            any(urgency == "urgent" for _, urgency in rows),
        )


def _raise(connection: Connection, case: Case, reason: str, urgency: Urgency, queue: Queue) -> Case:
    """The open case, made as urgent and as confidential as the newest reason for it. One that
    nobody holds waits anew, so that a danger in a case that was put aside is seen in time.
    """
    changes: dict[str, str | None] = {}
    if URGENCIES.index(urgency) > URGENCIES.index(case.urgency):
        changes = {"reason": reason, "urgency": urgency}
    if queue == "allegations" != case.queue:
        changes["queue"] = queue
    if not changes:
        return case
    raised = ", ".join(f"{name} {getattr(case, name)} -> {to}" for name, to in changes.items())
    state: State = case.state
    if "urgency" in changes and state != "claimed":
        state = "waiting"
        changes |= {"state": state, "waiting_since": now(), "escalated_at": None}
    connection.execute(update(cases).where(cases.c.case_id == case.case_id).values(**changes))
    audit(connection, case, ASSISTANT, "raise", state, raised)
    return get(connection, case.case_id)
