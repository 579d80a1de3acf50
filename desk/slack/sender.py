"""Sends the outbox: in order, at Slack's pace, until it works."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection
from starlette.concurrency import run_in_threadpool

from desk.deliveries import Deliveries
from desk.errors import DatabaseError
from desk.models import now
from desk.slack.cards import Cards, note_card
from desk.slack.carrier import Carrier
from desk.slack.delivery_lines import DeliveryLines
from desk.slack.outbox import Letter, Outbox
from desk.slack.outgoing import Outgoing, Outgoings
from desk.slack.pace import Pace
from desk.slack.refusals import NOT_HERE, SETTINGS, advice
from desk.slack.talks import Talks, note_place
from desk.slack.web import SlackAway, SlackLater, SlackRefused, Web
from desk.tasks import came, end

logger = logging.getLogger(__name__)

AT_ONCE = 6
LOOK_SECONDS = 1.0
SETTINGS_SECONDS = 60.0  # until something that a person has to put right is tried again
LONGEST_PAUSE = 30.0
RESPOND_SECONDS = 29 * 60  # a response_url lives for half an hour


@dataclass
class Timing:
    """How long to wait; shorter in tests."""

    first_pause: float = 1.0
    longest_pause: float = LONGEST_PAUSE
    settings_pause: float = SETTINGS_SECONDS
    posts_per_second: float = 1.0
    burst: int = 5
    clock: Callable[[], float] = field(default=time.monotonic)


class Sender:
    """One for a process; it works while the process holds the lease."""

    def __init__(
        self,
        web: Web,
        outbox: Outbox,
        outgoings: Outgoings,
        talks: Talks,
        cards: Cards,
        deliveries: Deliveries,
        lines: DeliveryLines,
        timing: Timing | None = None,
    ) -> None:
        self._carrier, self._outbox, self._outgoings = Carrier(web), outbox, outgoings
        self._talks, self._cards = talks, cards
        self._deliveries, self._lines = deliveries, lines
        self._timing = timing or Timing()
        self._pace = Pace(self._timing.posts_per_second, self._timing.burst, self._timing.clock)
        self._busy: dict[str, asyncio.Task[None]] = {}  # by lane
        self._pause = 0.0
        self._away_until = 0.0
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                self.wake.clear()
                try:
                    await self._start_what_is_due()
                except DatabaseError as error:
                    logger.error("looking for what Slack is to be told: %s", error)
                await self._rest()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Leaves what is under way; it is taken up again with a look at what Slack has."""
        await end(self._busy.values())

    @property
    def is_away(self) -> bool:
        """Whether Slack gave no answer at the last attempt."""
        return self._pause > 0

    async def _rest(self) -> None:
        await came(self.wake, min(LOOK_SECONDS, self._timing.first_pause))

    async def _start_what_is_due(self) -> None:
        if self._timing.clock() < self._away_until:
            return
        for letter in await run_in_threadpool(self._outbox.heads):
            if len(self._busy) >= (1 if self.is_away else AT_ONCE):
                return
            if letter.lane in self._busy or (letter.due_at or "") > now():
                continue
            if not self._pace.may_start(letter):
                continue
            self._busy[letter.lane] = asyncio.create_task(self._handle(letter))

    async def _handle(self, letter: Letter) -> None:
        try:
            await self._send(letter)
        except DatabaseError as error:
            logger.error("letter %s: %s", letter.key, error)
            await asyncio.sleep(self._timing.first_pause)
        except Exception as error:  # one that cannot be made up must not stop the others
            logger.error("letter %s cannot be made up: %s", letter.key, type(error).__name__)
            await run_in_threadpool(
                self._outbox.later, letter, 60.0, "cannot be made up", again=False
            )
        finally:
            del self._busy[letter.lane]
            self.wake.set()

    async def _send(self, letter: Letter) -> None:
        if not await run_in_threadpool(self._outbox.begin, letter):
            return
        outgoing = await run_in_threadpool(self._outgoings.of, letter)
        if outgoing is None or _too_late(letter):
            await run_in_threadpool(self._outbox.drop, letter, "nothing to say")
            return
        try:
            channel, ts = await self._carrier.carry(letter, outgoing)
        except SlackLater as error:
            self._pace.hold(letter, error.seconds)
            await run_in_threadpool(self._later, letter, error.seconds, str(error), True)
        except SlackAway as error:
            self._note_away(error)
            await run_in_threadpool(self._later, letter, 0.0, str(error), not error.perhaps_done)
        except SlackRefused as error:
            self._pause = 0.0
            await self._refused(letter, outgoing, error)
        else:
            self._pause = 0.0
            await run_in_threadpool(self._sent, letter, outgoing, channel, ts)

    def _later(self, letter: Letter, seconds: float, problem: str, again: bool) -> None:
        self._outbox.later(letter, seconds, problem, again=again)

    def _sent(self, letter: Letter, out: Outgoing, channel: str | None, ts: str | None) -> None:
        """Keeps where it stands, then what follows from that it is there."""

        def also(connection: Connection) -> None:
            if letter.kind == "card" and ts is not None and not out.ts:
                note_card(connection, letter.content["case_id"], ts)
            if letter.kind == "root":
                note_place(connection, letter.content["conversation_id"], channel or "", ts or "")

        self._outbox.sent(letter, channel, ts, out.shown, also)
        if letter.kind == "talk":
            self._mark(letter, None)
        self._look_again(letter, out, channel, ts)

    def _look_again(
        self, letter: Letter, out: Outgoing, channel: str | None, ts: str | None
    ) -> None:
        """What has changed while it was on its way."""
        if letter.kind == "said" and out.shown == "away":
            self._lines.refresh(letter.content["message_id"])
        if letter.kind in ("said", "event", "card"):
            card = self._cards.get(letter.content["case_id"])
            if card is None or card.withdrawn:
                self._outbox.erase(letter, channel, ts)

    def _mark(self, letter: Letter, problem: str | None) -> None:
        """A colleague who asked in Slack has a reply of staff, or cannot get it."""
        message = self._outgoings.message(letter.content["message_id"])
        if message is not None and message.sender == "staff":
            self._deliveries.mark(message, problem)

    def _note_away(self, error: SlackAway) -> None:
        timing = self._timing
        if not self.is_away:
            logger.warning("Slack gives no answer (%s); what it is to be told is kept.", error)
        self._pause = min(max(self._pause * 2, timing.first_pause), timing.longest_pause)
        self._away_until = timing.clock() + self._pause

    async def _refused(self, letter: Letter, out: Outgoing, error: SlackRefused) -> None:
        if error.code in SETTINGS:
            await self._wait_for_settings(letter, error)
        elif error.code == "message_not_found" and letter.kind == "card":
            await run_in_threadpool(self._cards.lost, letter.content["case_id"])
            await run_in_threadpool(self._later, letter, 0.0, str(error), False)
        elif error.code in NOT_HERE and letter.kind in ("card", "said", "event"):
            await self._wait_for_settings(letter, error)
        elif error.code in NOT_HERE and out.channel and letter.kind in ("talk", "tell"):
            await run_in_threadpool(self._go_direct, letter)
        else:
            gone = error.code == "message_not_found"
            logger.log(logging.INFO if gone else logging.ERROR, "letter %s: %s", letter.key, error)
            if letter.kind == "talk":
                await run_in_threadpool(self._mark, letter, f"Slack says {error.code}")
            await run_in_threadpool(self._outbox.drop, letter, str(error))

    async def _wait_for_settings(self, letter: Letter, error: SlackRefused) -> None:
        """A person has to put something right; what waits for it is kept."""
        logger.error("%s. %s", error, advice(error.code))
        pause = self._timing.settings_pause
        await run_in_threadpool(self._later, letter, pause, str(error), True)

    def _go_direct(self, letter: Letter) -> None:
        """Where the app may not write, the person gets it in direct messages."""
        if letter.kind == "talk":
            talk = self._talks.get(letter.content["conversation_id"])
            if talk is not None:
                self._talks.go_direct(talk)
        else:
            content = {**letter.content, "channel": "", "thread_ts": ""}
            self._outbox.change(letter, {"content": content})
        self._later(letter, 0.0, "in direct messages instead", True)


def _too_late(letter: Letter) -> bool:
    if letter.kind != "respond":
        return False
    written = datetime.fromisoformat(letter.created_at)
    return (datetime.fromisoformat(now()) - written).total_seconds() > RESPOND_SECONDS
