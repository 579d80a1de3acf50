"""Works the inbox off: lane by lane in order, again after a failure, once in the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.concurrency import run_in_threadpool

from desk.errors import DatabaseError, DeskError
from desk.slack.inbox import Inbox, Job
from desk.slack.web import SlackError
from desk.tasks import came, end

logger = logging.getLogger(__name__)

Handler = Callable[[Job], Awaitable[object]]
AT_ONCE = 12
TRIES = 5  # of a job that fails for no reason that waiting could help
LONGEST_PAUSE = 30.0
LOOK_SECONDS = 1.0


class Worker:
    def __init__(
        self,
        inbox: Inbox,
        handlers: Mapping[str, Handler],
        done: Callable[[], None],
        pause: float = 1.0,
    ) -> None:
        self._inbox, self._handlers = inbox, handlers
        self._done, self._pause = done, pause
        self._busy: dict[str, asyncio.Task[None]] = {}
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled; what is under way then is taken up by the next."""
        try:
            while True:
                self.wake.clear()
                try:
                    await self._start_what_is_due()
                except DatabaseError as error:
                    logger.error("looking for what came from Slack: %s", error)
                await came(self.wake, LOOK_SECONDS)
        finally:
            await end(self._busy.values())

    async def _start_what_is_due(self) -> None:
        for job in await run_in_threadpool(self._inbox.ready):
            if len(self._busy) >= AT_ONCE:
                return
            if job.lane not in self._busy:
                self._busy[job.lane] = asyncio.create_task(self._work(job))

    async def _work(self, job: Job) -> None:
        try:
            await self._handle(job)
        except DatabaseError as error:
            logger.error("%s from Slack: %s", job.kind, error)
            await asyncio.sleep(self._pause)
        finally:
            del self._busy[job.lane]
            self.wake.set()
            self._done()

    async def _handle(self, job: Job) -> None:
        await run_in_threadpool(self._inbox.begin, job)
        try:
            await self._handlers[job.kind](job)
        except DatabaseError:
            raise
        except SlackError as error:  # who somebody is could not be asked: again, for as long
            pause = min(self._pause * 2**job.attempts, LONGEST_PAUSE)
            await run_in_threadpool(self._inbox.later, job, pause, str(error))
        except Exception as error:  # whatever it is, the others in the lane must go on
            named = str(error) if isinstance(error, DeskError) else type(error).__name__
            logger.error("%s from Slack, attempt %d: %s", job.kind, job.attempts + 1, named)
            if job.attempts + 1 >= TRIES:
                await run_in_threadpool(self._inbox.done, job, named[:400])
            else:
                await run_in_threadpool(self._inbox.later, job, self._pause, named)
        else:
            await run_in_threadpool(self._inbox.done, job)
