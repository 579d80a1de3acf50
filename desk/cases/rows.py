"""Reads and moves a case inside a transaction that the caller has opened."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.engine import Connection

from desk.cases.case import Callback, Case
from desk.clean import clean
from desk.errors import HeldBySomeoneElse, InvalidInput, UnknownCase
from desk.messages import lock_conversation
from desk.models import callbacks, case_events, cases, messages, now, stamp
from desk.notices import Notice, announce
from desk.transitions import Action, State, transition

CLAIM_MINUTES = 30
"""How long a claim holds while the visitor waits for an answer, unless the clinic's file says."""
_ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are mistaken for each other


def current(connection: Connection, conversation_id: str) -> Case | None:
    """The conversation's unresolved case."""
    unresolved = (cases.c.conversation_id == conversation_id) & (cases.c.state != "resolved")
    row = connection.execute(select(cases).where(unresolved)).one_or_none()
    return None if row is None else Case(**row._mapping)


def get(connection: Connection, case_id: str) -> Case:
    """Raises UnknownCase."""
    row = connection.execute(select(cases).where(cases.c.case_id == case_id)).one_or_none()
    if row is None:
        raise UnknownCase(case_id)
    return Case(**row._mapping)


def locked(connection: Connection, case_id: str) -> Case:
    """The case, with its conversation locked first: everywhere in this order, so that no two
    writers wait for each other.
    """
    lock_conversation(connection, get(connection, case_id).conversation_id)
    return get(connection, case_id)


def callback_of(connection: Connection, case_id: str) -> Callback | None:
    row = connection.execute(select(callbacks).where(callbacks.c.case_id == case_id)).one_or_none()
    return None if row is None else Callback(**row._mapping)


def move(
    connection: Connection,
    case: Case,
    action: Action,
    who: str,
    text: str | None = None,
    *,
    to: State | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Case:
    """Takes the action and writes it down; `to` is another state than the usual one. A claim may
    come in between (it takes no lock), hence the condition on the state.
    """
    after = transition(case.state, action, case_id=case.case_id)
    if action in ("reply", "hand_back"):
        check_holder(case, who, action)
    after = to or after
    same = (cases.c.case_id == case.case_id) & (cases.c.state == case.state)
    step = update(cases).where(same).values(state=after, **(changes or {}))
    moved = connection.execute(step).rowcount
    if not moved:
        again = get(connection, case.case_id)
        return move(connection, again, action, who, text, to=to, changes=changes)
    audit(connection, case, who, action, after, text)
    return get(connection, case.case_id)


def set_free(connection: Connection, case: Case, action: Action, who: str) -> Case:
    """Back to those who wait, or to those who want a call."""
    to: State = "waiting" if callback_of(connection, case.case_id) is None else "callback"
    free = {"assignee": None, "claimed_at": None, "claim_expires_at": None}
    again = {"waiting_since": now(), "escalated_at": None}
    return move(connection, case, action, who, to=to, changes=free | again)


def audit(
    connection: Connection,
    case: Case,
    who: str,
    action: str,
    after: State,
    text: str | None = None,
    *,
    before: State | str | None = "",
) -> None:
    """Writes down who did what with the case, and tells the listeners."""
    values = {
        "case_id": case.case_id,
        "at": now(),
        "who": who,
        "action": action,
        "from_state": case.state if before == "" else before,
        "to_state": after,
        "text": text,
    }
    connection.execute(case_events.insert().values(**values))
    announce(connection, Notice("case", case.conversation_id, case.case_id, action))


def check_holder(case: Case, who: str, action: Action) -> None:
    """Raises HeldBySomeoneElse."""
    if case.assignee is not None and case.assignee != who:
        raise HeldBySomeoneElse(case.case_id, action, case.assignee)


def claim_end(minutes: float) -> str:
    return stamp(datetime.now(timezone.utc) + timedelta(minutes=minutes))


def said(text: str, what: str) -> str:
    """What somebody wrote, cleaned. Raises InvalidInput when there is nothing."""
    words = clean(text).strip()
    if not words:
        raise InvalidInput(f"The {what} is empty: write what it should say.")
    return words


def kept(
    connection: Connection, conversation_id: str, transcript: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The transcript, unless the desk has the conversation's messages itself."""
    stored = exists().where(messages.c.conversation_id == conversation_id)
    if connection.execute(select(stored)).scalar_one():
        return []
    return [dict(line) for line in transcript]


def new_id(connection: Connection) -> str:
    while True:
        case_id = "C-" + "".join(secrets.choice(_ID_LETTERS) for _ in range(6))
        taken = exists().where(cases.c.case_id == case_id)
        if not connection.execute(select(taken)).scalar_one():
            return case_id
