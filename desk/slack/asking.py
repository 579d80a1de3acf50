"""Asking the assistant from Slack: the same turns, gate and outcomes as on the website."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool

from desk import texts
from desk.clean import clean
from desk.database import Database
from desk.errors import InvalidInput
from desk.feedback import FeedbackStore
from desk.messages import Message
from desk.slack.answer_blocks import RATE_UP, is_danger
from desk.slack.inbox import Job
from desk.slack.incoming import names_others
from desk.slack.mrkdwn import escaped, plain
from desk.slack.outbox import Outbox
from desk.slack.outgoing import QUIET
from desk.slack.questions import Questions
from desk.slack.talks import Talk, Talks
from desk.turns import Turns

_EMPTY = "Ask me a question about ketamine therapy, in words; I cannot read files."


class Asking:
    def __init__(
        self,
        database: Database,
        turns: Turns,
        talks: Talks,
        outbox: Outbox,
        feedback: FeedbackStore,
        message_chars: int,
    ) -> None:
        self._turns, self._talks, self._outbox = turns, talks, outbox
        self._feedback, self._chars = feedback, message_chars
        self._questions = Questions(database)

    async def message(self, job: Job) -> bool:
        """A message or its new wording; False where it is not for the assistant."""
        said = job.content
        talk = await run_in_threadpool(self._talk_of, said)
        if talk is None:
            return False
        edited = f":{said['edited']}" if said.get("edited") else ""
        message_id = f"{said['channel']}:{said['ts']}{edited}"
        await self._ask(job, talk, message_id, plain(said["text"], said["bot"]))
        return True

    async def deletion(self, job: Job) -> None:
        """A question taken back takes its answer along; a danger or a case does not go away."""
        said = job.content
        asked_id = f"{said['channel']}:{said['ts']}"
        for reply in await run_in_threadpool(self._questions.replies, asked_id, said["user"]):
            letter = await run_in_threadpool(self._outbox.find, f"talk:{reply.id}")
            if letter is not None and reply.outcome in QUIET:
                await run_in_threadpool(self._outbox.erase, letter, letter.channel, letter.ts)

    async def command(self, job: Job) -> None:
        """`/ask`: nobody but the person sees question and answer, wherever it was typed. A danger
        is met where it was written as well.
        """
        said, text = job.content, plain(job.content["text"])
        if problem := self._problem(text):
            about = {"text": problem}
            await run_in_threadpool(self._outbox.respond, f"url:{job.key}", said["url"], about)
            return
        talk = await run_in_threadpool(self._talks.open_directly, said["user"], said["asked_id"])
        received = await self._turns.receive(talk.conversation_id, said["asked_id"], clean(text))
        for reply in await self._turns.replies(received):
            if is_danger(reply):
                here = {"message_id": reply.id}
                await run_in_threadpool(self._outbox.respond, f"url:{job.key}", said["url"], here)

    async def shortcut(self, job: Job) -> None:
        """The assistant's word on somebody's message, in its thread."""
        said = job.content
        where = (said["channel"], said["thread_ts"], said["user"])
        talk = await run_in_threadpool(self._talks.open, *where)
        await self._ask(job, talk, said["asked_id"], plain(said["text"]))

    async def suggestion(self, job: Job) -> None:
        """A suggestion under an answer: asked as if it had been typed, by whoever tapped it."""
        said = job.content
        thread_ts = said["thread_ts"] or said["ts"]
        talk = await run_in_threadpool(self._talks.open, said["channel"], thread_ts, said["user"])
        message_id = f"{said['channel']}:{said['ts']}:{job.id}"
        await self._ask(job, talk, message_id, said["value"])

    async def rating(self, job: Job) -> None:
        said = job.content
        await self._rate(job, int(said["value"]), said["action"] == RATE_UP, None)

    async def rating_reason(self, job: Job) -> None:
        said = job.content
        await self._rate(job, int(said["about"]), False, said["text"][:500] or None)

    async def _rate(self, job: Job, reply_id: int, helpful: bool, reason: str | None) -> None:
        reply = await run_in_threadpool(self._questions.message, reply_id)
        if reply is None:
            return
        try:
            await run_in_threadpool(
                self._feedback.give, reply.conversation_id, reply_id, helpful, reason
            )
        except InvalidInput as error:
            await self._tell(job, str(error))
            return
        await self._tell(job, "Thank you, that is noted.")

    async def _ask(self, job: Job, talk: Talk, message_id: str, text: str) -> Message | None:
        if problem := self._problem(text):
            await self._tell(job, problem)
            return None
        return await self._turns.receive(talk.conversation_id, message_id, clean(text))

    def _problem(self, text: str) -> str:
        """What is wrong with a text, with the crisis line: it may have told of a danger."""
        if not clean(text).strip():
            return _EMPTY
        if len(text) <= self._chars:
            return ""
        return (
            f"That has {len(text)} characters, {self._chars} are allowed. Shorten it."
            f" {texts.danger()}"
        )

    async def _tell(self, job: Job, text: str) -> None:
        said = job.content
        where = (said["channel"], said["user"], escaped(text), said.get("thread_ts") or "")
        await run_in_threadpool(self._outbox.tell, f"tell:{job.key}", *where)

    def _talk_of(self, said: Mapping[str, Any]) -> Talk | None:
        """The conversation that a message belongs to; None where it is not for the assistant."""
        channel, user = said["channel"], said["user"]
        thread_ts = said["thread_ts"] or said["ts"]
        known = self._talks.at(channel, thread_ts, user)
        if said["direct"]:
            known = known or self._talks.waiting_for_a_person(user, channel)
            return known or self._talks.open(channel, thread_ts, user)
        if said["mentioned"]:
            return known or self._talks.open(channel, thread_ts, user)
        return None if names_others(said["text"], said["bot"]) else known
