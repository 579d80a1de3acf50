"""Who a Slack user is among the clinic's staff, by e-mail address."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from desk.errors import InvalidInput
from desk.slack.web import SlackRefused, Web
from desk.staff import Person, Staff

REMEMBER_SECONDS = 600.0


@dataclass(frozen=True)
class Identity:
    """Whose token ours is."""

    team_id: str
    enterprise_id: str
    bot_user: str


class People:
    def __init__(self, web: Web, staff: Staff, clock: Callable[[], float] = time.monotonic) -> None:
        self._web, self._staff, self._clock = web, staff, clock
        self._emails: dict[str, tuple[float, str]] = {}
        self._identity: Identity | None = None

    async def identity(self) -> Identity:
        """Raises SlackError."""
        if self._identity is None:
            answer = await self._web.call("auth.test")
            self._identity = Identity(
                str(answer["team_id"]),
                str(answer.get("enterprise_id") or ""),
                str(answer["user_id"]),
            )
        return self._identity

    async def person(self, user_id: str) -> Person | None:
        """The member of staff, None for anybody else. Whether the account is open is looked up
        each time; the address is remembered for some minutes. Raises SlackError, DatabaseError.
        """
        email = await self._email(user_id)
        if not email:
            return None
        try:
            person = await run_in_threadpool(self._staff.find, email)
        except InvalidInput:
            return None
        return person if person is not None and person.active else None

    async def _email(self, user_id: str) -> str:
        known = self._emails.get(user_id)
        if known is not None and known[0] > self._clock():
            return known[1]
        identity = await self.identity()
        try:
            user = (await self._web.call("users.info", user=user_id))["user"]
        except SlackRefused as error:
            if error.code not in ("user_not_found", "user_not_visible"):
                raise
            user = {}
        email = _trusted_email(user, identity)
        self._emails[user_id] = (self._clock() + REMEMBER_SECONDS, email)
        return email


def _trusted_email(user: Mapping[str, Any], identity: Identity) -> str:
    """The address, where our own workspace vouches for it: people of other workspaces in a shared
    channel, guests and bots may carry any.
    """
    outside = user.get("is_stranger") or user.get("is_restricted") or user.get("is_bot")
    if not user or user.get("deleted") or outside or user.get("is_email_confirmed") is False:
        return ""
    enterprise = str((user.get("enterprise_user") or {}).get("enterprise_id") or "")
    ours = user.get("team_id") == identity.team_id
    if not ours and not (enterprise and enterprise == identity.enterprise_id):
        return ""
    return str((user.get("profile") or {}).get("email") or "").strip().lower()
