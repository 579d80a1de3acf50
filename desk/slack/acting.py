"""What staff do with cases from Slack."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool

from desk.cases import Case, Cases
from desk.errors import CaseError, InvalidInput
from desk.slack import dialogs
from desk.slack.cards import Card, Cards
from desk.slack.case_card import CASE_ACTION
from desk.slack.inbox import Job
from desk.slack.mrkdwn import escaped, mention, plain, quoted, shortened
from desk.slack.outbox import Outbox
from desk.slack.people import People
from desk.staff import Person

_NO_ACCOUNT = (
    "You can look at cases here, not act on them: no account of the desk has your e-mail address."
    " Ask an administrator for `python -m desk staff add` and your address."
)
_CONFIDENTIAL = "Cases of this queue are for administrators."
_STAYS_PRIVATE = ("note:", "nota:")


class Acting:
    def __init__(
        self,
        cases: Cases,
        cards: Cards,
        people: People,
        outbox: Outbox,
        *,
        thread_replies: bool,
    ) -> None:
        self._cases, self._cards, self._people = cases, cards, people
        self._outbox, self._thread_replies = outbox, thread_replies
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone_with(self, case_id: str) -> AsyncIterator[None]:
        """Nothing of the case goes to the outbox meanwhile: what came from its thread has to be
        marked as said there first.
        """
        async with self._locks.setdefault(case_id, asyncio.Lock()):
            yield

    async def button(self, job: Job) -> None:
        """Claims or releases."""
        name, case_id = job.content["action"].removeprefix(CASE_ACTION), job.content["value"]
        person = await self._staff(job, case_id)
        if person is None:
            return
        step = {"claim": self._cases.claim, "release": self._cases.release}.get(name)
        if step is None:  # a dialog that was not opened for want of an account, which is there now
            return
        await self._do(job, case_id, person, name, lambda: step(case_id, person.email))

    async def dialog(self, job: Job) -> None:
        """A reply, a note, the end of a case."""
        said = job.content
        name, case_id, text = said["name"], said["about"], said["text"]
        person = await self._staff(job, case_id)
        if person is None:
            return
        email = person.email
        steps: dict[str, Callable[[], Any]] = {
            dialogs.REPLY: lambda: self._cases.reply(
                case_id, text, email, message_id=_own_id(job.key)
            ),
            dialogs.NOTE: lambda: self._cases.note(case_id, text, email),
            dialogs.RESOLVE: lambda: self._cases.resolve(case_id, email, text or None),
            dialogs.HAND_BACK: lambda: self._cases.hand_back(case_id, email, text),
        }
        await self._do(job, case_id, person, name, steps[name], text)

    async def thread_message(self, job: Job) -> bool:
        """A message under a card: a note, or a reply where the clinic wants it so and its author
        holds the case. False where it stands under no card.
        """
        said = job.content
        card = await self._card_of(job)
        if card is None:
            return False
        text = plain(said["text"], said["bot"])
        if said["files"]:
            text = f"{text} [{said['files']} file(s), in Slack]".strip()
        person = await self._staff(job, card.case_id) if text else None
        if person is None:
            return True
        if job.kind == "edit":
            await self._edited(job, card, person, text)
        elif await self._is_reply(job, card, person, text):
            message_id = _own_id(f"{said['channel']}:{said['ts']}")
            await self._do(
                job, card.case_id, person, "reply",
                lambda: self._cases.reply(card.case_id, text, person.email, message_id=message_id),
                text,
            )  # fmt: skip
        else:
            await self._note(job, card, person, _without_prefix(text))
        return True

    async def thread_deletion(self, job: Job) -> None:
        """What was kept stays kept, and its author is told so."""
        card = await self._card_of(job)
        if card is not None:
            await self._tell(job, "The message is gone here; what the desk kept of it stays.")

    async def _edited(self, job: Job, card: Card, person: Person, text: str) -> None:
        """A visitor has read the first wording already; staff see both."""
        await self._note(job, card, person, f"(edited) {_without_prefix(text)}")
        said = job.content
        first = _own_id(f"{said['channel']}:{said['ts']}")
        if await run_in_threadpool(self._cards.has_message, card.conversation_id, first):
            await self._tell(
                job, "The visitor has the first wording. Write again what has to be put right."
            )

    async def _note(self, job: Job, card: Card, person: Person, text: str) -> None:
        await self._do(
            job, card.case_id, person, "note",
            lambda: self._cases.note(card.case_id, text, person.email), text, here=True,
        )  # fmt: skip

    async def _is_reply(self, job: Job, card: Card, person: Person, text: str) -> bool:
        """Only what came after the claim: a question to colleagues from before it may be dealt with
        later than the claim is."""
        if not self._thread_replies or text.lower().startswith(_STAYS_PRIVATE):
            return False
        case = await run_in_threadpool(self._cases.get, card.case_id)
        claimed = case.state == "claimed" and case.assignee == person.email
        return claimed and job.received_at >= (case.claimed_at or "")

    async def _do(
        self,
        job: Job,
        case_id: str,
        person: Person,
        action: str,
        step: Callable[[], Any],
        text: str = "",
        *,
        here: bool = False,
    ) -> None:
        """Takes the step, once; what cannot be done is told, with what was written."""
        async with self.alone_with(case_id):
            try:
                if not job.attempts or not await self._is_done(job, case_id, person, action, text):
                    await run_in_threadpool(step)
            except (CaseError, InvalidInput) as error:
                await self._failed(job, case_id, person, action, str(error), text)
                return
            if here:
                await self._said_here(case_id, person, text)

    async def _is_done(
        self, job: Job, case_id: str, person: Person, action: str, text: str
    ) -> bool:
        """Whether an attempt that was cut off had done it."""
        if action == "reply":
            return False  # its message's id makes it harmless
        for event in await run_in_threadpool(self._cases.events, case_id):
            same = (event.who, event.action) == (person.email, action)
            if same and event.at >= job.received_at and (action != "note" or event.text == text):
                return True
        return False

    async def _said_here(self, case_id: str, person: Person, text: str) -> None:
        events = await run_in_threadpool(self._cases.events, case_id)
        notes = [event for event in events if event.action == "note" and event.who == person.email]
        if notes:
            await run_in_threadpool(self._cards.already_said, notes[-1])

    async def _failed(
        self, job: Job, case_id: str, person: Person, action: str, why: str, text: str
    ) -> None:
        """Everybody sees that a reply did not go out; its author gets the words back."""
        words = f"\n{quoted(shortened(text, 2000))}" if text else ""
        await self._tell(job, f":x: That was not done. {escaped(why)}{words}")
        if action == "reply":
            card = await run_in_threadpool(self._cards.get, case_id)
            if card is not None and card.ts is not None:
                name = escaped(person.name or person.email)
                line = f":x: failed: the reply of *{name}* has not gone to the visitor."
                await run_in_threadpool(self._cards.line, case_id, f"failed:{job.key}", line)

    async def _staff(self, job: Job, case_id: str) -> Person | None:
        """The member of staff who did it, where they may; else they are told."""
        person = await self._people.person(job.content["user"])
        if person is None:
            await self._tell(job, _NO_ACCOUNT)
            return None
        case: Case | None = None
        try:
            case = await run_in_threadpool(self._cases.get, case_id)
        except CaseError as error:
            await self._tell(job, escaped(str(error)))
            return None
        if case.queue == "allegations" and not person.is_admin:
            await self._tell(job, _CONFIDENTIAL)
            return None
        return person

    async def _card_of(self, job: Job) -> Card | None:
        said = job.content
        if not said["thread_ts"] or said["direct"]:
            return None
        return await run_in_threadpool(self._cards.at, said["channel"], said["thread_ts"])

    async def _tell(self, job: Job, text: str) -> None:
        """In the staff channel, for one person's eyes."""
        said = job.content
        text = f"{mention(said['user'])} {text}"
        where = (said["channel"], said["user"], text, said.get("thread_ts") or "")
        key = f"tell:{job.key}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        await run_in_threadpool(self._outbox.tell, key, *where)


def _own_id(key: str) -> str:
    """The desk's id for a reply that came from Slack."""
    return f"slack:{key}"[:64]


def _without_prefix(text: str) -> str:
    for prefix in _STAYS_PRIVATE:
        if text.lower().startswith(prefix):
            return text[len(prefix) :].strip()
    return text
