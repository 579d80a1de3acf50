"""Whose conversation it is."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from desk.messages import Conversation
from desk.parts import desk_of


def checked_id(request: Request) -> str:
    """The id in the path, once the token is known to be for it. Raises TokenError."""
    conversation_id: str = request.path_params["conversation_id"]
    desk_of(request).tokens.check(request.headers.get("authorization"), conversation_id)
    return conversation_id


async def own_conversation(request: Request) -> Conversation:
    """The conversation in the path, where the token opens it. Raises TokenError and
    UnknownConversation, also when the visitor has deleted it.
    """
    visible = desk_of(request).store.visible
    return await run_in_threadpool(visible, checked_id(request))
