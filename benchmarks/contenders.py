"""Who is asked: ways to put a question to an assistant, and how to see that it answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Post:
    """One request: everything that is to be sent."""

    url: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Contender(Protocol):
    """One way to an assistant, and one conversation over it. Only `ask` is timed."""

    name: str

    def begin(self) -> None:
        """Starts a conversation that nothing has been said in."""

    def another(self) -> Contender:
        """The same way, for another visitor."""
        ...

    def post(self, question: str) -> Post:
        """What says one thing in the conversation."""
        ...

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
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS)
        self._sender = ""

    def begin(self) -> None:
        self._sender = uuid.uuid4().hex

    def post(self, question: str) -> Post:
        body = {"sender": self._sender, "message": question}
        return Post(f"{self._url}/webhooks/rest/webhook", body)

    def ask(self, question: str) -> httpx.Response:
        return _sent(self._client, self.post(question))


class OursOverRest(RasaRest):
    name = "ours, Rasa's REST webhook"

    def another(self) -> OursOverRest:
        return OursOverRest(self._url)

    def answered(self, body: Any) -> bool:
        return len(body) == 1 and body[0]["custom"]["outcome"] == "answer"


class StockOverRest(RasaRest):
    """A bot that answers with one of known texts."""

    name = "stock, Rasa's REST webhook"

    def __init__(self, url: str, texts: Set[str], name: str = name) -> None:
        super().__init__(url)
        self.name = name
        self._texts = texts

    def another(self) -> StockOverRest:
        return StockOverRest(self._url, self._texts, self.name)

    def answered(self, body: Any) -> bool:
        return len(body) == 1 and body[0].get("text") in self._texts


class OursOverDesk:
    """The visitor API, as a visitor's page uses it, waiting for the reply."""

    name = "ours, through the desk"

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS)
        self._messages = ""
        self._headers: dict[str, str] = {}

    def another(self) -> OursOverDesk:
        return OursOverDesk(self._url)

    def begin(self) -> None:
        address = f"{self._url}/api/conversations"
        started = self._client.post(address).raise_for_status().json()
        self._messages = f"{address}/{started['conversation_id']}/messages?wait=true"
        self._headers = {"Authorization": f"Bearer {started['token']}"}

    def post(self, question: str) -> Post:
        body = {"message_id": uuid.uuid4().hex, "text": question}
        return Post(self._messages, body, self._headers)

    def ask(self, question: str) -> httpx.Response:
        return _sent(self._client, self.post(question))

    def answered(self, body: Any) -> bool:
        return [reply["outcome"] for reply in body["replies"]] == ["answer"]


def _sent(client: httpx.Client, post: Post) -> httpx.Response:
    return client.post(post.url, json=dict(post.body), headers=dict(post.headers))
