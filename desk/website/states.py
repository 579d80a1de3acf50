"""Where a conversation stands, as the visitor's page shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from desk.cases import Case, Cases
from desk.cases.case import VISITOR
from desk.hours import Hours
from desk.notices import Notice, Notices
from desk.staff import Staff
from desk.store import Store

TYPING_SECONDS = 10.0  # somebody who stopped without saying so has stopped


@dataclass
class _Writer:
    who: str
    until: float


class States:
    """One for a process. `clock` gives the time of day, in a zone, for tests."""

    def __init__(
        self,
        store: Store,
        cases: Cases,
        staff: Staff,
        notices: Notices,
        hours: Hours,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._store, self._cases, self._staff, self._notices = store, cases, staff, notices
        self._hours, self._clock = hours, clock
        self._writers: dict[str, _Writer] = {}
        notices.on_typing = self._heard

    def of(self, conversation_id: str) -> dict[str, Any]:
        """The state. Reads the database: call it in a thread. Raises UnknownConversation."""
        conversation = self._store.visible(conversation_id)
        case = self._cases.current(conversation_id)
        return {
            "conversation_id": conversation_id,
            "language": conversation.language,
            "state": case.state if case else "bot",
            "case_id": case.case_id if case else None,
            "queue_place": self._cases.place(case) if case else None,
            "staff_name": self._holder(case),
            "opening": self.opening(conversation.language),
            "typing": self._writing(conversation_id),
        }

    def opening(self, language: str | None) -> dict[str, Any]:
        """Whether somebody of the clinic is there, in words, and when next."""
        opening = self._hours.at(self._clock())
        return {
            "open": opening.open,
            "text": opening.text(language),
            "next": opening.next.isoformat() if opening.next else None,
        }

    def tell_typing(self, conversation_id: str, who: str, typing: bool) -> None:
        """Tells the other side that somebody (a name, or `visitor`) writes or has stopped. Call
        it in a thread. Raises DatabaseError.
        """
        self._notices.say(Notice("typing", conversation_id, who=who, typing=typing))

    def _heard(self, notice: Notice) -> None:
        """Remembers who of the staff writes."""
        if notice.who == VISITOR:
            return
        if notice.typing:
            until = time.monotonic() + TYPING_SECONDS
            self._writers[notice.conversation_id] = _Writer(notice.who or "", until)
        else:
            self._writers.pop(notice.conversation_id, None)

    def _writing(self, conversation_id: str) -> bool:
        writer = self._writers.get(conversation_id)
        if writer is not None and writer.until < time.monotonic():
            self._writers.pop(conversation_id, None)
            return False
        return writer is not None

    def _holder(self, case: Case | None) -> str | None:
        if case is None or case.assignee is None:
            return None
        person = self._staff.find(case.assignee)
        return person.name if person else None
