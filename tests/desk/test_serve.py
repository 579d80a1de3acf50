from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from desk.serve import configure

PROXY, VISITOR = "10.1.2.3", "203.0.113.9"


def seen(socket: str, trusted: list[str]) -> str:
    """The address that a request has, which comes from `socket` and names VISITOR."""

    async def address(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.client.host if request.client else "")

    config = configure(Starlette(routes=[Route("/", address)]), "127.0.0.1", 0, trusted)
    config.load()
    transport = httpx.ASGITransport(config.loaded_app, client=(socket, 40000))

    async def asked() -> str:
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            return (await http.get("/", headers={"X-Forwarded-For": VISITOR})).text

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("socket", "trusted", "address"),
    [
        (PROXY, ["10.0.0.0/8"], VISITOR),
        (PROXY, [PROXY], VISITOR),
        (PROXY, [], PROXY),
        ("127.0.0.1", [], "127.0.0.1"),
        ("198.51.100.7", ["10.0.0.0/8"], "198.51.100.7"),
    ],
)
def test_only_a_trusted_proxy_says_whose_a_request_is(
    socket: str, trusted: list[str], address: str
) -> None:
    assert seen(socket, trusted) == address
