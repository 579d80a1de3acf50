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
from desk.slack import case_letters
from desk.slack.outbox import PEOPLE_FIRST, case_lane, post
from desk.slack.settings import SlackSettings
from desk.slack.tables import insert_once, slack_cards


@dataclass(frozen=True)
class Card:
    """`first_id` is the newest message when it was made: those up to it are on the card. `events`
    is how many of the case's events were passed on: their ids need not rise as they are committed.
    """

    case_id: str
    conversation_id: str
    channel: str
    ts: str | None
    first_id: int
    passed_id: int
    events: int
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
            case_letters.already_said(connection, event)

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
            .group_by(cases.c.case_id, slack_cards.c.events)
            .having(func.count(case_events.c.id) > func.coalesce(slack_cards.c.events, 0))
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
            case, card = _case(connection, case_id), _locked(connection, case_id)
            channel = self._channel(case) if case else ""
            if card is not None and not card.withdrawn and card.channel != channel:
                why = "it is not for this channel any more." if case else "it was deleted."
                _withdraw(connection, card, why)
                card = None
            elif card is not None and card.withdrawn:
                if card.channel == channel:
                    return
                card = None
            if case is not None and channel:
                _pass(connection, case, card or _begin(connection, case, channel))

    def _is_behind(self, connection: Connection, case_id: str) -> bool:
        """Whether there is anything to do; most notices are about what was passed on already."""
        case = _case(connection, case_id)
        card = _find(connection, slack_cards.c.case_id == case_id)
        if case is None or card is None or card.withdrawn:
            return True
        return len(_events(connection, card)) > card.events or bool(
            _messages(connection, card, case)
        )

    def _channel(self, case: Case) -> str:
        """Allegations against staff are not for everybody's eyes."""
        confidential = case.queue == "allegations"
        return self._settings.allegations_channel if confidential else self._settings.channel


def note_card(connection: Connection, case_id: str, ts: str | None) -> None:
    """Where the card stands, within the caller's transaction."""
    same = update(slack_cards).where(slack_cards.c.case_id == case_id)
    connection.execute(same.values(ts=ts))


def _begin(connection: Connection, case: Case, channel: str) -> Card:
    """A new card, or one in another channel. What has happened so far is on the card itself."""
    mine = messages.c.conversation_id == case.conversation_id
    newest = connection.execute(select(func.max(messages.c.id)).where(mine)).scalar() or 0
    card = Card(case.case_id, case.conversation_id, channel, None, newest, newest, 0, False)
    if not insert_once(connection, slack_cards, vars(card)):
        same = update(slack_cards).where(slack_cards.c.case_id == case.case_id)
        connection.execute(same.values(**vars(card)))
    for event in _events(connection, card):
        case_letters.already_said(connection, event)
    return card


def _pass(connection: Connection, case: Case, card: Card) -> None:
    """The card first, so that the lines have something to stand under."""
    events, said = _events(connection, card), _messages(connection, card, case)
    if len(events) > card.events:
        case_letters.post_card(connection, case, len(events))
        for event in events:
            case_letters.post_event(connection, case, event)
    for message in said:
        case_letters.post_said(connection, case, message)
    passed_id = said[-1].id if said else card.passed_id
    same = update(slack_cards).where(slack_cards.c.case_id == card.case_id)
    connection.execute(same.values(events=len(events), passed_id=passed_id))


def _withdraw(connection: Connection, card: Card, why: str) -> None:
    case_letters.take_back(connection, card.case_id, card.channel, card.ts, why)
    same = update(slack_cards).where(slack_cards.c.case_id == card.case_id)
    connection.execute(same.values(withdrawn=True))


def _case(connection: Connection, case_id: str) -> Case | None:
    row = connection.execute(select(cases).where(cases.c.case_id == case_id)).one_or_none()
    return None if row is None else Case(**row._mapping)


def _events(connection: Connection, card: Card) -> list[CaseEvent]:
    wanted = select(case_events).where(case_events.c.case_id == card.case_id)
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
