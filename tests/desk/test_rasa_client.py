from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
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


def ask(respond: Callable[[httpx.Request], Any], seconds: float = 0.6) -> Answer:
    async def run() -> Answer:
        async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as http:
            client = RasaClient(http, "http://rasa", "http://actions/webhook", seconds)
            return await client.ask("c1", "hello", {"channel": "website"})

    return asyncio.run(run())


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


def test_a_refused_connection_is_tried_again() -> None:
    """Rasa restarts now and then."""
    calls = []

    def respond(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        if len(calls) < 2:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json=[ANSWER])

    assert ask(respond).text == "from custom"
    assert len(calls) == 2


def test_a_connection_refused_all_the_time_ends_in_time() -> None:
    def respond(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(AssistantUnavailable, match=r"within 0\.3 s"):
        ask(respond, 0.3)


@pytest.mark.parametrize("error", [httpx.ReadError("reset"), httpx.RemoteProtocolError("cut")])
def test_a_broken_connection_is_not_tried_again(error: Exception) -> None:
    """The turn may have run."""
    calls = []

    def respond(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        raise error

    with pytest.raises(AssistantUnavailable, match=type(error).__name__):
        ask(respond)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "response", [httpx.Response(500), httpx.Response(200, text="<html>"), httpx.Response(204)]
)
def test_a_wrong_response_is_unavailable(response: httpx.Response) -> None:
    with pytest.raises(AssistantUnavailable):
        ask(lambda _request: response)


def test_a_slow_answer_is_unavailable_and_asked_for_once() -> None:
    calls = []

    async def respond(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        await asyncio.sleep(1)
        return httpx.Response(200, json=[ANSWER])

    with pytest.raises(AssistantUnavailable):
        ask(respond, 0.2)
    assert len(calls) == 1
