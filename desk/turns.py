"""One turn of a conversation: keep the message, ask the assistant, keep its reply.

The turns are in the database (see turn_queue), so a stopped process loses nothing: what is pending
is taken up by the next, or by another. A conversation has one turn in flight, in the order of the
messages.
"""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.concurrency import run_in_threadpool

from desk.answering import Answering
from desk.errors import DatabaseError, UnknownConversation
from desk.messages import Message, Reply
from desk.metrics import Metrics
from desk.notices import Notices
from desk.store import Store
from desk.tasks import end
from desk.turn_queue import Finished, Turn, TurnQueue

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
LOOK_SECONDS = 2.0  # how often turns are looked for that another process has left


class Turns:
    """One for a process."""

    def __init__(
        self,
        queue: TurnQueue,
        store: Store,
        answering: Answering,
        notices: Notices,
        metrics: Metrics,
    ) -> None:
        self._queue, self._store, self._metrics = queue, store, metrics
        self._answering, self._notices = answering, notices
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._over: dict[int, asyncio.Future[list[Message]]] = {}
        self._arrivals: dict[str, asyncio.Lock] = {}
        self._looking: asyncio.Task[None] | None = None

    async def receive(self, conversation_id: str, message_id: str, text: str) -> Message:
        """Keeps a visitor's message and starts its turn; the same `message_id` again is the same
        message. Raises UnknownConversation, DatabaseError.
        """
        # Threads may overtake each other; the lock keeps the order in which messages arrived.
        lock = self._arrivals.setdefault(conversation_id, asyncio.Lock())
        try:
            async with lock:
                received = await run_in_threadpool(
                    self._queue.receive, conversation_id, message_id, text
                )
                if received.turn is not None:
                    self._start(received.turn)
        finally:
            if not lock.locked():
                self._arrivals.pop(conversation_id, None)
        return received.message

    async def replies(self, message: Message) -> list[Message]:
        """The replies to a visitor's message, once its turn is over, whichever process takes it.
        Raises DatabaseError, and UnknownConversation when it was deleted meanwhile.
        """
        if message.conversation_id in self._lanes:
            loop = asyncio.get_running_loop()
            over = self._over.setdefault(message.id, loop.create_future())
            done, _ = await asyncio.wait([over], timeout=LOOK_SECONDS)
            if done:
                return over.result()
        with self._notices.subscribe(message.conversation_id) as heard:
            while True:
                replies = await run_in_threadpool(self._store.replies, message)
                if replies is not None:
                    return replies
                await heard.news(LOOK_SECONDS)

    async def start(self) -> None:
        """Takes up the turns that other processes leave, from now on."""
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Leaves the running turns to others."""
        await end([*self._lanes.values(), self._looking])
        try:
            await run_in_threadpool(self._queue.let_go)
        except DatabaseError as error:
            logger.error("leaving the turns to others: %s", error)

    @property
    def in_flight(self) -> int:
        return len(self._lanes)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except DatabaseError as error:
                logger.error("looking for turns: %s", error)

    async def _look(self) -> None:
        for conversation_id in await run_in_threadpool(self._queue.abandoned):
            if conversation_id not in self._lanes:
                turn = await run_in_threadpool(self._queue.begin, conversation_id)
                if turn is not None:
                    self._start(turn)

    def _start(self, turn: Turn) -> None:
        """A lane takes the conversation's turns one after the other until none is left."""
        conversation_id = turn.conversation.id
        before = self._lanes.get(conversation_id)
        lane = asyncio.create_task(self._lane(turn, before))
        self._lanes[conversation_id] = lane

    async def _lane(self, turn: Turn | None, before: asyncio.Task[None] | None) -> None:
        if before is not None:  # it is about to end: its last turn is stored
            await asyncio.wait([before])
        conversation_id = turn.conversation.id if turn else ""
        try:
            while turn is not None:
                turn = await self._take(turn)
        except UnknownConversation:
            logger.info("conversation %s was deleted during a turn", conversation_id)
        except Exception:  # taken up again when its lease is over; the others go on
            logger.exception("a turn of conversation %s failed", conversation_id)
        finally:
            if self._lanes.get(conversation_id) is asyncio.current_task():
                del self._lanes[conversation_id]

    async def _take(self, turn: Turn) -> Turn | None:
        """Takes a turn and returns the next one. A failing database is waited for."""
        begun = time.monotonic()
        answer = await self._answering.ask(turn)
        asked = time.monotonic()
        while True:
            try:
                reply = await self._answering.reply(turn, answer)
                finished = await run_in_threadpool(self._queue.finish, turn.message, [reply])
            except DatabaseError as error:
                logger.error("turn %s of %s: %s", turn.message.id, turn.conversation.id, error)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._tell(turn, finished)
                self._count(turn, reply, begun, asked)
                return finished.next

    def _count(self, turn: Turn, reply: Reply, begun: float, asked: float) -> None:
        outcome, reason = str(reply.payload["outcome"]), reply.payload.get("reason")
        own = time.monotonic() - asked
        self._metrics.count_turn(outcome, reason)
        self._metrics.assistant_seconds.observe(asked - begun)
        self._metrics.own_seconds.observe(own)
        ids = {"conversation_id": turn.conversation.id, "turn": turn.message.id}
        took = {"assistant_ms": round(1000 * (asked - begun)), "own_ms": round(1000 * own)}
        told = {**ids, "outcome": outcome, "reason": reason, **took}
        logger.info("turn over", extra=told)

    def _tell(self, turn: Turn, finished: Finished) -> None:
        over = self._over.pop(turn.message.id, None)
        if over is not None and not over.done() and finished.replies is not None:
            over.set_result(finished.replies)
