"""`POST /slack/events`: where Slack sends events, buttons and commands when it comes over HTTP."""

from __future__ import annotations

from urllib.parse import parse_qs

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from desk.parts import desk_of

PATH = "/slack/events"
MOST_BYTES = 1024 * 1024


async def receive(request: Request) -> Response:
    """Nothing is looked at before signature and age are known to be right."""
    slack = desk_of(request).slack
    if not slack.hears_http:
        return PlainTextResponse("Slack is not set up over HTTP.", 404)
    body = await _body(request)
    if body is None:
        return PlainTextResponse("Too large.", 413)
    secret = slack.settings.signing_secret.get_secret_value()
    if not _is_signed(request, body, secret):
        checks_certificate = _is_certificate_check(request, body)
        return PlainTextResponse("", 200 if checks_certificate else 401)
    try:
        asked = AsyncBoltRequest(
            body=body.decode(),
            query=dict(request.query_params),
            headers=dict(request.headers.items()),
        )
    except (ValueError, TypeError, AttributeError):  # no UTF-8, no JSON, or not of Slack's kind
        return PlainTextResponse("That cannot be read.", 400)
    return to_starlette_response(await slack.app.async_dispatch(asked))


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _is_signed(request: Request, body: bytes, secret: str) -> bool:
    stamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not stamp.isascii() or not stamp.isdigit() or not signature.isascii():
        return False
    return SignatureVerifier(secret).is_valid(body, stamp, signature)


def _is_certificate_check(request: Request, body: bytes) -> bool:
    """Slack looks at the certificate now and then, with an unsigned form that asks for nothing."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        return False
    return parse_qs(body.decode(errors="replace")).get("ssl_check") == ["1"]


SLACK_ROUTES = [Route(PATH, receive, methods=["POST"])]
