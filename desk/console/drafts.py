"""Answers out of the documents as drafts for staff.

The action that answers visitors is asked directly, at the action server: no conversation, no gate,
no case, and nothing that a visitor could see. What comes back is a draft until somebody sends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from desk.errors import AssistantUnavailable
from desk.rasa_client import dicts

NO_DRAFT = "The assistant cannot look into the documents just now. Write the reply yourself."
ACTION = "action_answer"
_TOPIC = "general_other"  # a general question about nothing in particular


@dataclass(frozen=True)
class Draft:
    """`text` is empty where the documents do not answer; `warnings` are what to check before it is
    sent.
    """

    question: str
    text: str = ""
    citations: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()

    @property
    def reply(self) -> str:
        """The draft with its sources, as a visitor would read it."""
        sources = dict.fromkeys(_line(citation) for citation in self.citations)
        return "\n\n".join([self.text, *(f"Source: {source}" for source in sources)])


class Drafts:
    def __init__(self, http: httpx.AsyncClient, actions_url: str, seconds: float) -> None:
        self._http = http
        self._url = httpx.URL(actions_url).join("/webhook")
        self._seconds = seconds

    async def of(self, question: str) -> Draft:
        """Raises AssistantUnavailable when there is no usable answer in time."""
        try:
            asked = self._http.post(self._url, json=_call(question), timeout=self._seconds)
            response = await asyncio.wait_for(asked, self._seconds)
            if response.status_code != 200:
                raise AssistantUnavailable(f"status {response.status_code} from {self._url}")
            return read_draft(question, response.json())
        except (httpx.HTTPError, asyncio.TimeoutError, ValueError, RecursionError) as error:
            raise AssistantUnavailable(f"{type(error).__name__} at {self._url}") from error


def read_draft(question: str, answer: object) -> Draft:
    """What the action server answered. Raises AssistantUnavailable when it is not an answer."""
    responses = dicts(answer.get("responses")) if isinstance(answer, dict) else []
    for said in responses:
        custom = said["custom"] if isinstance(said.get("custom"), dict) else {}
        outcome = custom.get("outcome")
        if outcome == "answer":
            text = said.get("answer") or said.get("text")
            if isinstance(text, str) and text.strip():
                citations, warnings = dicts(custom.get("citations")), _warnings(responses)
                return Draft(question, text.strip(), citations, warnings)
        elif outcome is not None:
            return Draft(question)
    raise AssistantUnavailable(f"{len(responses)} responses and no known outcome")


def _warnings(responses: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the action says beside the answer about the documents themselves."""
    found = []
    for said in responses:
        if said.get("response") == "say_contradiction":
            found.append(f"The documents disagree: {said.get('one')} / {said.get('other')}")
        if said.get("response") == "say_outdated":
            found.append(f"“{said.get('title')}” was due for review on {said.get('day')}.")
    return found


def _call(question: str) -> dict[str, Any]:
    """As the Rasa server would ask."""
    return {
        "next_action": ACTION,
        "sender_id": "console-draft",
        "domain": {},
        "tracker": {
            "sender_id": "console-draft",
            "slots": {},
            "latest_message": {
                "text": question,
                "intent": {"name": _TOPIC, "confidence": 1.0},
                "entities": [],
            },
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
    }


def _line(citation: Mapping[str, Any]) -> str:
    """The source in one line."""
    parts = (citation.get(name) for name in ("title", "section", "date", "url"))
    return ", ".join(dict.fromkeys(part for part in parts if isinstance(part, str) and part))
