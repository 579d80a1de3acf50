"""What a turn is answered with: the assistant's reply, or the safe text where there is none."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Any

from starlette.concurrency import run_in_threadpool

from desk import texts
from desk.cases import QUEUES, URGENCIES, Case, Cases, Queue, Urgency
from desk.errors import AssistantUnavailable
from desk.hours import Hours
from desk.messages import DANGER_OUTCOMES, Reply
from desk.metrics import Metrics
from desk.rasa_client import Answer, RasaClient
from desk.store import Store
from desk.turn_queue import Turn

logger = logging.getLogger(__name__)

UNAVAILABLE = "assistant_unavailable"


class Answering:
    """Asks the assistant; opens the cases that it could not open itself."""

    def __init__(
        self, store: Store, cases: Cases, rasa: RasaClient, metrics: Metrics, hours: Hours
    ) -> None:
        self._store, self._cases, self._rasa = store, cases, rasa
        self._metrics, self._hours = metrics, hours

    async def ask(self, turn: Turn) -> Answer | None:
        """What the assistant answers; None where it does not. Asked once, whatever the database
        does afterwards.
        """
        conversation = turn.conversation
        metadata = {
            "channel": conversation.channel,
            "message_id": turn.message.message_id,
            "language": conversation.language,
            "earlier": list(turn.earlier),
        }
        try:
            answer = await self._rasa.ask(conversation.id, turn.message.text, metadata)
        except AssistantUnavailable as error:
            self._metrics.count_unavailable(str(error))
            logger.warning("no answer: %s", error, extra={"conversation_id": conversation.id})
            return None
        self._metrics.count_answer(answer)
        return answer

    async def reply(self, turn: Turn, answer: Answer | None) -> Reply:
        """The reply that belongs to the answer, its case opened. Raises DatabaseError."""
        if answer is None:
            return await self._without_assistant(turn)
        conversation = turn.conversation
        if answer.language in texts.LANGUAGES and answer.language != conversation.language:
            await run_in_threadpool(self._store.set_language, conversation.id, answer.language)
        reply = _reply(answer, await self._case_of(turn, answer))
        return self._with_opening(reply, answer.language or conversation.language)

    def _with_opening(self, reply: Reply, language: str | None) -> Reply:
        """Whoever is handed over while nobody is there is told from when on somebody is."""
        opening = self._hours.at(datetime.now(timezone.utc))
        handed_over = reply.payload["outcome"] == "handoff" and reply.payload["case_id"]
        if opening.open or not handed_over:
            return reply
        return Reply(f"{reply.text}\n\n{opening.text(language)}", reply.payload)

    async def _without_assistant(self, turn: Turn) -> Reply:
        """The safe text. Where a person is in charge already its shorter form will do."""
        language = turn.conversation.language
        case = await run_in_threadpool(self._cases.current, turn.conversation.id)
        if case is not None:
            payload = {"outcome": "relayed", "reason": case.reason, "case_id": case.case_id}
            return Reply(texts.relayed(language), payload)
        case = await self._open(turn, UNAVAILABLE, "soon", "general")
        payload = {"outcome": "handoff", "reason": UNAVAILABLE, "case_id": case.case_id}
        return Reply(texts.unavailable(language), payload)

    async def _case_of(self, turn: Turn, answer: Answer) -> str | None:
        """The id of the case that belongs to the answer; the desk opens it where the assistant
        could not, its action server being down.
        """
        if answer.outcome == "relayed" and answer.case_id is None:
            current = await run_in_threadpool(self._cases.current, turn.conversation.id)
            return current.case_id if current else None
        urgent = answer.outcome in DANGER_OUTCOMES
        wanted = urgent or (answer.outcome == "handoff" and answer.open_case)
        if answer.case_id or not wanted:
            return answer.case_id
        urgency = "urgent" if urgent else answer.urgency
        case = await self._open(
            turn,
            answer.reason or answer.outcome,
            urgency if urgency in URGENCIES else "normal",
            answer.queue if answer.queue in QUEUES else "general",
        )
        return case.case_id

    async def _open(self, turn: Turn, reason: str, urgency: Urgency, queue: Queue) -> Case:
        return await run_in_threadpool(
            self._cases.open,
            turn.conversation.id,
            channel=turn.conversation.channel,
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
        "trace": answer.trace,
    }
    return Reply(answer.text, payload)
