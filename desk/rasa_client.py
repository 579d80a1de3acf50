"""Asks the Rasa server over its REST channel and reads what it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import aiohttp

from desk.errors import AssistantUnavailable

OUTCOMES = frozenset(
    {
        "answer",
        "no_answer",
        "handoff",
        "crisis",
        "emergency",
        "relayed",
        "out_of_scope",
        "small_talk",
    }
)
RETRY_SECONDS = 0.25
HEALTH_SECONDS = 2.0
_HEALTH = aiohttp.ClientTimeout(total=HEALTH_SECONDS)
_NONE = aiohttp.ClientTimeout(total=None)  # a turn has its own, which counts the waiting too


@dataclass(frozen=True)
class Answer:
    """One turn of the assistant. The last five are for the desk."""

    text: str
    outcome: str
    reason: str | None = None
    citations: Sequence[Mapping[str, Any]] = ()
    buttons: Sequence[Mapping[str, str]] = ()
    case_id: str | None = None
    trace: Mapping[str, Any] | None = None
    open_case: bool = False
    urgency: str | None = None
    queue: str | None = None
    language: str | None = None
    """How the assistant came to it: for staff, never for visitors."""


class RasaClient:
    """`seconds` limit a whole turn, waiting for a restarting server included. aiohttp, not httpx
    as elsewhere: httpx took a fifth of the desk's time for a turn.
    """

    def __init__(
        self, http: aiohttp.ClientSession, url: str, actions_url: str, seconds: float
    ) -> None:
        self._http = http
        self._url = url
        self._health = {"rasa": url, "actions": urljoin(actions_url, "/health")}
        self._seconds = seconds

    async def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Answer:
        """Raises AssistantUnavailable when there is no usable answer in time."""
        body = {"sender": conversation_id, "message": text, "metadata": dict(metadata)}
        try:
            status, content = await asyncio.wait_for(self._post(body), self._seconds)
        except asyncio.TimeoutError:
            raise AssistantUnavailable(f"no answer within {self._seconds:g} s") from None
        except aiohttp.ClientError as error:
            raise AssistantUnavailable(f"{type(error).__name__} at {self._url}") from error
        if status != 200:
            raise AssistantUnavailable(f"status {status} from {self._url}")
        try:
            elements = json.loads(content)
        except (ValueError, RecursionError):
            raise AssistantUnavailable(f"no JSON from {self._url}") from None
        return read_answer(elements)

    async def health(self, part: str) -> bool:
        """Whether `rasa` or `actions` answers at all."""
        try:
            async with self._http.get(self._health[part], timeout=_HEALTH) as response:
                return response.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False

    async def _post(self, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """A refused connection is tried again: the server restarts. Anything later is not: the
        turn may have run.
        """
        while True:
            try:
                address = f"{self._url}/webhooks/rest/webhook"
                async with self._http.post(address, json=body, timeout=_NONE) as response:
                    return response.status, await response.read()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(RETRY_SECONDS)


def read_answer(elements: object) -> Answer:
    """The elements of a REST answer as one. Raises AssistantUnavailable when none of them carries
    a known outcome: an action failed, and what is left of the turn cannot be trusted.
    """
    if not _is_storable(elements):
        raise AssistantUnavailable("characters that no database keeps")
    parts = dicts(elements)
    customs = [part["custom"] for part in parts if isinstance(part.get("custom"), dict)]
    custom = next((one for one in customs if _optional(one.get("outcome")) in OUTCOMES), None)
    if custom is None:
        raise AssistantUnavailable(f"{len(parts)} elements and no known outcome")
    texts = [part["text"] for part in parts if _is_text(part.get("text"))]
    if not texts and _is_text(custom.get("text")):
        texts = [custom["text"]]
    if not texts:
        raise AssistantUnavailable(f"no text with outcome {custom['outcome']}")
    return Answer(
        text="\n\n".join(texts),
        outcome=custom["outcome"],
        citations=dicts(custom.get("citations")),
        buttons=_buttons([*parts, custom]),
        open_case=custom.get("open_case") is True,
        reason=_optional(custom.get("reason")),
        case_id=_optional(custom.get("case_id")),
        trace=trace if isinstance(trace := custom.get("trace"), dict) else None,
        urgency=_optional(custom.get("urgency")),
        queue=_optional(custom.get("queue")),
        language=_optional(custom.get("language")),
    )


def _is_storable(elements: object) -> bool:
    """Whether there is neither NUL nor half a surrogate pair in any of the texts."""
    try:
        return b"\\u0000" not in json.dumps(elements, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False


def _buttons(parts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, str]]:
    """Every button once, in order."""
    buttons: list[Mapping[str, str]] = []
    for part in parts:
        for given in dicts(part.get("buttons")):
            button = {"title": given.get("title"), "payload": given.get("payload")}
            if all(map(_is_text, button.values())) and button not in buttons:
                buttons.append({key: str(value) for key, value in button.items()})
    return buttons


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects in a list that came as JSON; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _optional(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
