"""What is to be said of a case in Slack, as letters for the outbox. Each has a key of its own, so
that putting one in again does nothing.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from desk.cases import Case, CaseEvent
from desk.messages import Message
from desk.slack.outbox import (
    DANGER_FIRST,
    PEOPLE_FIRST,
    REST,
    case_lane,
    drop_waiting,
    post,
)
from desk.slack.tables import slack_outbox

SETTLE_SECONDS = 1.0  # for a reply to reach the visitor's page before the line below says whether


def post_card(connection: Connection, case: Case, events: int) -> None:
    """One waiting card says all: it is made up when it is sent."""
    lane = case_lane(case.case_id)
    waiting = select(slack_outbox.c.id).where(
        slack_outbox.c.lane == lane,
        slack_outbox.c.kind == "card",
        slack_outbox.c.due_at.is_not(None),
        slack_outbox.c.attempts == 0,
    )
    if connection.execute(waiting).first() is None:
        content = {"case_id": case.case_id}
        key = f"card:{case.case_id}:{events}"
        post(connection, key, lane, "card", content, priority=_priority(case))


def post_event(connection: Connection, case: Case, event: CaseEvent) -> None:
    if event.action in ("open", "reply"):
        return
    lane = case_lane(case.case_id)
    content = {"case_id": case.case_id, "event_id": event.id}
    post(connection, f"event:{event.id}", lane, "event", content, priority=_priority(case))


def post_said(connection: Connection, case: Case, message: Message) -> None:
    """What the visitor says, and what staff answer. The assistant's own words stay out of it."""
    if message.sender not in ("visitor", "staff"):
        return
    content = {"case_id": case.case_id, "message_id": message.id}
    wait = SETTLE_SECONDS if message.sender == "staff" else 0.0
    post(
        connection,
        f"said:{message.id}",
        case_lane(case.case_id),
        "said",
        content,
        priority=PEOPLE_FIRST,
        wait_seconds=wait,
    )


def take_back(connection: Connection, case_id: str, channel: str, ts: str | None, why: str) -> None:
    """Takes everything that stands under the card away, and what is on it."""
    lane, gone = case_lane(case_id), f"gone:{case_id}"
    drop_waiting(connection, lane, ("card", "event", "said"))
    below = select(slack_outbox).where(
        slack_outbox.c.lane == lane,
        slack_outbox.c.ts.is_not(None),
        slack_outbox.c.kind.in_(("said", "event")),
    )
    for row in connection.execute(below).all():
        content = {"channel": row.channel, "ts": row.ts}
        post(connection, f"erase:{row.key}", gone, "erase", content)
    if ts is not None:
        content = {"case_id": case_id, "channel": channel, "ts": ts, "why": why}
        post(connection, f"withdraw:{case_id}:{ts}", gone, "withdraw", content)


def already_said(connection: Connection, event: CaseEvent) -> None:
    """What is there already, or is on the card, needs no line below it."""
    key = f"event:{event.id}"
    if post(connection, key, case_lane(event.case_id), "event", {}):
        same = update(slack_outbox).where(slack_outbox.c.key == key)
        connection.execute(same.values(due_at=None))


def _priority(case: Case) -> int:
    return DANGER_FIRST if case.urgency == "urgent" else REST
