"""One turn of a conversation: keep the message, ask the assistant, keep its reply, tell listeners.

The table of messages is the queue, so a stopped process loses nothing: what is pending there is
taken up at the next start. A conversation has one turn in flight, in the order of the messages.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool

from desk import texts
from desk.cases import QUEUES, URGENCIES, Case, Cases, Queue, Urgency
from desk.errors import AssistantUnavailable, DatabaseError
from desk.messages import DANGER_OUTCOMES, Message, Reply
from desk.rasa_client import Answer, RasaClient
from desk.store import Store

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
EARLIER = 3  # messages before a turn that the assistant judges a short one with


class Turns:
    """One for a process."""

    def __init__(self, store: Store, cases: Cases, rasa: RasaClient) -> None:
        self._store, self._cases, self._rasa = store, cases, rasa
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()  # conversations that got a message while their lane ran
        self._over: WeakValueDictionary[int, asyncio.Event] = WeakValueDictionary()
        self._arrivals: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, conversation_id: str, message_id: str, text: str) -> Message:
        """Keeps a visitor's message and starts its turn; the same `message_id` again is the same
        message. Raises UnknownConversation, DatabaseError.
        """
        # Threads may overtake each other; the lock keeps the order in which messages arrived.
        async with self._arrivals.setdefault(conversation_id, asyncio.Lock()):
            message = await run_in_threadpool(
                self._store.receive, conversation_id, message_id, text
            )
        if message.turn_state == "pending":
            self._start(conversation_id)
        return message

    async def replies(self, message: Message) -> list[Message]:
        """The replies to a visitor's message, once its turn is over. Raises DatabaseError."""
        over = self._over.setdefault(message.id, asyncio.Event())
        while (replies := await run_in_threadpool(self._store.replies, message.id)) is None:
            await over.wait()
        return replies

    async def resume(self) -> None:
        """Takes up the turns that an earlier process left pending."""
        for conversation_id in await run_in_threadpool(self._store.pending_conversations):
            self._start(conversation_id)

    async def stop(self) -> None:
        """Leaves the running turns pending."""
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)

    def _start(self, conversation_id: str) -> None:
        if conversation_id in self._lanes:
            self._again.add(conversation_id)
        else:
            self._lanes[conversation_id] = asyncio.create_task(self._lane(conversation_id))

    async def _lane(self, conversation_id: str) -> None:
        """Takes the conversation's turns one after the other until none is left."""
        try:
            while True:
                self._again.discard(conversation_id)
                if not await self._next(conversation_id) and conversation_id not in self._again:
                    return
        finally:
            del self._lanes[conversation_id]

    async def _next(self, conversation_id: str) -> bool:
        """Takes the oldest turn; False when none is left. A failing database is waited for."""
        try:
            turn = await run_in_threadpool(self._store.next_pending, conversation_id)
            if turn is not None:
                await self._take(turn)
        except DatabaseError as error:
            logger.error("turn of conversation %s: %s", conversation_id, error)
            await asyncio.sleep(RETRY_SECONDS)
            return True
        return turn is not None

    async def _take(self, turn: Message) -> None:
        reply = await self._reply(turn)
        await run_in_threadpool(self._store.finish_turn, turn, [reply])
        if over := self._over.get(turn.id):
            over.set()

    async def _reply(self, turn: Message) -> Reply:
        conversation = await run_in_threadpool(self._store.conversation, turn.conversation_id)
        metadata = {
            "channel": conversation.channel,
            "message_id": turn.message_id,
            "language": conversation.language,
            "earlier": await run_in_threadpool(self._store.earlier, turn, EARLIER),
        }
        try:
            answer = await self._rasa.ask(turn.conversation_id, turn.text, metadata)
        except AssistantUnavailable as error:
            logger.warning("no answer in conversation %s: %s", turn.conversation_id, error)
            return await self._without_assistant(turn, conversation.channel, conversation.language)
        if answer.language in texts.LANGUAGES and answer.language != conversation.language:
            await run_in_threadpool(self._store.set_language, turn.conversation_id, answer.language)
        return _reply(answer, await self._case_of(turn, conversation.channel, answer))

    async def _without_assistant(self, turn: Message, channel: str, language: str | None) -> Reply:
        """The safe text. Where a person is in charge already its shorter form will do."""
        case = await run_in_threadpool(self._cases.current, turn.conversation_id)
        if case is not None:
            payload = {"outcome": "relayed", "reason": case.reason, "case_id": case.case_id}
            return Reply(texts.relayed(language), payload)
        reason = "assistant_unavailable"
        case = await self._open(turn, channel, reason, "soon", "general")
        payload = {"outcome": "handoff", "reason": reason, "case_id": case.case_id}
        return Reply(texts.unavailable(language), payload)

    async def _case_of(self, turn: Message, channel: str, answer: Answer) -> str | None:
        """The id of the case that belongs to the answer; the desk opens it where the assistant
        could not, its action server being down.
        """
        if answer.outcome == "relayed" and answer.case_id is None:
            current = await run_in_threadpool(self._cases.current, turn.conversation_id)
            return current.case_id if current else None
        urgent = answer.outcome in DANGER_OUTCOMES
        wanted = urgent or (answer.outcome == "handoff" and answer.open_case)
        if answer.case_id or not wanted:
            return answer.case_id
        urgency = "urgent" if urgent else answer.urgency
        queue = answer.queue if answer.queue in QUEUES else "general"
        case = await self._open(
            turn,
            channel,
            answer.reason or answer.outcome,
            urgency if urgency in URGENCIES else "normal",
            queue,
        )
        return case.case_id

    async def _open(
        self, turn: Message, channel: str, reason: str, urgency: Urgency, queue: Queue
    ) -> Case:
        return await run_in_threadpool(
            self._cases.open,
            turn.conversation_id,
            channel=channel,
            reason=reason,
            urgency=urgency,
            queue=queue,
        )


def _reply(answer: Answer, case_id: str | None) -> Reply:
    payload: dict[str, Any] = {
        "outcome": answer.outcome,
        "reason": answer.reason,
        "citations": list(answer.citations),
        "buttons": list(answer.buttons),
        "case_id": case_id,
    }
    if answer.trace:
        payload["trace"] = dict(answer.trace)
    return Reply(answer.text, payload)
