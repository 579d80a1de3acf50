"""Sends what the outbox holds, by mail or webhook, until it works. Never what a visitor wrote."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from sqlalchemy import select, update
from starlette.concurrency import run_in_threadpool

from desk.database import Database
from desk.models import cases, now, outbox, stamp
from desk.transitions import UNCLAIMED

logger = logging.getLogger(__name__)

SEND_SECONDS = 20.0
FIRST_RETRY_SECONDS = 10.0
LONGEST_RETRY_SECONDS = 600.0
GIVE_UP_HOURS = 24
AT_A_TIME = 20


@dataclass(frozen=True)
class Letter:
    id: int
    case_id: str
    target: str
    content: Mapping[str, Any]
    created_at: str
    attempts: int


class SendFailed(Exception):
    """A letter did not go out; the message names the cause, without secrets."""


class Senders:
    """The two ways out. `link` leads to the console, where the visitor's words are."""

    def __init__(
        self, http: httpx.AsyncClient, smtp_url: str = "", mail_from: str = "", link: str = ""
    ) -> None:
        self._http, self._smtp_url, self._mail_from = http, smtp_url, mail_from
        self._link = link

    async def send(self, letter: Letter) -> None:
        """Raises SendFailed."""
        content = dict(letter.content)
        if self._link:
            content["link"] = f"{self._link}/staff/cases/{letter.case_id}"
        if letter.target.startswith("mailto:"):
            await run_in_threadpool(self._mail, letter.target.removeprefix("mailto:"), content)
        else:
            await self._post(letter.target, content)

    async def _post(self, url: str, content: Mapping[str, Any]) -> None:
        try:
            response = await self._http.post(url, json=content, timeout=SEND_SECONDS)
        except httpx.HTTPError as error:
            raise SendFailed(f"{type(error).__name__} at the webhook") from error
        if not response.is_success:
            raise SendFailed(f"status {response.status_code} from the webhook")

    def _mail(self, address: str, content: Mapping[str, Any]) -> None:
        if not self._smtp_url:
            raise SendFailed("no mail server: set DESK_SMTP_URL")
        message = _mail_message(self._mail_from, address, content)
        server = urlsplit(self._smtp_url)
        secure = server.scheme == "smtps"
        port = server.port or (465 if secure else 25)
        context = ssl.create_default_context()
        try:
            if secure:
                link: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.hostname or "", port, timeout=SEND_SECONDS, context=context
                )
            else:
                link = smtplib.SMTP(server.hostname or "", port, timeout=SEND_SECONDS)
            with link:
                if server.username:
                    if not secure:  # a password never goes out in clear
                        link.starttls(context=context)
                    link.login(unquote(server.username), unquote(server.password or ""))
                link.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise SendFailed(f"{type(error).__name__} at the mail server") from error


class Outbox:
    """Several processes may empty it at once: a letter is taken by one for a while."""

    def __init__(self, database: Database, senders: Senders) -> None:
        self._database, self._senders = database, senders

    async def send_due(self) -> int:
        """Tries every letter that is due; how many went out. Raises DatabaseError."""
        letters = await run_in_threadpool(self._take)
        return sum(await asyncio.gather(*(self._send(letter) for letter in letters)))

    async def _send(self, letter: Letter) -> bool:
        try:
            await self._senders.send(letter)
        except SendFailed as error:
            logger.warning("letter %s of case %s: %s", letter.id, letter.case_id, error)
            await run_in_threadpool(self._failed, letter, str(error))
            return False
        await run_in_threadpool(
            self._change, letter.id, {"sent_at": now(), "due_at": None, "problem": None}
        )
        return True

    def _take(self) -> list[Letter]:
        """Those that are due, put off for as long as an attempt may take. What a person has taken
        meanwhile needs no letter any more.
        """
        with self._database.writing() as connection:
            over = select(cases.c.case_id).where(cases.c.state.not_in(UNCLAIMED))
            stale = update(outbox).where(outbox.c.due_at.is_not(None), outbox.c.case_id.in_(over))
            connection.execute(stale.values(due_at=None, problem="no longer needed"))
            columns = [outbox.c[name] for name in Letter.__dataclass_fields__]
            due = (
                select(*columns)
                .where(outbox.c.due_at <= now())
                .order_by(outbox.c.id)
                .limit(AT_A_TIME)
                .with_for_update(skip_locked=True)
            )
            letters = [Letter(**row._mapping) for row in connection.execute(due)]
            taken = outbox.c.id.in_([letter.id for letter in letters])
            later = stamp(datetime.now(timezone.utc) + timedelta(seconds=3 * SEND_SECONDS))
            connection.execute(update(outbox).where(taken).values(due_at=later))
            return letters

    def _failed(self, letter: Letter, problem: str) -> None:
        attempts = letter.attempts + 1
        pause = min(FIRST_RETRY_SECONDS * 2**letter.attempts, LONGEST_RETRY_SECONDS)
        again = datetime.now(timezone.utc) + timedelta(seconds=pause)
        end = datetime.fromisoformat(letter.created_at) + timedelta(hours=GIVE_UP_HOURS)
        due = stamp(again) if again < end else None
        self._change(letter.id, {"attempts": attempts, "due_at": due, "problem": problem[:400]})

    def _change(self, letter_id: int, values: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == letter_id).values(**values))


def _mail_message(sender: str, address: str, content: Mapping[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, address
    message["Subject"] = f"{content['urgency']}: case {content['case_id']} waits for a person"
    lines = [
        f"Nobody has taken case {content['case_id']} so far.",
        "",
        *(f"{name.replace('_', ' ')}: {value}" for name, value in content.items()),
    ]
    message.set_content("\n".join(lines))
    return message
