"""Server-sent events for staff's pages. An event only says that something changed: the page then
asks for itself again, so that what it shows is always what the server would show.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from desk.cases import Case
from desk.cases.case import VISITOR
from desk.console.guard import Call
from desk.console.sight import check_seen, confidential
from desk.notices import Notice
from desk.transitions import UNCLAIMED

HEARTBEAT_SECONDS = 15.0
TOGETHER_SECONDS = 0.15  # what happens within it becomes one event


async def events(call: Call) -> Response:
    """GET /staff/events, with `?conversation=` also of that conversation."""
    conversation_id = call.request.query_params.get("conversation", "")
    if conversation_id:
        await run_in_threadpool(check_seen, call, conversation_id)
    headers = {"X-Accel-Buffering": "no"}  # a proxy must pass each event on at once
    stream = _stream(call, conversation_id)
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


async def _stream(call: Call, conversation_id: str) -> AsyncIterator[str]:
    """Until the desk stops, the page goes, or the session is over."""
    desk, queue = call.desk, None
    yield "retry: 2000\n\n"
    news = [Notice("resync")]
    with desk.notices.subscribe() as heard:
        while not desk.events.closed:
            if not await run_in_threadpool(desk.sessions.check, call.token, touch=False):
                yield _event("out", {})
                return
            if any(notice.kind not in ("typing",) for notice in news):
                before, queue = queue, await run_in_threadpool(_queue, call)
                if queue != before:
                    yield _event("queue", {"urgent": queue["urgent"]})
            for event in _about(conversation_id, news):
                yield event
            news = await heard.news(HEARTBEAT_SECONDS)
            if news:
                await asyncio.sleep(TOGETHER_SECONDS)
                news += await heard.news(0)
            else:
                yield ": still here\n\n"


def _about(conversation_id: str, news: list[Notice]) -> list[str]:
    """What the news say of the conversation that the page shows."""
    if not conversation_id:
        return []
    told = [one for one in news if one.conversation_id == conversation_id]
    found = []
    if any(one.kind == "resync" for one in news) or any(one.kind != "typing" for one in told):
        found.append(_event("changed", {}))
    typing = [one for one in told if one.kind == "typing" and one.who == VISITOR]
    if typing:
        found.append(_event("typing", {"typing": typing[-1].typing}))
    return found


def _queue(call: Call) -> dict[str, Any]:
    """The open cases that this person sees, and which of them nobody has though they are urgent."""
    hidden = frozenset() if call.person.is_admin else confidential(call.desk.database)
    seen = [case for case in call.desk.cases.list("open") if case.conversation_id not in hidden]
    urgent = [one.case_id for one in seen if one.urgency == "urgent" and one.state in UNCLAIMED]
    return {"urgent": urgent, "rows": [_row(case) for case in seen]}


def _row(case: Case) -> tuple[object, ...]:
    return (case.case_id, case.state, case.urgency, case.assignee, case.claim_expires_at)


def _event(kind: str, value: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(value)}\n\n"
