"""What time does to cases: claims end, those that nobody takes are told on, then missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from desk import texts
from desk.cases.case import DESK, Case, Urgency
from desk.cases.rows import locked, move, set_free
from desk.database import Database
from desk.hours import Hours
from desk.messages import add_message, find_conversation
from desk.models import cases, now, outbox
from desk.transitions import State

CONFIDENTIAL = "confidential"
"""Told instead of an allegation's reason to people who are not there for allegations."""


@dataclass(frozen=True)
class Waiting:
    """How long a case may go unclaimed. `escalate` has the minutes by urgency; `missed` counts
    opening hours only, and so does escalating what is not urgent.
    """

    hours: Hours
    escalate: Mapping[Urgency, float]
    missed: float

    def is_late(self, case: Case, at: datetime) -> bool:
        return self._waited(case, at) >= timedelta(minutes=self.escalate[case.urgency])

    def is_missed(self, case: Case, at: datetime) -> bool:
        since = datetime.fromisoformat(case.waiting_since or case.opened_at)
        return self.hours.open_between(since, at) >= timedelta(minutes=self.missed)

    def _waited(self, case: Case, at: datetime) -> timedelta:
        since = datetime.fromisoformat(case.waiting_since or case.opened_at)
        if case.urgency == "urgent":
            return at - since
        return self.hours.open_between(since, at)


@dataclass(frozen=True)
class OnCall:
    """Whom to tell: targets like mailto:name@clinic.example, and those for allegations."""

    general: Sequence[str] = ()
    allegations: Sequence[str] = ()

    def of(self, case: Case) -> Sequence[str]:
        if case.queue == "allegations" and self.allegations:
            return self.allegations
        return self.general


class TimeSide:
    """See Cases."""

    _database: Database

    def expire_claims(self) -> list[Case]:
        """Frees the cases whose holder has let the visitor wait for too long."""

        def free(connection: Connection, case: Case) -> Case | None:
            if case.state != "claimed" or (case.claim_expires_at or "z") > now():
                return None
            return set_free(connection, case, "expire", DESK)

        return self._each(cases.c.claim_expires_at < now(), ("claimed",), free)

    def escalate(self, waiting: Waiting, on_call: OnCall) -> list[Case]:
        """Has the people on call told of cases that nobody has claimed for too long, once each."""

        def tell(connection: Connection, case: Case) -> Case | None:
            late = waiting.is_late(case, datetime.now(timezone.utc))
            if case.state not in ("waiting", "callback") or case.escalated_at or not late:
                return None
            targets = on_call.of(case)
            _post(connection, case, targets, known=targets is on_call.allegations)
            text = ", ".join(targets) or "nobody is on call: see on_call in the clinic's file"
            return move(connection, case, "escalate", DESK, text, changes={"escalated_at": now()})

        return self._each(cases.c.escalated_at.is_(None), ("waiting", "callback"), tell)

    def miss(self, waiting: Waiting) -> list[Case]:
        """Tells visitors, once, that nobody has taken their case. It stays in the queue."""

        def say(connection: Connection, case: Case) -> Case | None:
            if case.state != "waiting" or not waiting.is_missed(case, datetime.now(timezone.utc)):
                return None
            language = find_conversation(connection, case.conversation_id).language
            payload = {"case_id": case.case_id}
            words = texts.missed(language)
            add_message(connection, case.conversation_id, "system", words, payload=payload)
            return move(connection, case, "miss", DESK)

        return self._each(cases.c.state == "waiting", ("waiting",), say)

    def _each(self, which: Any, states: Sequence[State], step: Any) -> list[Case]:
        """Takes the step with each case in a transaction of its own: several processes may do the
        same at once, and each looks again once the case is locked.
        """
        wanted = select(cases.c.case_id).where(which, cases.c.state.in_(states))
        with self._database.reading() as connection:
            found = list(connection.execute(wanted).scalars())
        changed = []
        for case_id in found:
            with self._database.writing() as connection:
                case = step(connection, locked(connection, case_id))
            if case is not None:
                changed.append(case)
        return changed


def _post(connection: Connection, case: Case, targets: Sequence[str], *, known: bool) -> None:
    confidential = case.queue == "allegations" and not known
    content = {
        "case_id": case.case_id,
        "urgency": case.urgency,
        "reason": CONFIDENTIAL if confidential else case.reason,
        "queue": case.queue,
        "channel": case.channel,
        "opened_at": case.opened_at,
    }
    for target in targets:
        row = {"case_id": case.case_id, "target": target, "content": content, "attempts": 0}
        connection.execute(outbox.insert().values(**row, created_at=now(), due_at=now()))
