"""`POST /slack/events`: where Slack sends events, buttons and commands when it comes over HTTP."""

from __future__ import annotations

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from desk.parts import desk_of

PATH = "/slack/events"
MOST_BYTES = 1024 * 1024


async def receive(request: Request) -> Response:
    """Bolt checks signature and age before anything else."""
    slack = desk_of(request).slack
    if not slack.hears_http:
        return PlainTextResponse("Slack is not set up over HTTP.", 404)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return PlainTextResponse("Too large.", 413)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return PlainTextResponse("No UTF-8.", 400)
    asked = AsyncBoltRequest(
        body=text,
        query=dict(request.query_params),
        headers=dict(request.headers.items()),
    )
    return to_starlette_response(await slack.app.async_dispatch(asked))


SLACK_ROUTES = [Route(PATH, receive, methods=["POST"])]
