"""Slack's part of the desk: started and stopped with it, and off where it is not set up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field

from slack_bolt.async_app import AsyncApp
from starlette.concurrency import run_in_threadpool

from desk.cases import Cases
from desk.database import Database
from desk.deliveries import Deliveries
from desk.errors import DatabaseError, SettingsError
from desk.feedback import FeedbackStore
from desk.notices import Notices
from desk.slack.acting import Acting
from desk.slack.asking import Asking
from desk.slack.cards import Cards
from desk.slack.connection import PATIENCE_SECONDS, Connection
from desk.slack.delivery_lines import DeliveryLines
from desk.slack.inbox import Inbox, Job
from desk.slack.intake import Intake
from desk.slack.lease import RENEW_SECONDS, SECONDS, Lease
from desk.slack.mirror import Mirror
from desk.slack.outbox import Outbox
from desk.slack.outgoing import Outgoings
from desk.slack.people import People
from desk.slack.sender import Sender, Timing
from desk.slack.settings import SlackSettings, load_slack_settings
from desk.slack.talks import Talks
from desk.slack.web import Web
from desk.slack.worker import Handler, Worker
from desk.staff import Staff
from desk.tasks import end
from desk.turns import Turns

logger = logging.getLogger(__name__)

FORGET_SECONDS = 3600.0
GUIDE = "desk/slack/README.md says how to set it up."


@dataclass(frozen=True)
class Clocks:
    """Times, shorter in tests."""

    sending: Timing = field(default_factory=Timing)
    lease_seconds: float = SECONDS
    renew_seconds: float = RENEW_SECONDS
    patience_seconds: float = PATIENCE_SECONDS
    retry_seconds: float = 1.0


class Slack:
    """One for a process. What Slack sends is kept by whichever process gets it; one of them, the
    one with the lease, does the work.
    """

    def __init__(
        self,
        settings: SlackSettings,
        database: Database,
        notices: Notices,
        turns: Turns,
        cases: Cases,
        *,
        message_chars: int,
        link: str = "",
        clocks: Clocks | None = None,
    ) -> None:
        self.settings, self._clocks = settings, clocks or Clocks()
        self._lease = Lease(database, self._clocks.lease_seconds)
        self._inbox, self.outbox = Inbox(database), Outbox(database)
        self._web = Web(settings.bot_token.get_secret_value(), settings.api_url)
        talks, cards = Talks(database), Cards(database, settings)
        lines = DeliveryLines(database, self.outbox)
        self._people = People(self._web, Staff(database))
        self._acting = Acting(
            cases, cards, self._people, self.outbox, thread_replies=settings.thread_replies
        )
        self._asking = Asking(
            database, turns, talks, self.outbox, FeedbackStore(database), message_chars
        )
        outgoings = Outgoings(database, settings, talks, cards, self._inbox, link)
        self._sender = Sender(
            self._web,
            self.outbox,
            outgoings,
            talks,
            cards,
            Deliveries(database),
            lines,
            self._clocks.sending,
        )
        wake = self._sender.wake.set
        self._mirror = Mirror(notices, talks, cards, lines, self._acting, wake)
        self._worker = Worker(self._inbox, self._handlers(), wake, self._clocks.retry_seconds)
        self._intake = Intake(settings, self._web, self._people, self._keep)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def app(self) -> AsyncApp:
        return self._intake.app

    @property
    def is_on(self) -> bool:
        return self.settings.is_on

    @property
    def hears_http(self) -> bool:
        return self.is_on and bool(self.settings.signing_secret.get_secret_value())

    def is_idle(self) -> bool:
        """Whether everything was dealt with and told. Reads the database."""
        return not self._inbox.waiting() and not self.outbox.waiting()

    async def start(self) -> None:
        """Says where it stands, in one line, and starts what is set up."""
        if not self.is_on:
            missing = ", ".join(self.settings.missing)
            logger.info("Slack is off: %s not set. %s", missing, GUIDE)
            return
        if not self.settings.channel:
            logger.warning("SLACK_CHANNEL is not set: cases get no cards in Slack. %s", GUIDE)
        self._web.open()
        self._start(self._lead())
        if token := self.settings.app_token.get_secret_value():
            patience = self._clocks.patience_seconds
            self._start(Connection(self.app, token, self.settings.api_url, patience).run())
        ways = [
            name for name, given in (("HTTP", self.hears_http), ("Socket Mode", token)) if given
        ]
        logger.info("Slack is on, over %s.", " and ".join(ways))

    async def stop(self) -> None:
        await end(self._tasks)
        await self._intake.stop()
        await self._web.close()

    async def _keep(self, job: Job) -> None:
        await run_in_threadpool(self._inbox.keep, job)
        self._worker.wake.set()

    async def _lead(self) -> None:
        """Waits for the lease, works while it holds, and leaves it to the next."""
        work: asyncio.Task[None] | None = None
        try:
            while True:
                try:
                    ours = await run_in_threadpool(self._lease.take)
                except DatabaseError as error:
                    logger.error("Slack's lease: %s", error)
                    ours = False
                if work is not None and work.done():
                    logger.error("work for Slack ended: %r; it begins anew.", work.exception())
                    work = None
                if ours and work is None:
                    work = asyncio.create_task(self._work())
                elif not ours and work is not None:
                    await end([work])
                    work = None
                await asyncio.sleep(self._clocks.renew_seconds)
        finally:
            if work is not None:
                await end([work])
            await self._give_back()

    async def _work(self) -> None:
        parts = (self._worker.run, self._sender.run, self._mirror.run, self._forget)
        tasks = [asyncio.create_task(part()) for part in parts]
        try:
            await asyncio.gather(*tasks)
        finally:
            await end(tasks)

    async def _forget(self) -> None:
        while True:
            try:
                await run_in_threadpool(self._inbox.forget_old)
                await run_in_threadpool(self.outbox.forget_old)
            except DatabaseError as error:
                logger.error("forgetting what Slack was told long ago: %s", error)
            await asyncio.sleep(FORGET_SECONDS)

    async def _give_back(self) -> None:
        try:
            await run_in_threadpool(self._lease.give_back)
        except DatabaseError as error:
            logger.error("Slack's lease: %s", error)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _handlers(self) -> dict[str, Handler]:
        asking, acting = self._asking, self._acting
        return {
            "message": self._message,
            "edit": self._message,
            "deletion": self._deletion,
            "command": asking.command,
            "shortcut": asking.shortcut,
            "suggestion": asking.suggestion,
            "rating": asking.rating,
            "case": acting.button,
            "dialog": self._dialog,
        }

    async def _message(self, job: Job) -> None:
        """Under a card it is for the case, elsewhere for the assistant, or for neither."""
        if not await self._acting.thread_message(job):
            await self._asking.message(job)

    async def _deletion(self, job: Job) -> None:
        await self._acting.thread_deletion(job)
        await self._asking.deletion(job)

    async def _dialog(self, job: Job) -> None:
        rating = job.content["name"] == "rating"
        await (self._asking.rating_reason(job) if rating else self._acting.dialog(job))


def slack_settings() -> SlackSettings:
    """The settings; those of a Slack that is off where one is wrong, with a line that says which.
    A mistake there must not keep visitors from the desk.
    """
    try:
        return load_slack_settings()
    except SettingsError as error:
        logger.error("Slack is off: %s", error)
        return SlackSettings.construct(**{name: field.get_default() for name, field in
                                          SlackSettings.__fields__.items()})  # fmt: skip
