"""Makes up what a letter says, from what is true when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from sqlalchemy import select

from desk.cases import Case, Cases
from desk.database import Database
from desk.deliveries import Deliveries
from desk.errors import UnknownCase
from desk.messages import Message
from desk.models import messages
from desk.slack.answer_blocks import fallback, is_danger, reply_blocks
from desk.slack.cards import Card, Cards
from desk.slack.case_card import (
    WORDS_SHOWN,
    CardView,
    card_blocks,
    card_text,
    event_line,
    is_loud,
    withdrawn_blocks,
)
from desk.slack.elements import FALLBACK_CHARS, Block, context, sections
from desk.slack.inbox import Inbox
from desk.slack.mrkdwn import escaped, quoted, shortened
from desk.slack.outbox import Letter
from desk.slack.settings import SlackSettings
from desk.slack.talks import Talk, Talks
from desk.staff import Staff

Shown = Literal["", "delivered", "away", "failed"]
LATE_SECONDS = 60.0
QUIET = ("answer", "no_answer", "small_talk", "out_of_scope")
"""Outcomes whose reply nobody needs once the question was taken back."""


@dataclass(frozen=True)
class Outgoing:
    """One call. Without a channel it goes to the direct messages of `user`; an `ephemeral` one is
    for the eyes of `user` alone; with `ts` it changes what stands there.
    """

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    channel: str = ""
    user: str = ""
    thread_ts: str = ""
    ts: str = ""
    ephemeral: bool = False
    broadcast: bool = False
    erase: bool = False
    url: str = ""
    shown: Shown = ""


class Outgoings:
    """Reads the database: call it in a thread. Raises DatabaseError."""

    def __init__(
        self,
        database: Database,
        settings: SlackSettings,
        talks: Talks,
        cards: Cards,
        inbox: Inbox,
        link: str = "",
    ) -> None:
        self._database, self._settings, self._link = database, settings, link
        self._talks, self._cards, self._inbox = talks, cards, inbox
        self._cases, self._staff = Cases(database), Staff(database)
        self._deliveries = Deliveries(database)

    def of(self, letter: Letter) -> Outgoing | None:
        """What is to be sent; None when there is nothing to say any more."""
        make = {
            "talk": self._talk,
            "root": self._root,
            "card": self._card,
            "said": self._said,
            "event": self._event,
            "tell": _tell,
            "respond": self._respond,
            "erase": _erase,
            "withdraw": _withdraw,
        }
        try:
            return make[letter.kind](letter.content)
        except UnknownCase:  # its conversation was deleted
            return None

    def message(self, message_id: int) -> Message | None:
        return self._one(messages.c.id == message_id)

    def delivery(self, message_id: int) -> tuple[Shown, str]:
        """Whether a reply of staff has arrived, and why not."""
        known = self._deliveries.of(message_id)
        if known is None:
            return "away", ""
        return ("failed", known.problem) if known.problem else ("delivered", "")

    def _talk(self, content: Mapping[str, Any]) -> Outgoing | None:
        talk = self._talks.get(content["conversation_id"])
        message = self.message(content["message_id"])
        if talk is None or message is None:
            return None
        asked = self.message(message.in_reply_to) if message.in_reply_to else None
        if asked and message.outcome in QUIET and self._inbox.knows(f"delete:{asked.message_id}"):
            return None
        said = {"text": fallback(message), "blocks": reply_blocks(message)}
        return Outgoing(**said, **place_of(talk, message, asked), user=talk.user_id)  # type: ignore[arg-type]

    def _root(self, content: Mapping[str, Any]) -> Outgoing | None:
        talk = self._talks.get(content["conversation_id"])
        same = messages.c.conversation_id == content["conversation_id"]
        asked = self._one(same & (messages.c.message_id == content["message_id"]))
        if talk is None:
            return None
        words = quoted(shortened(asked.text, 2500)) if asked else ""
        text = f"You asked:\n{words}" if words else "Your question:"
        return Outgoing(text=text, blocks=sections(text, 2), user=talk.user_id)

    def _respond(self, content: Mapping[str, Any]) -> Outgoing | None:
        if not content:
            return None
        message = self.message(content["message_id"]) if "message_id" in content else None
        if message is None:
            return Outgoing(text=str(content.get("text", "")), url=content["url"])
        return Outgoing(text=fallback(message), blocks=reply_blocks(message), url=content["url"])

    def _card(self, content: Mapping[str, Any]) -> Outgoing | None:
        case, card = self._cases.get(content["case_id"]), self._cards.get(content["case_id"])
        if card is None or card.withdrawn:
            return None
        view = CardView(
            case=case,
            holder=self._name(case.assignee) if case.assignee else None,
            words=self._words(case, card),
            on_call=self._settings.on_call,
            link=f"{self._link}/staff/cases/{case.case_id}" if self._link else "",
            in_slack=self._talks.get(case.conversation_id) is not None,
        )
        blocks, text = card_blocks(view), card_text(view)
        return Outgoing(text=text, blocks=blocks, channel=card.channel, ts=card.ts or "")

    def _said(self, content: Mapping[str, Any]) -> Outgoing | None:
        """What the visitor said, or staff, with a word on whether it arrived."""
        case, card = self._cases.get(content["case_id"]), self._cards.get(content["case_id"])
        message = self.message(content["message_id"])
        if card is None or card.withdrawn or card.ts is None or message is None:
            return None
        words = self._shows_words(case)
        under: dict[str, Any] = {"channel": card.channel, "thread_ts": card.ts}
        under |= {"ts": content.get("ts", "")}
        if message.sender == "visitor":
            text = _visitor_line(message, words)
            return Outgoing(text=text, blocks=sections(text, 3, verbatim=True), **under)
        shown, why = self.delivery(message.id)
        text = _staff_line(message, words)
        blocks = [*sections(text, 3), context(_delivery_line(shown, why))]
        return Outgoing(text=shortened(text, 300), blocks=blocks, shown=shown, **under)

    def _event(self, content: Mapping[str, Any]) -> Outgoing | None:
        if not content:
            return None
        case, card = self._cases.get(content["case_id"]), self._cards.get(content["case_id"])
        if card is None or card.withdrawn or card.ts is None:
            return None
        under: dict[str, Any] = {"channel": card.channel, "thread_ts": card.ts}
        if "text" in content:
            return Outgoing(text=content["text"], blocks=sections(content["text"], 1), **under)
        events = {event.id: event for event in self._cases.events(case.case_id)}
        event = events.get(content["event_id"])
        if event is None:
            return None
        loud = is_loud(event)
        on_call = self._settings.on_call if loud else ""
        words = self._shows_words(case)
        text = event_line(event, self._name(event.who), words=words, on_call=on_call)
        if text is None:
            return None
        return Outgoing(
            text=shortened(text, FALLBACK_CHARS),
            blocks=sections(text, 3, verbatim=not loud),
            broadcast=loud,
            **under,
        )

    def _words(self, case: Case, card: Card) -> list[str]:
        if not self._shows_words(case):
            return []
        wanted = select(messages.c.text).where(
            messages.c.conversation_id == case.conversation_id,
            messages.c.sender == "visitor",
            messages.c.id <= card.first_id,
        )
        newest = wanted.order_by(messages.c.id.desc()).limit(WORDS_SHOWN)
        with self._database.reading() as connection:
            return list(connection.execute(newest).scalars())[::-1]

    def _shows_words(self, case: Case) -> bool:
        """Only where the clinic has switched it on, and never what a colleague wrote in Slack."""
        return self._settings.show_words and self._talks.get(case.conversation_id) is None

    def _name(self, email: str) -> str:
        person = self._staff.find(email) if "@" in email else None
        return (person.name if person else None) or email

    def _one(self, which: object) -> Message | None:
        with self._database.reading() as connection:
            row = connection.execute(select(messages).where(which)).one_or_none()
        return None if row is None else Message(**row._mapping)


def place_of(talk: Talk, message: Message, asked: Message | None) -> dict[str, Any]:
    """Where a reply goes. A danger met where others read is answered there for one person's eyes;
    so is whatever that person writes there afterwards. The rest goes to direct messages, and so
    does what comes late: what is for one person's eyes reaches nobody who has left Slack meanwhile.
    """
    shared = bool(talk.channel) and not talk.channel.startswith("D")
    there = asked is not None and (asked.message_id or "").startswith(f"{talk.channel}:")
    if shared and (talk.private or is_danger(message)):
        late = datetime.now(timezone.utc) - message.written_at > timedelta(seconds=LATE_SECONDS)
        if there and message.sender == "bot" and not late:
            return {"channel": talk.channel, "thread_ts": talk.thread_ts, "ephemeral": True}
        return {}
    return {"channel": talk.channel, "thread_ts": talk.thread_ts}


def _visitor_line(message: Message, words: bool) -> str:
    if words:
        return f"*Visitor*\n{quoted(shortened(message.text, 5000))}"
    return "*Visitor* wrote a message. It is in the console."


def _staff_line(message: Message, words: bool) -> str:
    name = escaped(str(message.payload.get("name") or "The clinic's team"))
    if words and not (message.message_id or "").startswith("slack:"):
        return f"*{name}* to the visitor\n{quoted(shortened(message.text, 5000))}"
    return f"*{name}* answered the visitor."


def _delivery_line(shown: Shown, why: str) -> str:
    return {
        "delivered": ":white_check_mark: delivered",
        "away": ":hourglass: visitor away; it is shown once the page is open again",
        "failed": f":x: failed: {escaped(why)}",
        "": "",
    }[shown]


def _tell(content: Mapping[str, Any]) -> Outgoing | None:
    if not content:
        return None
    return Outgoing(
        text=shortened(content["text"], FALLBACK_CHARS),
        blocks=sections(content["text"], 10),
        channel=content["channel"],
        user=content["user"],
        thread_ts=content["thread_ts"],
        ephemeral=not content["channel"].startswith("D"),
    )


def _erase(content: Mapping[str, Any]) -> Outgoing:
    return Outgoing(channel=content["channel"], ts=content["ts"], erase=True)


def _withdraw(content: Mapping[str, Any]) -> Outgoing:
    blocks = withdrawn_blocks(content["case_id"], content["why"])
    text = f"Case {content['case_id']}: {content['why']}"
    return Outgoing(text=text, blocks=blocks, channel=content["channel"], ts=content["ts"])
