"""What is counted, in Prometheus' form. Labels are outcomes, reasons and states, never ids.

Turns are counted by the process that took them: add them up over processes. What is said of cases
comes from the database: every process says the same, take one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from sqlalchemy import func, select

from desk.database import Database
from desk.errors import DatabaseError
from desk.models import case_events, cases, feedback, outbox
from desk.rasa_client import Answer
from desk.transitions import UNCLAIMED

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
CLAIM_SECONDS = (30, 60, 180, 600, 1800, 3600, 4 * 3600, 24 * 3600)
TIMEOUT = "no answer within"
KNOWN_SOURCES = frozenset({"wording", "classifier", "default", "failure"})


class Metrics:
    """One for an application, with a registry of its own."""

    def __init__(self, database: Database, index_store: Path) -> None:
        self._registry = CollectorRegistry()
        self._index_store = index_store
        self.turns = Counter("desk_turns", "Turns by outcome", ["outcome"], registry=self._registry)
        self.handoffs = Counter(
            "desk_handoffs", "Turns that went to a person", ["reason"], registry=self._registry
        )
        self.gate = Counter(
            "desk_gate_verdicts",
            "Verdicts of the safety gate, by kind and by who decided",
            ["label", "source"],
            registry=self._registry,
        )
        self.unavailable = Counter(
            "desk_assistant_unavailable",
            "Turns without a usable answer",
            ["cause"],
            registry=self._registry,
        )
        self.below_threshold = Counter(
            "desk_retrieval_below_threshold",
            "Questions that no passage answers",
            registry=self._registry,
        )
        self.assistant_seconds = Histogram(
            "desk_assistant_seconds", "Asking Rasa", buckets=SECONDS, registry=self._registry
        )
        self.own_seconds = Histogram(
            "desk_own_seconds",
            "A turn without asking Rasa",
            buckets=SECONDS,
            registry=self._registry,
        )
        self.in_flight = Gauge("desk_turns_in_flight", "Turns being taken", registry=self._registry)
        self.streams = Gauge("desk_streams", "Listening pages", registry=self._registry)
        self._registry.register(_Cases(database))
        self._registry.register(_IndexAge(index_store))

    def count_answer(self, answer: Answer) -> None:
        gate = (answer.trace or {}).get("gate")
        if isinstance(gate, dict) and gate.get("source") in KNOWN_SOURCES:
            self.gate.labels(str(gate.get("label"))[:32], gate["source"]).inc()
        if answer.outcome == "no_answer":
            self.below_threshold.inc()

    def count_turn(self, outcome: str, reason: str | None) -> None:
        self.turns.labels(outcome).inc()
        if outcome in ("handoff", "crisis", "emergency"):
            self.handoffs.labels(reason or "").inc()

    def count_unavailable(self, cause: str) -> None:
        self.unavailable.labels("timeout" if cause.startswith(TIMEOUT) else "failure").inc()

    def text(self) -> bytes:
        """Everything, as Prometheus reads it. Reads the database: call it in a thread."""
        return generate_latest(self._registry)


class _Cases:
    """Cases, callbacks, feedback and letters as the database has them. Nothing while it is away:
    the rest is told all the same.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # so that registering does not read the database

    def collect(self) -> Iterator[GaugeMetricFamily | HistogramMetricFamily]:
        up = GaugeMetricFamily("desk_database_up", "Whether the database can be read")
        try:
            found = self._read()
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from found

    def _read(self) -> list[GaugeMetricFamily | HistogramMetricFamily]:
        waiting = GaugeMetricFamily(
            "desk_cases_waiting", "Cases nobody holds", labels=["queue", "urgency", "state"]
        )
        opened = GaugeMetricFamily("desk_cases", "Cases on record by reason", labels=["reason"])
        steps = GaugeMetricFamily("desk_case_steps", "What was done with cases", labels=["action"])
        given = GaugeMetricFamily("desk_feedback", "What visitors think", labels=["helpful"])
        letters = GaugeMetricFamily("desk_outbox_waiting", "Letters that are not out yet")
        with self._database.reading() as connection:
            kinds = (cases.c.queue, cases.c.urgency, cases.c.state)
            unclaimed = select(*kinds, func.count()).where(cases.c.state.in_(UNCLAIMED))
            for *labels, number in connection.execute(unclaimed.group_by(*kinds)):
                waiting.add_metric([str(label) for label in labels], number)
            for family, column in (
                (opened, cases.c.reason),
                (steps, case_events.c.action),
                (given, feedback.c.helpful),
            ):
                counted = select(column, func.count()).group_by(column)
                for label, number in connection.execute(counted):
                    family.add_metric([str(label).lower()], number)
            due = select(func.count()).where(outbox.c.due_at.is_not(None))
            letters.add_metric([], connection.execute(due).scalar_one())
            times = connection.execute(
                select(cases.c.opened_at, cases.c.first_claimed_at, cases.c.first_reply_at)
            ).all()
        claims = _histogram("desk_time_to_claim_seconds", "From opening to the first claim", [
            _between(row.opened_at, row.first_claimed_at) for row in times])  # fmt: skip
        replies = _histogram("desk_time_to_reply_seconds", "From opening to the first reply", [
            _between(row.opened_at, row.first_reply_at) for row in times])  # fmt: skip
        return [waiting, opened, steps, given, letters, claims, replies]


class _IndexAge:
    """How old the index is that answers come from, by the file that names its version."""

    def __init__(self, store: Path) -> None:
        self._pointer = store / "current"

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        age = GaugeMetricFamily("desk_index_age_seconds", "Since the index was built")
        try:
            age.add_metric([], time.time() - self._pointer.stat().st_mtime)
        except OSError:
            return
        yield age


def _between(start: str, end: str | None) -> timedelta | None:
    return datetime.fromisoformat(end) - datetime.fromisoformat(start) if end else None


def _histogram(name: str, what: str, times: list[timedelta | None]) -> HistogramMetricFamily:
    seconds = [one.total_seconds() for one in times if one is not None]
    buckets = [(str(b), float(sum(s <= b for s in seconds))) for b in CLAIM_SECONDS]
    family = HistogramMetricFamily(name, what)
    family.add_metric([], [*buckets, ("+Inf", float(len(seconds)))], sum_value=sum(seconds))
    return family
