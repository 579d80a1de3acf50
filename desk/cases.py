"""Handoff cases: a person of the clinic takes a conversation over, answers, gives it back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import case as choose
from sqlalchemy import exists, select, update
from sqlalchemy.engine import Connection

from desk import texts
from desk.clean import clean
from desk.database import Database
from desk.errors import HeldBySomeoneElse, InvalidInput, UnknownCase
from desk.models import case_events, cases, messages, now
from desk.staff import check_email, name_of
from desk.store import (
    Message,
    add_message,
    ensure_conversation,
    find_conversation,
    lock_conversation,
)
from desk.transitions import Action, State, transition

Urgency = Literal["normal", "soon", "urgent"]
Queue = Literal["general", "allegations"]

URGENCIES: tuple[Urgency, ...] = get_args(Urgency)  # rising
QUEUES: tuple[Queue, ...] = get_args(Queue)
_ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that are mistaken for each other


@dataclass(frozen=True)
class Case:
    """Times are ISO 8601 in UTC; `assignee` is an e-mail address."""

    case_id: str
    conversation_id: str
    channel: str
    state: State
    reason: str
    urgency: Urgency
    queue: Queue
    opened_at: str
    assignee: str | None = None
    claimed_at: str | None = None
    resolved_at: str | None = None
    outcome: str | None = None
    transcript: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class CaseEvent:
    """One line of a case's audit; `text` holds a note, an outcome or what was raised."""

    id: int
    case_id: str
    at: str
    who: str
    action: str
    from_state: State | None
    to_state: State
    text: str | None


class Cases:
    """The case store. Every method is one transaction and raises DatabaseError when it fails;
    those that take a case id raise UnknownCase.
    """

    def __init__(self, database: str | Database) -> None:
        self._database = database if isinstance(database, Database) else Database(database)

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
        _check_choice("urgency", urgency, URGENCIES)
        _check_choice("queue", queue, QUEUES)
        with self._database.writing() as connection:
            ensure_conversation(connection, conversation_id, channel)
            lock_conversation(connection, conversation_id)
            known = _current(connection, conversation_id)
            if known is not None:
                return _raise(connection, known, reason, urgency, queue)
            case = Case(
                case_id=_new_id(connection),
                conversation_id=conversation_id,
                channel=channel,
                state="waiting",
                reason=reason,
                urgency=urgency,
                queue=queue,
                opened_at=now(),
                transcript=_kept(connection, conversation_id, transcript),
            )
            connection.execute(cases.insert().values(**vars(case)))
            _audit(connection, case.case_id, "assistant", "open", None, "waiting", reason)
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
            return _current(connection, conversation_id)

    def had_urgent(self, conversation_id: str) -> bool:
        """Whether the conversation ever had a case of a crisis or an emergency, resolved or not."""
        urgent = exists().where(
            cases.c.conversation_id == conversation_id, cases.c.urgency == "urgent"
        )
        with self._database.reading() as connection:
            return bool(connection.execute(select(urgent)).scalar_one())

    def get(self, case_id: str) -> Case:
        with self._database.reading() as connection:
            return _get(connection, case_id)

    def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """What was done with the case, by whom and when, notes included."""
        wanted = select(case_events).where(case_events.c.case_id == case_id)
        with self._database.reading() as connection:
            _get(connection, case_id)
            rows = connection.execute(wanted.order_by(case_events.c.id))
            return tuple(CaseEvent(**row._mapping) for row in rows)

    def list(self, state: State | Literal["open", "all"] | None = None) -> tuple[Case, ...]:
        """Cases in a state; `open`, the default, means unresolved. The most urgent come first,
        then those that wait longest.
        """
        urgency = choose(
            {name: -rank for rank, name in enumerate(URGENCIES)}, value=cases.c.urgency
        )
        wanted = select(cases).order_by(urgency, cases.c.opened_at, cases.c.case_id)
        if state in (None, "open"):
            wanted = wanted.where(cases.c.state != "resolved")
        elif state != "all":
            wanted = wanted.where(cases.c.state == state)
        with self._database.reading() as connection:
            return tuple(Case(**row._mapping) for row in connection.execute(wanted))

    def claim(self, case_id: str, by: str) -> Case:
        """Takes a waiting case; of several at once exactly one wins. Claiming what is one's own
        changes nothing. Raises HeldBySomeoneElse, which names the holder, and IllegalTransition.
        """
        who = check_email(by)
        take = (
            update(cases)
            .where(cases.c.case_id == case_id, cases.c.state == "waiting")
            .values(state="claimed", assignee=who, claimed_at=now())
        )
        with self._database.writing() as connection:
            won = connection.execute(take).rowcount == 1
            case = _get(connection, case_id)
            if won:
                _audit(connection, case_id, who, "claim", "waiting", "claimed")
                return case
            transition(case.state, "claim", case_id=case_id)
            _check_holder(case, who, "claim")
            return case

    def release(self, case_id: str, by: str) -> Case:
        """Puts a claimed case back among the waiting; anyone may, holders fall ill."""
        with self._database.writing() as connection:
            case = _locked(connection, case_id)
            return _move(connection, case, "release", by, assignee=None, claimed_at=None)

    def note(self, case_id: str, text: str, by: str) -> Case:
        """Adds a note for staff; no visitor sees it. Raises InvalidInput when it is empty."""
        note = _said(text, "note")
        with self._database.writing() as connection:
            return _move(connection, _locked(connection, case_id), "note", by, note)

    def reply(self, case_id: str, text: str, by: str) -> Message:
        """Says something to the visitor, as the one who has claimed the case.

        Raises IllegalTransition while nobody has, HeldBySomeoneElse, InvalidInput when empty.
        """
        words = _said(text, "reply")
        with self._database.writing() as connection:
            case = _locked(connection, case_id)
            _move(connection, case, "reply", by)
            return _say(connection, case, words, by)

    def resolve(self, case_id: str, by: str, outcome: str | None = None) -> Case:
        """Closes the case, claimed or not, and tells the visitor that the assistant is back."""
        note = clean(outcome or "").strip() or None
        with self._database.writing() as connection:
            return _close(connection, _locked(connection, case_id), "resolve", by, note)

    def hand_back(self, case_id: str, by: str, text: str | None = None) -> Case:
        """Closes the case with a last sentence to the visitor, as the one who has claimed it."""
        with self._database.writing() as connection:
            case = _locked(connection, case_id)
            transition(case.state, "hand_back", case_id=case_id)
            _check_holder(case, check_email(by), "hand_back")
            if text is not None:
                _say(connection, case, _said(text, "hand-back"), by)
            return _close(connection, case, "hand_back", by, None)


def _current(connection: Connection, conversation_id: str) -> Case | None:
    unresolved = (cases.c.conversation_id == conversation_id) & (cases.c.state != "resolved")
    row = connection.execute(select(cases).where(unresolved)).one_or_none()
    return None if row is None else Case(**row._mapping)


def _get(connection: Connection, case_id: str) -> Case:
    row = connection.execute(select(cases).where(cases.c.case_id == case_id)).one_or_none()
    if row is None:
        raise UnknownCase(case_id)
    return Case(**row._mapping)


def _locked(connection: Connection, case_id: str) -> Case:
    """The case, with its conversation locked first: everywhere in this order, so that no two
    writers wait for each other.
    """
    lock_conversation(connection, _get(connection, case_id).conversation_id)
    return _get(connection, case_id)


def _move(
    connection: Connection,
    case: Case,
    action: Action,
    by: str,
    text: str | None = None,
    **values: Any,
) -> Case:
    """Takes the action and writes it down. A claim may come in between (it takes no lock), hence
    the condition on the state.
    """
    who = check_email(by)
    after = transition(case.state, action, case_id=case.case_id)
    if action in ("reply", "hand_back"):
        _check_holder(case, who, action)
    same = (cases.c.case_id == case.case_id) & (cases.c.state == case.state)
    moved = connection.execute(update(cases).where(same).values(state=after, **values)).rowcount
    if not moved:
        return _move(connection, _get(connection, case.case_id), action, by, text, **values)
    _audit(connection, case.case_id, who, action, case.state, after, text)
    return _get(connection, case.case_id)


def _close(
    connection: Connection,
    case: Case,
    action: Literal["resolve", "hand_back"],
    by: str,
    outcome: str | None,
) -> Case:
    closed = _move(connection, case, action, by, outcome, outcome=outcome, resolved_at=now())
    language = find_conversation(connection, case.conversation_id).language
    payload = {"case_id": case.case_id}
    words = texts.resolved(language)
    add_message(connection, case.conversation_id, "system", words, payload=payload)
    return closed


def _say(connection: Connection, case: Case, text: str, by: str) -> Message:
    payload = {"case_id": case.case_id, "name": name_of(connection, check_email(by))}
    return add_message(connection, case.conversation_id, "staff", text, payload=payload)


def _raise(connection: Connection, case: Case, reason: str, urgency: Urgency, queue: Queue) -> Case:
    """The open case, made as urgent and as confidential as the newest reason for it."""
    changes: dict[str, str] = {}
    if URGENCIES.index(urgency) > URGENCIES.index(case.urgency):
        changes = {"reason": reason, "urgency": urgency}
    if queue == "allegations" != case.queue:
        changes["queue"] = queue
    if not changes:
        return case
    connection.execute(update(cases).where(cases.c.case_id == case.case_id).values(**changes))
    raised = ", ".join(f"{name} {getattr(case, name)} -> {to}" for name, to in changes.items())
    _audit(connection, case.case_id, "assistant", "raise", case.state, case.state, raised)
    return _get(connection, case.case_id)


def _check_holder(case: Case, who: str, action: Action) -> None:
    if case.assignee is not None and case.assignee != who:
        raise HeldBySomeoneElse(case.case_id, action, case.assignee)


def _check_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InvalidInput(f"{name} {value!r} is not one of {', '.join(allowed)}.")


def _said(text: str, what: str) -> str:
    words = clean(text).strip()
    if not words:
        raise InvalidInput(f"The {what} is empty: write what it should say.")
    return words


def _kept(
    connection: Connection, conversation_id: str, transcript: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    stored = exists().where(messages.c.conversation_id == conversation_id)
    if connection.execute(select(stored)).scalar_one():
        return []
    return [dict(line) for line in transcript]


def _new_id(connection: Connection) -> str:
    while True:
        case_id = "C-" + "".join(secrets.choice(_ID_LETTERS) for _ in range(6))
        taken = exists().where(cases.c.case_id == case_id)
        if not connection.execute(select(taken)).scalar_one():
            return case_id


def _audit(
    connection: Connection,
    case_id: str,
    who: str,
    action: str,
    before: State | None,
    after: State,
    text: str | None = None,
) -> None:
    values = {
        "case_id": case_id,
        "at": now(),
        "who": who,
        "action": action,
        "from_state": before,
        "to_state": after,
        "text": text,
    }
    connection.execute(case_events.insert().values(**values))
