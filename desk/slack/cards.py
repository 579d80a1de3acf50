"""Which case has which card, and what of a case has still to be said below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from desk.cases import Case, CaseEvent
from desk.database import Database
from desk.messages import Message
from desk.models import case_events, cases, conversations, messages
from desk.slack.outbox import (
    DANGER_FIRST,
    PEOPLE_FIRST,
    REST,
    case_lane,
    drop_waiting,
    post,
)
from desk.slack.settings import SlackSettings
from desk.slack.tables import insert_once, slack_cards, slack_outbox

SETTLE_SECONDS = 1.0  # for a reply to reach the visitor's page before the line below says whether


@dataclass(frozen=True)
class Card:
    """`first_id` is the newest message when it was made: those up to it are on the card."""

    case_id: str
    conversation_id: str
    channel: str
    ts: str | None
    first_id: int
    passed_id: int
    event_id: int
    withdrawn: bool


class Cards:
    """Every method is one transaction and raises DatabaseError when the database fails."""

    def __init__(self, database: Database, settings: SlackSettings) -> None:
        self._database, self._settings = database, settings

    def get(self, case_id: str) -> Card | None:
        with self._database.reading() as connection:
            return _find(connection, slack_cards.c.case_id == case_id)

    def at(self, channel: str, ts: str) -> Card | None:
        """The card that a thread belongs to."""
        here = (slack_cards.c.channel == channel) & (slack_cards.c.ts == ts)
        with self._database.reading() as connection:
            return _find(connection, here)

    def lost(self, case_id: str) -> None:
        """Somebody has deleted it; it is posted anew."""
        with self._database.writing() as connection:
            note_card(connection, case_id, None)

    def already_said(self, event: CaseEvent) -> None:
        """Something that came from the thread itself needs no line there."""
        with self._database.writing() as connection:
            lane = case_lane(event.case_id)
            post(connection, f"event:{event.id}", lane, "event", {})
            same = update(slack_outbox).where(slack_outbox.c.key == f"event:{event.id}")
            connection.execute(same.values(due_at=None))

    def line(self, case_id: str, key: str, text: str) -> None:
        """Something for everybody to see below the card."""
        with self._database.writing() as connection:
            content = {"case_id": case_id, "text": text}
            post(connection, key, case_lane(case_id), "event", content, priority=PEOPLE_FIRST)

    def has_message(self, conversation_id: str, message_id: str) -> bool:
        same = (messages.c.conversation_id == conversation_id) & (
            messages.c.message_id == message_id
        )
        with self._database.reading() as connection:
            return connection.execute(select(messages.c.id).where(same)).first() is not None

    def behind(self) -> list[str]:
        """Cases of which something has still to go to the outbox, and those that are gone."""
        newest = (
            select(cases.c.case_id)
            .join(case_events, case_events.c.case_id == cases.c.case_id)
            .outerjoin(slack_cards, slack_cards.c.case_id == cases.c.case_id)
            .where((cases.c.state != "resolved") | slack_cards.c.case_id.is_not(None))
            .group_by(cases.c.case_id, slack_cards.c.event_id)
            .having(func.max(case_events.c.id) > func.coalesce(slack_cards.c.event_id, 0))
        )
        said = (
            select(slack_cards.c.case_id)
            .join(cases, cases.c.case_id == slack_cards.c.case_id)
            .join(messages, messages.c.conversation_id == slack_cards.c.conversation_id)
            .where(cases.c.state != "resolved", messages.c.id > slack_cards.c.passed_id)
            .distinct()
        )
        gone = (
            select(slack_cards.c.case_id)
            .outerjoin(cases, cases.c.case_id == slack_cards.c.case_id)
            .where(cases.c.case_id.is_(None), ~slack_cards.c.withdrawn)
        )
        with self._database.reading() as connection:
            found = [connection.execute(one).scalars().all() for one in (newest, said, gone)]
        return list(dict.fromkeys(case_id for some in found for case_id in some))

    def of_conversation(self, conversation_id: str) -> list[str]:
        """The cases of a conversation that may have something to say."""
        known = select(slack_cards.c.case_id).where(
            slack_cards.c.conversation_id == conversation_id
        )
        current = select(cases.c.case_id).where(cases.c.conversation_id == conversation_id)
        with self._database.reading() as connection:
            found = [*connection.execute(known).scalars(), *connection.execute(current).scalars()]
        return list(dict.fromkeys(found))

    def pass_on(self, case_id: str) -> None:
        """Puts what is new of a case into the outbox, once."""
        with self._database.reading() as connection:
            if not self._is_behind(connection, case_id):
                return
        with self._database.writing() as connection:
            row = connection.execute(select(cases).where(cases.c.case_id == case_id))
            found = row.one_or_none()
            case = None if found is None else Case(**found._mapping)
            card = _locked(connection, case_id)
            if case is None:
                if card is not None and not card.withdrawn:
                    _withdraw(connection, card, "it was deleted.")
                return
            channel = self._channel(case)
            if card is not None and not card.withdrawn and card.channel != channel:
                _withdraw(connection, card, "it is not for this channel any more.")
                card = None
            elif card is not None and card.withdrawn:
                if card.channel == channel or not channel:
                    return
                card = None
            if channel:
                self._pass(connection, case, card or self._begin(connection, case, channel))

    def _is_behind(self, connection: Connection, case_id: str) -> bool:
        """Whether there is anything to do; most notices are about what was passed on already."""
        row = connection.execute(select(cases).where(cases.c.case_id == case_id)).one_or_none()
        card = _find(connection, slack_cards.c.case_id == case_id)
        if row is None or card is None or card.withdrawn:
            return row is not None or card is not None
        case = Case(**row._mapping)
        return bool(_events(connection, card) or _messages(connection, card, case))

    def _channel(self, case: Case) -> str:
        """Allegations against staff are not for everybody's eyes."""
        confidential = case.queue == "allegations"
        return self._settings.allegations_channel if confidential else self._settings.channel

    def _begin(self, connection: Connection, case: Case, channel: str) -> Card:
        mine = messages.c.conversation_id == case.conversation_id
        newest = connection.execute(select(func.max(messages.c.id)).where(mine)).scalar() or 0
        card = Card(case.case_id, case.conversation_id, channel, None, newest, newest, 0, False)
        if not insert_once(connection, slack_cards, vars(card)):  # it moved from another channel
            same = update(slack_cards).where(slack_cards.c.case_id == case.case_id)
            connection.execute(same.values(**vars(card)))
        return card

    def _pass(self, connection: Connection, case: Case, card: Card) -> None:
        """The card first, so that the lines have something to stand under."""
        events = _events(connection, card)
        said = _messages(connection, card, case)
        first_time = card.ts is None and card.event_id == 0
        if events:
            _post_card(connection, case, events[-1].id)
        if not first_time:
            for event in events:
                _post_event(connection, case, event)
        for message in said:
            _post_said(connection, case, message)
        passed = {
            "event_id": events[-1].id if events else card.event_id,
            "passed_id": said[-1].id if said else card.passed_id,
        }
        same = update(slack_cards).where(slack_cards.c.case_id == card.case_id)
        connection.execute(same.values(**passed))


def note_card(connection: Connection, case_id: str, ts: str | None) -> None:
    """Where the card stands, within the caller's transaction."""
    same = update(slack_cards).where(slack_cards.c.case_id == case_id)
    connection.execute(same.values(ts=ts))


def withdrawn_lane(case_id: str) -> str:
    return f"gone:{case_id}"


def _post_card(connection: Connection, case: Case, event_id: int) -> None:
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
        key = f"card:{case.case_id}:{event_id}"
        post(connection, key, lane, "card", content, priority=_priority(case))


def _post_event(connection: Connection, case: Case, event: CaseEvent) -> None:
    if event.action in ("open", "reply"):
        return
    lane = case_lane(case.case_id)
    content = {"case_id": case.case_id, "event_id": event.id}
    post(connection, f"event:{event.id}", lane, "event", content, priority=_priority(case))


def _post_said(connection: Connection, case: Case, message: Message) -> None:
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


def _withdraw(connection: Connection, card: Card, why: str) -> None:
    """Takes everything that stands under the card away, and what is on it."""
    lane = case_lane(card.case_id)
    drop_waiting(connection, lane, ("card", "event", "said"))
    below = select(slack_outbox).where(
        slack_outbox.c.lane == lane,
        slack_outbox.c.ts.is_not(None),
        slack_outbox.c.kind.in_(("said", "event")),
    )
    gone = withdrawn_lane(card.case_id)
    for row in connection.execute(below).all():
        content = {"channel": row.channel, "ts": row.ts}
        post(connection, f"erase:{row.key}", gone, "erase", content)
    if card.ts is not None:
        content = {"case_id": card.case_id, "channel": card.channel, "ts": card.ts, "why": why}
        post(connection, f"withdraw:{card.case_id}:{card.ts}", gone, "withdraw", content)
    same = update(slack_cards).where(slack_cards.c.case_id == card.case_id)
    connection.execute(same.values(withdrawn=True))


def _priority(case: Case) -> int:
    return DANGER_FIRST if case.urgency == "urgent" else REST


def _events(connection: Connection, card: Card) -> list[CaseEvent]:
    wanted = select(case_events).where(
        case_events.c.case_id == card.case_id, case_events.c.id > card.event_id
    )
    rows = connection.execute(wanted.order_by(case_events.c.id))
    return [CaseEvent(**row._mapping) for row in rows]


def _messages(connection: Connection, card: Card, case: Case) -> Sequence[Message]:
    """What was said while the case was open."""
    wanted = select(messages).where(
        messages.c.conversation_id == card.conversation_id, messages.c.id > card.passed_id
    )
    if case.resolved_at is not None:
        wanted = wanted.where(messages.c.created_at <= case.resolved_at)
    rows = connection.execute(wanted.order_by(messages.c.id))
    return [Message(**row._mapping) for row in rows]


def _locked(connection: Connection, case_id: str) -> Card | None:
    """The card; and with PostgreSQL the conversation's row, so that two processes take turns."""
    card = _find(connection, slack_cards.c.case_id == case_id)
    if card is None:
        return None
    one = select(conversations.c.id).where(conversations.c.id == card.conversation_id)
    connection.execute(one.with_for_update())
    return _find(connection, slack_cards.c.case_id == case_id)


def _find(connection: Connection, which: object) -> Card | None:
    row = connection.execute(select(slack_cards).where(which)).one_or_none()
    return None if row is None else Card(**row._mapping)
