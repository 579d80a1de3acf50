"""The visitor API: start a conversation, write in it, listen to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from desk.errors import DatabaseError, UnknownConversation
from desk.messages import Message
from desk.parts import Desk, desk_of
from desk.website.access import checked_id, own_conversation
from desk.website.events import Aside, Event
from desk.website.health import healthz
from desk.website.own_data import as_event
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
    conversation_id = checked_id(request)
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
    """GET /api/conversations/{id}/events, from `Last-Event-ID` or `?last_event_id=`. Programs that
    know of messages alone get only those; `?state=true` asks for the state and typing beside them.
    """
    conversation_id = (await own_conversation(request)).id
    given = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    after = given or "0"
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise Refused(422, "last_event_id", "Last-Event-ID must be the id of an event.")
    asides = request.query_params.get("state") in ("true", "1")
    body = _server_sent(desk_of(request), conversation_id, int(after), asides)
    headers = {"X-Accel-Buffering": "no"}  # a proxy must pass each event on at once
    return StreamingResponse(body, headers=headers, media_type="text/event-stream")


async def _server_sent(
    desk: Desk, conversation_id: str, after: int, asides: bool
) -> AsyncIterator[str]:
    """What staff say is marked as delivered once the line has taken it."""
    yield "retry: 2000\n\n"
    with suppress(UnknownConversation):  # the visitor deletes it while it is being listened to
        async with aclosing(desk.events.stream(conversation_id, after, asides)) as stream:
            async for event in stream:
                yield _lines(event)
                if isinstance(event, Message) and event.sender == "staff":
                    with suppress(DatabaseError):  # it is marked when the page comes again
                        await run_in_threadpool(desk.deliveries.mark, event)


def _lines(event: Event) -> str:
    """Only messages have an id: what a page has seen is a question of messages alone."""
    if event is None:
        return ": still here\n\n"
    if isinstance(event, Aside):
        return f"event: {event.kind}\ndata: {json.dumps(event.value)}\n\n"
    return f"event: message\nid: {event.id}\ndata: {json.dumps(as_event(event))}\n\n"


ROUTES = [
    Route("/healthz", healthz),
    Route("/api/conversations", start, methods=["POST"]),
    Route("/api/conversations/{conversation_id}/messages", send, methods=["POST"]),
    Route("/api/conversations/{conversation_id}/events", listen),
]
