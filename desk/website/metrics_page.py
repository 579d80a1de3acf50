"""`GET /metrics`, for the clinic's own Prometheus and nobody else."""

from __future__ import annotations

import hmac

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from desk.parts import desk_of
from desk.website.refusals import Refused

LOOPBACK = ("127.0.0.1", "::1")


async def metrics(request: Request) -> Response:
    """With DESK_METRICS_TOKEN as a bearer token; without that setting only from this machine, and
    not through a proxy, behind which everybody looks like this machine.
    """
    desk = desk_of(request)
    if not _may(request, desk.settings.metrics_token.get_secret_value()):
        raise Refused(404, "not_found", "Not Found.")
    desk.metrics.in_flight.set(desk.turns.in_flight)
    desk.metrics.streams.set(desk.notices.listeners)
    text = await run_in_threadpool(desk.metrics.text)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _may(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return not proxied and request.client is not None and request.client.host in LOOPBACK
