from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import AssistantUnavailable
from desk.rasa_client import OUTCOMES, Answer, RasaClient, read_answer

ANSWER: dict[str, Any] = {"custom": {"outcome": "answer", "text": "from custom"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(sorted(OUTCOMES)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["text", "custom", "buttons", "outcome", "citations", "title", "payload"]
            ),
            inner,
        )
    ),
)


Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ask(respond: Respond, seconds: float = 0.6) -> Answer:
    """Of a server that answers so."""

    async def run() -> Answer:
        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", respond)
        async with TestServer(app) as server:
            return await asked(str(server.make_url("")).rstrip("/"), seconds)

    return asyncio.run(run())


async def asked(url: str, seconds: float) -> Answer:
    async with aiohttp.ClientSession() as http:
        client = RasaClient(http, url, "http://actions/webhook", seconds)
        return await client.ask("c1", "hello", {"channel": "website"})


def test_the_texts_of_the_elements_are_joined_and_their_buttons_merged() -> None:
    more = {"title": "More", "payload": "more"}
    call = {"title": "Call 988", "payload": "tel:988"}
    elements = [
        {"recipient_id": "c1", "text": "one", "buttons": [more]},
        {"text": "two"},
        {
            "custom": {
                "outcome": "crisis",
                "reason": "suicide",
                "text": "x",
                "buttons": [more, call],
            }
        },
    ]
    answer = read_answer(elements)
    assert answer.text == "one\n\ntwo"
    assert list(answer.buttons) == [more, call]
    assert (answer.outcome, answer.reason, answer.case_id) == ("crisis", "suicide", None)


def test_the_text_of_custom_counts_where_no_element_has_one() -> None:
    assert read_answer([ANSWER]).text == "from custom"
    assert read_answer([{"text": "said"}, ANSWER]).text == "said"


@pytest.mark.parametrize(
    "elements",
    [
        [],
        {},
        None,
        [{"text": "a text alone"}],
        [{"text": "x", "custom": {"outcome": "lunch"}}],
        [{"custom": {"outcome": "answer"}}],
        [{"text": " ", "custom": {"outcome": "answer"}}],
        [{"text": "a\0b"}, ANSWER],
        [{"text": "a\ud800b"}, ANSWER],
    ],
)
def test_an_answer_without_a_text_or_a_known_outcome_is_none(elements: object) -> None:
    with pytest.raises(AssistantUnavailable):
        read_answer(elements)


@given(JSON)
def test_any_json_is_an_answer_or_unavailable(elements: object) -> None:
    try:
        answer = read_answer(elements)
    except AssistantUnavailable:
        return
    assert answer.text.strip()
    assert answer.outcome in OUTCOMES
    assert all(set(button) == {"title", "payload"} for button in answer.buttons)


def test_a_refused_connection_is_tried_again(free_port: int) -> None:
    """Rasa restarts now and then."""

    async def run() -> Answer:
        asking = asyncio.create_task(asked(f"http://127.0.0.1:{free_port}", 10))
        await asyncio.sleep(0.1)
        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", answered)
        async with TestServer(app, port=free_port):
            return await asking

    assert asyncio.run(run()).text == "from custom"


def test_a_connection_refused_all_the_time_ends_in_time(free_port: int) -> None:
    with pytest.raises(AssistantUnavailable, match=r"within 0\.3 s"):
        asyncio.run(asked(f"http://127.0.0.1:{free_port}", 0.3))


def test_a_broken_connection_is_not_tried_again() -> None:
    """The turn may have run."""
    calls = []

    async def respond(request: web.Request) -> web.StreamResponse:
        calls.append(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(AssistantUnavailable, match="at http"):
        ask(respond)
    assert len(calls) == 1


@pytest.mark.parametrize(("status", "text"), [(500, ""), (200, "<html>"), (204, ""), (200, "\xff")])
def test_a_wrong_response_is_unavailable(status: int, text: str) -> None:
    async def respond(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=text.encode("latin-1"))

    with pytest.raises(AssistantUnavailable):
        ask(respond)


def test_a_slow_answer_is_unavailable_and_asked_for_once() -> None:
    calls = []

    async def respond(request: web.Request) -> web.StreamResponse:
        calls.append(request)
        await asyncio.sleep(1)
        return await answered(request)

    with pytest.raises(AssistantUnavailable):
        ask(respond, 0.2)
    assert len(calls) == 1


async def answered(_request: web.Request) -> web.StreamResponse:
    return web.json_response([ANSWER])
