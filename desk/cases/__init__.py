"""Handoff cases: a person of the clinic takes a conversation over, answers, gives it back."""

from __future__ import annotations

from desk.cases.assistant_side import AssistantSide, Standing
from desk.cases.case import QUEUES, URGENCIES, Callback, Case, CaseEvent, Queue, Urgency
from desk.cases.reading import Reading
from desk.cases.rows import CLAIM_MINUTES
from desk.cases.staff_side import StaffSide
from desk.cases.time_side import TimeSide
from desk.cases.visitor_side import VisitorSide
from desk.database import Database

__all__ = [
    "QUEUES",
    "URGENCIES",
    "Callback",
    "Case",
    "CaseEvent",
    "Cases",
    "Queue",
    "Standing",
    "Urgency",
]


class Cases(AssistantSide, StaffSide, VisitorSide, TimeSide, Reading):
    """The case store. Every method is one transaction and raises DatabaseError when it fails;
    those that take a case id raise UnknownCase.
    """

    def __init__(self, database: str | Database, claim_minutes: float = CLAIM_MINUTES) -> None:
        self._database = database if isinstance(database, Database) else Database(database)
        self.claim_minutes = claim_minutes
