"""Who has which conversation with the assistant, and where in Slack."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from desk.database import Database
from desk.messages import DANGER_OUTCOMES, Message, ensure_conversation
from desk.models import cases, messages
from desk.slack.outbox import DANGER_FIRST, PEOPLE_FIRST, post, talk_lane
from desk.slack.tables import insert_once, slack_places, slack_talks

CHANNEL = "slack"


@dataclass(frozen=True)
class Talk:
    """Replies go to `channel` and `thread_ts`; without a channel, and once it is `private`, to the
    person's direct messages.
    """

    conversation_id: str
    user_id: str
    channel: str
    thread_ts: str
    private: bool
    passed_id: int


class Talks:
    """Every method is one transaction and raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at(self, channel: str, thread_ts: str, user_id: str) -> Talk | None:
        """The conversation that a person has in a thread."""
        wanted = (
            select(slack_talks)
            .join(slack_places, slack_places.c.conversation_id == slack_talks.c.conversation_id)
            .where(_place(channel, thread_ts, user_id))
        )
        with self._database.reading() as connection:
            return _talk(connection.execute(wanted).one_or_none())

    def waiting_for_a_person(self, user_id: str, channel: str) -> Talk | None:
        """The person's conversation in these direct messages in which a case is open. What is
        written beside its thread belongs to it: neither an answer nor a danger gets lost.
        """
        here = (slack_talks.c.channel == channel) | slack_talks.c.private
        wanted = (
            select(slack_talks)
            .join(cases, cases.c.conversation_id == slack_talks.c.conversation_id)
            .where(slack_talks.c.user_id == user_id, here, cases.c.state != "resolved")
            .order_by(cases.c.opened_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            return _talk(connection.execute(wanted).one_or_none())

    def open(self, channel: str, thread_ts: str, user_id: str) -> Talk:
        """The conversation that a person has in a thread, a new one if need be."""
        with self._database.writing() as connection:
            place = _place(channel, thread_ts, user_id)
            known = connection.execute(select(slack_places).where(place)).one_or_none()
            if known is None:
                return _begin(connection, channel, thread_ts, user_id)
            wanted = slack_talks.c.conversation_id == known.conversation_id
            return Talk(**connection.execute(select(slack_talks).where(wanted)).one()._mapping)

    def open_directly(self, user_id: str, asked_id: str) -> Talk:
        """A conversation in the person's direct messages, which begins by quoting what was asked
        elsewhere. The same `asked_id` again is the same conversation.
        """
        with self._database.writing() as connection:
            place = _place("", asked_id, user_id)
            known = connection.execute(select(slack_places).where(place)).one_or_none()
            if known is not None:
                wanted = slack_talks.c.conversation_id == known.conversation_id
                return Talk(**connection.execute(select(slack_talks).where(wanted)).one()._mapping)
            talk = _begin(connection, "", asked_id, user_id)
            content = {"conversation_id": talk.conversation_id, "message_id": asked_id}
            lane = talk_lane(talk.conversation_id)
            post(connection, f"root:{asked_id}", lane, "root", content, priority=PEOPLE_FIRST)
            return talk

    def get(self, conversation_id: str) -> Talk | None:
        wanted = select(slack_talks).where(slack_talks.c.conversation_id == conversation_id)
        with self._database.reading() as connection:
            return _talk(connection.execute(wanted).one_or_none())

    def go_direct(self, talk: Talk) -> None:
        """From now on replies go to the person's direct messages."""
        with self._database.writing() as connection:
            note_place(connection, talk.conversation_id, "", "")

    def behind(self) -> list[str]:
        """Conversations with messages that have not gone to the outbox."""
        newest = (
            select(messages.c.conversation_id)
            .join(slack_talks, slack_talks.c.conversation_id == messages.c.conversation_id)
            .group_by(messages.c.conversation_id, slack_talks.c.passed_id)
            .having(func.max(messages.c.id) > slack_talks.c.passed_id)
        )
        with self._database.reading() as connection:
            return list(connection.execute(newest).scalars())

    def pass_on(self, conversation_id: str) -> int:
        """Puts what is new for the person into the outbox, once; how much it was."""
        known = self.get(conversation_id)
        if known is None:
            return 0
        with self._database.reading() as connection:
            if not _fresh(connection, known):
                return 0
        with self._database.writing() as connection:
            locked = slack_talks.c.conversation_id == conversation_id
            row = connection.execute(select(slack_talks).where(locked).with_for_update())
            talk = _talk(row.one_or_none())
            if talk is None:
                return 0
            fresh = _fresh(connection, talk)
            for message in fresh:
                if message.sender != "visitor":
                    _pass(connection, talk, message)
            if fresh:
                passed = update(slack_talks).where(locked).values(passed_id=fresh[-1].id)
                connection.execute(passed)
            return len(fresh)


def note_place(connection: Connection, conversation_id: str, channel: str, thread_ts: str) -> None:
    """Where replies go, within the caller's transaction; what is written there belongs to the
    conversation.
    """
    same = slack_talks.c.conversation_id == conversation_id
    connection.execute(update(slack_talks).where(same).values(channel=channel, thread_ts=thread_ts))
    user_id = connection.execute(select(slack_talks.c.user_id).where(same)).scalar()
    if user_id is not None and channel and thread_ts:
        place = {"channel": channel, "thread_ts": thread_ts, "user_id": user_id}
        insert_once(connection, slack_places, {**place, "conversation_id": conversation_id})


def _begin(connection: Connection, channel: str, thread_ts: str, user_id: str) -> Talk:
    talk = Talk(str(uuid.uuid4()), user_id, channel, thread_ts if channel else "", False, 0)
    ensure_conversation(connection, talk.conversation_id, CHANNEL)
    connection.execute(slack_talks.insert().values(**vars(talk)))
    place = {"channel": channel, "thread_ts": thread_ts, "user_id": user_id}
    connection.execute(slack_places.insert().values(**place, conversation_id=talk.conversation_id))
    return talk


def _fresh(connection: Connection, talk: Talk) -> list[Message]:
    wanted = (
        select(messages)
        .where(messages.c.conversation_id == talk.conversation_id)
        .where(messages.c.id > talk.passed_id)
        .order_by(messages.c.id)
    )
    return [Message(**row._mapping) for row in connection.execute(wanted)]


def _pass(connection: Connection, talk: Talk, message: Message) -> None:
    """After a danger in a place that others see, the rest of the conversation is private."""
    danger = message.outcome in DANGER_OUTCOMES
    if danger and talk.channel and not talk.channel.startswith("D"):
        same = slack_talks.c.conversation_id == talk.conversation_id
        connection.execute(update(slack_talks).where(same).values(private=True))
    content = {"conversation_id": talk.conversation_id, "message_id": message.id}
    post(
        connection,
        f"talk:{message.id}",
        talk_lane(talk.conversation_id),
        "talk",
        content,
        priority=DANGER_FIRST if danger else PEOPLE_FIRST,
    )


def _place(channel: str, thread_ts: str, user_id: str) -> object:
    return (
        (slack_places.c.channel == channel)
        & (slack_places.c.thread_ts == thread_ts)
        & (slack_places.c.user_id == user_id)
    )


def _talk(row: object) -> Talk | None:
    return None if row is None else Talk(**row._mapping)  # type: ignore[attr-defined]
