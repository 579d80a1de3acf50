"""Passes on to the outbox what is new in the database: replies to people who asked in Slack, and
what happens to cases.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from desk.deliveries import DELIVERED
from desk.errors import DatabaseError
from desk.notices import Notice, Notices
from desk.slack.acting import Acting
from desk.slack.cards import Cards
from desk.slack.delivery_lines import DeliveryLines
from desk.slack.talks import Talks

logger = logging.getLogger(__name__)

SCAN_SECONDS = 60.0
AGAIN_SECONDS = 1.0


class Mirror:
    """Notices are hints; every minute, and whenever some may have been lost, it looks itself."""

    def __init__(
        self,
        notices: Notices,
        talks: Talks,
        cards: Cards,
        lines: DeliveryLines,
        acting: Acting,
        passed: Callable[[], None],
    ) -> None:
        self._notices, self._talks, self._cards = notices, talks, cards
        self._lines, self._acting, self._passed = lines, acting, passed

    async def run(self) -> None:
        """Until it is cancelled."""
        with self._notices.subscribe() as heard:
            news = [Notice("resync")]
            while True:
                try:
                    await self._take(news)
                except DatabaseError as error:
                    logger.error("passing on to Slack: %s", error)
                    await asyncio.sleep(AGAIN_SECONDS)
                    news = [Notice("resync")]
                    continue
                news = await heard.news(SCAN_SECONDS) or [Notice("resync")]

    async def _take(self, news: list[Notice]) -> None:
        if any(notice.kind == "resync" for notice in news):
            await self._scan()
        conversations = {one.conversation_id for one in news if one.kind in ("message", "case")}
        gone = {one.conversation_id for one in news if one.kind == "conversation"}
        delivered = {one.conversation_id for one in news if one.action == DELIVERED}
        for conversation_id in filter(None, (conversations | gone)):
            await run_in_threadpool(self._talks.pass_on, conversation_id)
            for case_id in await run_in_threadpool(self._cards.of_conversation, conversation_id):
                await self._pass_case(case_id)
        for conversation_id in delivered:
            await run_in_threadpool(self._lines.refresh_conversation, conversation_id)
        self._passed()

    async def _scan(self) -> None:
        for conversation_id in await run_in_threadpool(self._talks.behind):
            await run_in_threadpool(self._talks.pass_on, conversation_id)
        for case_id in await run_in_threadpool(self._cards.behind):
            await self._pass_case(case_id)
        await run_in_threadpool(self._lines.refresh_all)

    async def _pass_case(self, case_id: str) -> None:
        async with self._acting.alone_with(case_id):
            await run_in_threadpool(self._cards.pass_on, case_id)
