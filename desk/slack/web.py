"""Slack's Web API, and what can go wrong with it in three words: later, away, refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from desk.errors import DeskError

CALL_SECONDS = 15
EVENT_TYPE = "desk_message"
_SLACKS_OWN_FAULT = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


class SlackError(DeskError):
    """A call did not do what it was for."""


class SlackLater(SlackError):
    """Too many calls; again after so many seconds."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(f"{method}: too many calls, again in {seconds:g} s")
        self.seconds = seconds


class SlackAway(SlackError):
    """No usable answer. `perhaps_done` where Slack may have done it all the same."""

    def __init__(self, method: str, cause: str, perhaps_done: bool) -> None:
        super().__init__(f"{method}: {cause}")
        self.perhaps_done = perhaps_done


class SlackRefused(SlackError):
    """Slack said no; `code` is its word for why."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        super().__init__(f"{method}: {code}{f' (needed: {needed})' if needed else ''}")
        self.code = code


class Web:
    """One for a process, opened in its event loop. Nothing is tried twice here: whether a second
    try is harmless, only the caller knows.
    """

    def __init__(self, token: str, api_url: str) -> None:
        self._token, self._api_url = token, api_url
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None
        self.scopes: frozenset[str] = frozenset()
        self.clock_difference: float | None = None  # seconds that our clock is ahead of Slack's

    def open(self) -> None:
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        self._client = AsyncWebClient(
            self._token,
            base_url=self._api_url,
            timeout=CALL_SECONDS,
            session=self._session,
            retry_handlers=[],
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def client(self) -> AsyncWebClient:
        if self._client is None:
            raise RuntimeError("the way to Slack is used before it is opened")
        return self._client

    async def call(
        self, method: str, token: str | None = None, **arguments: Any
    ) -> Mapping[str, Any]:
        """The answer to a method of the Web API. Raises SlackLater, SlackAway, SlackRefused."""
        arguments = {name: value for name, value in arguments.items() if value is not None}
        headers = {"Authorization": f"Bearer {token or self._token}"}
        try:
            answer = await self.client.api_call(method, json=arguments, headers=headers)
        except SlackApiError as error:
            raise _translated(method, error) from None
        except aiohttp.ClientConnectorError as error:
            raise SlackAway(method, type(error).__name__, False) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, SlackRequestError, OSError) as error:
            raise SlackAway(method, type(error).__name__, True) from error
        self._note(answer.headers)
        data: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
        return data

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Says something through a response_url. Raises SlackLater, SlackAway, SlackRefused."""
        if self._session is None:
            raise RuntimeError("the way to Slack is used before it is opened")
        try:
            async with self._session.post(url, json=dict(body)) as answer:
                status, headers = answer.status, answer.headers
        except aiohttp.ClientConnectorError as error:
            raise SlackAway("response_url", type(error).__name__, False) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise SlackAway("response_url", type(error).__name__, True) from error
        if status == 429:
            raise SlackLater("response_url", _seconds(headers))
        if status >= 500:
            raise SlackAway("response_url", f"status {status}", True)
        if status != 200:
            raise SlackRefused("response_url", f"status {status}")

    def _note(self, headers: Mapping[str, str]) -> None:
        scopes = headers.get("x-oauth-scopes")
        if scopes:
            self.scopes = frozenset(scope.strip() for scope in scopes.split(","))
        date = headers.get("Date")
        if date:
            self.clock_difference = time.time() - parsedate_to_datetime(date).timestamp()


def _translated(method: str, error: SlackApiError) -> SlackError:
    answer = error.response
    status = getattr(answer, "status_code", None) or getattr(answer, "status", 0) or 0
    if status == 429:
        return SlackLater(method, _seconds(answer.headers))
    data = getattr(answer, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if code == "ratelimited":
        return SlackLater(method, _seconds(answer.headers))
    if status >= 500 or not code or code in _SLACKS_OWN_FAULT:
        return SlackAway(method, code or f"status {status}", True)
    return SlackRefused(method, code, str(data.get("needed", "")) if data else "")


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.1, float(headers.get("Retry-After", "30")))
    except ValueError:
        return 30.0
