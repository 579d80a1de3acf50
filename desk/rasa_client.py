"""Asks the Rasa server over its REST channel and reads what it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

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
    """`seconds` limit a whole turn, waiting for a restarting server included."""

    def __init__(self, http: httpx.AsyncClient, url: str, actions_url: str, seconds: float) -> None:
        self._http = http
        self._url = url
        self._health = {
            "rasa": url,
            "actions": str(httpx.URL(actions_url).join("/health")),
        }
        self._seconds = seconds

    async def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Answer:
        """Raises AssistantUnavailable when there is no usable answer in time."""
        body = {"sender": conversation_id, "message": text, "metadata": dict(metadata)}
        try:
            response = await asyncio.wait_for(self._post(body), self._seconds)
        except asyncio.TimeoutError:
            raise AssistantUnavailable(f"no answer within {self._seconds:g} s") from None
        except httpx.HTTPError as error:
            raise AssistantUnavailable(f"{type(error).__name__} at {self._url}") from error
        if response.status_code != 200:
            raise AssistantUnavailable(f"status {response.status_code} from {self._url}")
        try:
            elements = response.json()
        except (ValueError, RecursionError):
            raise AssistantUnavailable(f"no JSON from {self._url}") from None
        return read_answer(elements)

    async def health(self, part: str) -> bool:
        """Whether `rasa` or `actions` answers at all."""
        try:
            response = await self._http.get(self._health[part], timeout=HEALTH_SECONDS)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def _post(self, body: Mapping[str, Any]) -> httpx.Response:
        """A refused connection is tried again: the server restarts. Anything later is not: the
        turn may have run.
        """
        while True:
            try:
                return await self._http.post(
                    f"{self._url}/webhooks/rest/webhook", json=body, timeout=None
                )
            except httpx.ConnectError:
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
