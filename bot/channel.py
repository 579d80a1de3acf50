"""Rasa's REST channel as the desk needs it: one element a turn, and no visitor's words in a log.

The stock channel cuts a reply into its paragraphs, puts `custom` into an element of its own, and
logs the message's text when a turn fails.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.rasa.action_socket import send_ahead
from bot.turn_trace import begin

logger = logging.getLogger(__name__)


class Collector(CollectingOutputChannel):
    """Collects what a turn says and joins it to one reply."""

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self._persist_message(self._message(recipient_id, text=text))

    def replies(self, turn: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """One element with `text`, `buttons` and `custom` (the whole reply, and how the turn came
        about), or none. Where no action could open the case of an allegation, the desk does, and
        has to know its queue.
        """
        if not self.messages:
            return []
        texts = [message["text"] for message in self.messages if message.get("text")]
        buttons = [button for message in self.messages for button in message.get("buttons", ())]
        customs = [message["custom"] for message in self.messages if message.get("custom")]
        reply: dict[str, Any] = {
            "outcome": None,
            "reason": None,
            "citations": [],
            "case_id": None,
        }
        for custom in reversed(customs):  # the first block of a reply is its outcome
            reply.update({key: value for key, value in custom.items() if value is not None})
        reply |= {"text": "\n\n".join(texts), "buttons": buttons}
        if turn:
            reply["trace"] = {**turn, **(reply.get("trace") or {})}
            if turn.get("gate", {}).get("allegation"):
                reply["queue"] = "allegations"
        return [
            {
                "recipient_id": self.messages[0]["recipient_id"],
                "text": reply["text"],
                "buttons": buttons,
                "custom": reply,
            }
        ]


class DeskChannel(InputChannel):
    """`POST /webhooks/rest/webhook` with `sender`, `message` and, if need be, `metadata`.

    `metadata["earlier"]` is what the visitor said before, oldest first: a short message is judged
    with it.
    """

    @classmethod
    def name(cls) -> str:
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("desk_channel", "desk_channel")

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            body = request.json
            problem = _problem(body)
            if problem:
                return response.json({"error": problem}, status=400)
            collector = Collector()
            message = UserMessage(
                body["message"],
                collector,
                body["sender"],
                input_channel=self.name(),
                metadata=body.get("metadata"),
            )
            turn = begin()
            send_ahead(body["message"])
            try:
                await on_new_message(message)
            except Exception:  # the desk answers an empty list with its safe text and a case
                logger.exception("a turn failed")
                return response.json([])
            return response.json(collector.replies(turn))

        return routes


def _problem(body: Any) -> str | None:
    if not isinstance(body, dict):
        return "the body must be a JSON object"
    for key in ("sender", "message"):
        if not isinstance(body.get(key), str) or not body[key].strip():
            return f"{key!r} must be a text that is not empty"
    metadata = body.get("metadata")
    if not isinstance(metadata, dict | None):
        return "'metadata' must be an object"
    earlier = (metadata or {}).get("earlier", [])
    if not isinstance(earlier, list) or not all(isinstance(text, str) for text in earlier):
        return "'metadata.earlier' must be a list of texts"
    return None
