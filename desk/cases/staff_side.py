"""What staff do with cases."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from desk import texts
from desk.cases.case import Case
from desk.cases.rows import (
    CLAIM_MINUTES,
    audit,
    check_holder,
    claim_end,
    get,
    locked,
    move,
    said,
    set_free,
)
from desk.clean import clean
from desk.database import Database
from desk.errors import InvalidInput
from desk.messages import Message, add_message, find_conversation, message_of
from desk.models import cases, messages, now
from desk.staff import check_email, is_active, name_of
from desk.transitions import UNCLAIMED, transition


class StaffSide:
    """See Cases."""

    _database: Database
    claim_minutes: float = CLAIM_MINUTES

    def claim(self, case_id: str, by: str) -> Case:
        """Takes a case that nobody holds; of several at once exactly one wins. Claiming what is
        one's own changes nothing. Raises HeldBySomeoneElse, which names the holder, and
        IllegalTransition.
        """
        who = check_email(by)
        with self._database.writing() as connection:
            before = get(connection, case_id)
            take = (
                update(cases)
                .where(cases.c.case_id == case_id, cases.c.state.in_(UNCLAIMED))
                .values(state="claimed", assignee=who, **self._claimed())
            )
            won = connection.execute(take).rowcount == 1
            case = get(connection, case_id)
            if won:
                audit(connection, before, who, "claim", "claimed")
                return case
            transition(case.state, "claim", case_id=case_id)
            check_holder(case, who, "claim")
            return case  # one's own

    def release(self, case_id: str, by: str) -> Case:
        """Puts a claimed case back among those that nobody holds; anyone may, holders fall ill."""
        who = check_email(by)
        with self._database.writing() as connection:
            return set_free(connection, locked(connection, case_id), "release", who)

    def reassign(self, case_id: str, to: str, by: str) -> Case:
        """Gives a case to another person, whoever held it. Raises InvalidInput when that person
        has no active account.
        """
        who, holder = check_email(by), check_email(to)
        with self._database.writing() as connection:
            if not is_active(connection, holder):
                raise InvalidInput(f"{holder} has no active account, so nobody would see the case.")
            case = locked(connection, case_id)
            return move(
                connection,
                case,
                "reassign",
                who,
                holder,
                changes={"assignee": holder, **self._claimed()},
            )

    def note(self, case_id: str, text: str, by: str) -> Case:
        """Adds a note for staff; no visitor sees it. Raises InvalidInput when it is empty."""
        note, who = said(text, "note"), check_email(by)
        with self._database.writing() as connection:
            case = locked(connection, case_id)
            renewed = self._renewed(case, who)
            return move(connection, case, "note", who, note, changes=renewed)

    def reply(self, case_id: str, text: str, by: str, *, message_id: str | None = None) -> Message:
        """Says something to the visitor, as the one who has claimed the case. The same
        `message_id` again (a form sent twice, Slack's retry) is the same reply.

        Raises IllegalTransition while nobody has, HeldBySomeoneElse, InvalidInput when empty.
        """
        words, who = said(text, "reply"), check_email(by)
        with self._database.writing() as connection:
            case = locked(connection, case_id)
            if message_id and (known := _said_already(connection, case, message_id)):
                return known
            first = func.coalesce(cases.c.first_reply_at, now())
            answered = {"first_reply_at": first, "claim_expires_at": None}
            move(connection, case, "reply", who, changes=answered)
            return _say(connection, case, words, who, message_id)

    def resolve(self, case_id: str, by: str, outcome: str | None = None) -> Case:
        """Closes the case, claimed or not, and tells the visitor that the assistant is back."""
        note, who = clean(outcome or "").strip() or None, check_email(by)
        with self._database.writing() as connection:
            return _close(connection, locked(connection, case_id), "resolve", who, note)

    def hand_back(
        self, case_id: str, by: str, text: str | None = None, outcome: str | None = None
    ) -> Case:
        """Closes the case with a last sentence to the visitor, as the one who has claimed it."""
        note, who = clean(outcome or "").strip() or None, check_email(by)
        with self._database.writing() as connection:
            case = locked(connection, case_id)
            transition(case.state, "hand_back", case_id=case_id)
            check_holder(case, who, "hand_back")
            if text is not None:
                _say(connection, case, said(text, "hand-back"), who)
            return _close(connection, case, "hand_back", who, note)

    def _claimed(self) -> dict[str, object]:
        at = now()
        return {
            "claimed_at": at,
            "claim_expires_at": claim_end(self.claim_minutes),
            "first_claimed_at": func.coalesce(cases.c.first_claimed_at, at),
        }

    def _renewed(self, case: Case, who: str) -> dict[str, object]:
        """Whoever holds the case and works on it keeps it."""
        if case.assignee != who or case.claim_expires_at is None:
            return {}
        return {"claim_expires_at": claim_end(self.claim_minutes)}


def _close(
    connection: Connection,
    case: Case,
    action: Literal["resolve", "hand_back"],
    who: str,
    outcome: str | None,
) -> Case:
    closing = {"outcome": outcome, "resolved_at": now(), "claim_expires_at": None}
    closed = move(connection, case, action, who, outcome, changes=closing)
    language = find_conversation(connection, case.conversation_id).language
    payload = {"case_id": case.case_id}
    words = texts.resolved(language)
    add_message(connection, case.conversation_id, "system", words, payload=payload)
    return closed


def _say(
    connection: Connection, case: Case, text: str, who: str, message_id: str | None = None
) -> Message:
    payload = {"case_id": case.case_id, "name": name_of(connection, who)}
    return add_message(
        connection, case.conversation_id, "staff", text, message_id=message_id, payload=payload
    )


def _said_already(connection: Connection, case: Case, message_id: str) -> Message | None:
    same = (messages.c.conversation_id == case.conversation_id) & (
        messages.c.message_id == message_id
    )
    row = connection.execute(select(messages).where(same)).one_or_none()
    return None if row is None else message_of(row)
