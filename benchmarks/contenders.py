"""Who is asked: three ways to put a question to an assistant, and how to see that it answered."""

from __future__ import annotations

import uuid
from collections.abc import Set
from typing import Any, Protocol

import httpx

TIMEOUT_SECONDS = 60


class Contender(Protocol):
    """One way to an assistant. Only `ask` is timed."""

    name: str

    def begin(self) -> None:
        """Starts a conversation that nothing has been said in."""

    def ask(self, question: str) -> httpx.Response:
        """Says one thing in the conversation and waits for the whole reply."""
        ...

    def answered(self, body: Any) -> bool:
        """Whether the decoded reply answers from the documents."""
        ...


class RasaRest:
    """The REST webhook of a Rasa server; what an answer looks like is the assistant's own."""

    name: str

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS)
        self._sender = ""

    def begin(self) -> None:
        self._sender = uuid.uuid4().hex

    def ask(self, question: str) -> httpx.Response:
        body = {"sender": self._sender, "message": question}
        return self._client.post("/webhooks/rest/webhook", json=body)


class OursOverRest(RasaRest):
    name = "ours, Rasa's REST webhook"

    def answered(self, body: Any) -> bool:
        return len(body) == 1 and body[0]["custom"]["outcome"] == "answer"


class StockOverRest(RasaRest):
    name = "stock, Rasa's REST webhook"

    def __init__(self, url: str, paragraphs: Set[str]) -> None:
        super().__init__(url)
        self._paragraphs = paragraphs

    def answered(self, body: Any) -> bool:
        return len(body) == 1 and body[0].get("text") in self._paragraphs


class OursOverDesk:
    """The visitor API, as a visitor's page uses it, waiting for the reply."""

    name = "ours, through the desk"

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS)
        self._messages = ""
        self._headers: dict[str, str] = {}

    def begin(self) -> None:
        started = self._client.post("/api/conversations").raise_for_status().json()
        self._messages = f"/api/conversations/{started['conversation_id']}/messages?wait=true"
        self._headers = {"Authorization": f"Bearer {started['token']}"}

    def ask(self, question: str) -> httpx.Response:
        body = {"message_id": uuid.uuid4().hex, "text": question}
        return self._client.post(self._messages, headers=self._headers, json=body)

    def answered(self, body: Any) -> bool:
        return [reply["outcome"] for reply in body["replies"]] == ["answer"]
