"""The visitor API: start a conversation, write in it, listen to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from desk.parts import desk_of
from desk.store import Message
from desk.website.events import Events
from desk.website.health import healthz
from desk.website.posted import language_of, message_id_of, read_object, text_of
from desk.website.refusals import Refused, too_many

CHANNEL = "website"


async def start(request: Request) -> Response:
    """POST /api/conversations, optionally {"language": "en" | "es"}."""
    desk = desk_of(request)
    address = request.client.host if request.client else ""
    if seconds := desk.address_limit.take(address):
        raise too_many("new conversations", seconds)
    language = language_of(await read_object(request), request.headers.get("accept-language", ""))
    conversation = await run_in_threadpool(desk.store.start, CHANNEL, language)
    body = {"conversation_id": conversation.id, "token": desk.tokens.issue(conversation.id)}
    return JSONResponse(body, 201)


async def send(request: Request) -> Response:
    """POST /api/conversations/{id}/messages, {"message_id", "text"}."""
    desk = desk_of(request)
    conversation_id = await _conversation_id(request)
    if seconds := desk.message_limit.take(conversation_id):
        raise too_many("messages", seconds)
    posted = await read_object(request)
    message_id, text = message_id_of(posted), text_of(posted, desk.settings.message_chars)
    message = await desk.turns.receive(conversation_id, message_id, text)
    if request.query_params.get("wait") not in ("true", "1"):
        return JSONResponse({"message_id": message_id, "id": message.id}, 202)
    replies = await desk.turns.replies(message)
    return JSONResponse({"replies": [as_event(reply) for reply in replies]})


async def listen(request: Request) -> Response:
    """GET /api/conversations/{id}/events, from `Last-Event-ID` or `?last_event_id=`."""
    conversation_id = await _conversation_id(request)
    given = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    after = given or "0"
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise Refused(422, "last_event_id", "Last-Event-ID must be the id of an event.")
    body = _server_sent(desk_of(request).events, conversation_id, int(after))
    headers = {"X-Accel-Buffering": "no"}  # a proxy must pass each event on at once
    return StreamingResponse(body, headers=headers, media_type="text/event-stream")


def as_event(message: Message) -> dict[str, Any]:
    """A message as visitors' pages get it, in the stream and among the replies."""
    payload = message.payload
    return {
        "id": message.id,
        "from": message.sender,
        "text": message.text,
        "outcome": payload.get("outcome"),
        "reason": payload.get("reason"),
        "citations": payload.get("citations", []),
        "buttons": payload.get("buttons", []),
        "case_id": payload.get("case_id"),
        "message_id": message.message_id,
        "at": message.created_at,
        "name": payload.get("name"),
    }


async def _conversation_id(request: Request) -> str:
    """The conversation in the path, once the token is known to be for it. Raises TokenError,
    UnknownConversation.
    """
    desk = desk_of(request)
    conversation_id: str = request.path_params["conversation_id"]
    desk.tokens.check(request.headers.get("authorization"), conversation_id)
    await run_in_threadpool(desk.store.conversation, conversation_id)
    return conversation_id


async def _server_sent(events: Events, conversation_id: str, after: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    async with aclosing(events.stream(conversation_id, after)) as stream:
        async for message in stream:
            if message is None:
                yield ": still here\n\n"
            else:
                yield f"id: {message.id}\ndata: {json.dumps(as_event(message))}\n\n"


ROUTES = [
    Route("/healthz", healthz),
    Route("/api/conversations", start, methods=["POST"]),
    Route("/api/conversations/{conversation_id}/messages", send, methods=["POST"]),
    Route("/api/conversations/{conversation_id}/events", listen),
]
