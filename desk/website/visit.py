"""The visitor API beside the messages: where the conversation stands, a person, the queue, a call,
what one thinks of a reply, one's own data.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desk.cases.case import VISITOR
from desk.messages import Conversation
from desk.parts import Desk, desk_of
from desk.website.access import own_conversation
from desk.website.own_data import ended, exported, transcript
from desk.website.posted import boolean_of, language_of, message_id_of, read_object, short_text_of
from desk.website.refusals import Refused, too_many


async def clinic(request: Request) -> Response:
    """GET /api/clinic, for the page before the first message; needs no token."""
    desk = desk_of(request)
    asked = {"language": value} if (value := request.query_params.get("language")) else {}
    language = language_of(asked, request.headers.get("accept-language", "")) or "en"
    lines = desk.lines
    titles = [getattr(topic, language) for topic in desk.clinic.topics]
    return JSONResponse(
        {
            "name": desk.clinic.name,
            "opening": desk.states.opening(language),
            "numbers": {
                "country": desk.settings.country,
                "emergency": lines.emergency,
                "crisis": lines.crisis,
                "buttons": lines.buttons(language),
            },
            "topics": [{"title": title, "payload": title} for title in titles],
        }
    )


async def state(request: Request) -> Response:
    """GET /api/conversations/{id}."""
    return await _state(request, await own_conversation(request))


async def person(request: Request) -> Response:
    """POST .../person {"message_id"}: asks for a person, with no assistant in between."""
    desk, conversation = desk_of(request), await _limited(request)
    message_id = message_id_of(await read_object(request))
    await run_in_threadpool(desk.requests.person, conversation, message_id)
    return await _state(request, conversation)


async def leave(request: Request) -> Response:
    """POST .../leave: no longer waits for a person."""
    conversation = await _limited(request)
    await run_in_threadpool(desk_of(request).cases.leave, conversation.id)
    return await _state(request, conversation)


async def callback(request: Request) -> Response:
    """POST .../callback {"name", "contact", "best_time"}: wants a call instead."""
    desk, conversation = desk_of(request), await _limited(request)
    posted = await read_object(request)
    name = short_text_of(posted, "name", 120)
    contact = short_text_of(posted, "contact", 254, needed=True)
    best_time = short_text_of(posted, "best_time", 254)
    await run_in_threadpool(desk.requests.callback, conversation, name, contact, best_time)
    return await _state(request, conversation)


async def typing(request: Request) -> Response:
    """POST .../typing {"typing": bool}; told to staff, stored nowhere."""
    desk, conversation = desk_of(request), await own_conversation(request)
    is_typing = boolean_of(await read_object(request), "typing")
    if not desk.typing_limit.take(conversation.id):
        await run_in_threadpool(desk.states.tell_typing, conversation.id, VISITOR, is_typing)
    return Response(status_code=204)


async def feedback(request: Request) -> Response:
    """POST .../feedback {"message_id": id of the reply, "helpful", "reason"?}."""
    desk, conversation = desk_of(request), await _limited(request)
    posted = await read_object(request)
    reply_id = posted.get("message_id")
    if isinstance(reply_id, bool) or not isinstance(reply_id, int) or not 0 < reply_id < 2**31:
        raise Refused(422, "message_id", "message_id must be the id of a reply.")
    helpful = boolean_of(posted, "helpful")
    reason = short_text_of(posted, "reason", 500) or None
    await run_in_threadpool(desk.feedback.give, conversation.id, reply_id, helpful, reason)
    return JSONResponse({"message_id": reply_id, "helpful": helpful, "reason": reason})


async def end(request: Request) -> Response:
    """POST .../end: the visitor says good-bye. A new message takes it back."""
    conversation = await _limited(request)
    await run_in_threadpool(desk_of(request).requests.end, conversation)
    return await _state(request, conversation)


async def download(request: Request) -> Response:
    """GET .../transcript, as text to keep."""
    conversation = await own_conversation(request)
    text = await run_in_threadpool(transcript, desk_of(request), conversation)
    return Response(text, headers=_as_file("conversation.txt"), media_type="text/plain")


async def export(request: Request) -> Response:
    """GET .../export: everything that is kept of the conversation and is the visitor's."""
    conversation = await own_conversation(request)
    content = await run_in_threadpool(exported, desk_of(request), conversation)
    return JSONResponse(content, headers=_as_file("conversation.json"))


async def delete(request: Request) -> Response:
    """DELETE /api/conversations/{id}. 202 where a person has to look at it first."""
    conversation = await own_conversation(request)
    gone = await run_in_threadpool(desk_of(request).requests.delete, conversation)
    return JSONResponse({"deleted": gone, "text": ended(gone, conversation.language)}, 200 if gone
                        else 202)  # fmt: skip


async def _state(request: Request, conversation: Conversation) -> Response:
    value: dict[str, Any] = await run_in_threadpool(desk_of(request).states.of, conversation.id)
    return JSONResponse(value)


async def _limited(request: Request) -> Conversation:
    """The visitor's own conversation, unless too much was asked of it. Raises Refused."""
    conversation = await own_conversation(request)
    desk: Desk = desk_of(request)
    if seconds := desk.message_limit.take(conversation.id):
        raise too_many("requests", seconds)
    return conversation


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


_ONE = "/api/conversations/{conversation_id}"
VISIT_ROUTES = [
    Route("/api/clinic", clinic),
    Route(_ONE, state, methods=["GET"]),
    Route(_ONE, delete, methods=["DELETE"]),
    Route(f"{_ONE}/person", person, methods=["POST"]),
    Route(f"{_ONE}/leave", leave, methods=["POST"]),
    Route(f"{_ONE}/callback", callback, methods=["POST"]),
    Route(f"{_ONE}/typing", typing, methods=["POST"]),
    Route(f"{_ONE}/feedback", feedback, methods=["POST"]),
    Route(f"{_ONE}/end", end, methods=["POST"]),
    Route(f"{_ONE}/transcript", download),
    Route(f"{_ONE}/export", export),
]
