"""What has to happen by itself: claims end, people on call are told, old conversations go."""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.concurrency import run_in_threadpool

from desk.cases import Case, Cases
from desk.cases.time_side import OnCall, Waiting
from desk.clinic import Clinic
from desk.errors import DatabaseError, DeskError
from desk.outbox import Outbox
from desk.retention import Retention
from desk.tasks import end

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
RETENTION_EVERY_SECONDS = 3600.0


class Keeper:
    """One for a process; those of several processes do no harm to each other."""

    def __init__(
        self,
        cases: Cases,
        outbox: Outbox,
        retention: Retention,
        clinic: Clinic,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._cases, self._outbox, self._retention = cases, outbox, retention
        self._clinic, self._every_seconds = clinic, every_seconds
        self._waiting, self._on_call = waiting_of(clinic), on_call_of(clinic)
        self._swept = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        await end([self._task])

    async def step(self) -> None:
        """Everything that is due now. Raises DatabaseError."""
        _log("claim expired", await run_in_threadpool(self._cases.expire_claims))
        late = await run_in_threadpool(self._cases.escalate, self._waiting, self._on_call)
        _log("escalated", late)
        _log("missed", await run_in_threadpool(self._cases.miss, self._waiting))
        await self._outbox.send_due()
        if time.monotonic() - self._swept >= RETENTION_EVERY_SECONDS:
            days = self._clinic.retention.conversations_days
            gone = await run_in_threadpool(self._retention.sweep, days)
            if gone:
                logger.info("retention: %d conversations deleted", gone)
            self._swept = time.monotonic()
        else:
            asked = await run_in_threadpool(self._retention.asked_for)
            await run_in_threadpool(self._retention.delete, asked)

    async def _run(self) -> None:
        while True:
            try:
                await self.step()
            except DatabaseError as error:
                logger.error("keeping things going: %s", error)
            except DeskError as error:  # a case changed in between: the next round sees it anew
                logger.warning("keeping things going: %s", error)
            await asyncio.sleep(self._every_seconds)


def waiting_of(clinic: Clinic) -> Waiting:
    minutes = clinic.cases.escalate_minutes
    escalate = {"urgent": minutes.urgent, "soon": minutes.soon, "normal": minutes.normal}
    return Waiting(clinic.opening, escalate, clinic.cases.missed_minutes)  # type: ignore[arg-type]


def on_call_of(clinic: Clinic) -> OnCall:
    return OnCall(clinic.cases.on_call, clinic.cases.on_call_allegations)


def _log(what: str, cases: list[Case]) -> None:
    for case in cases:
        logger.info("%s: case %s, %s", what, case.case_id, case.urgency)
