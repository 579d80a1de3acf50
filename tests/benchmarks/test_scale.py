"""What became of messages is counted from the conversation itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from benchmarks import rolling, scale
from benchmarks.load import Load
from benchmarks.rolling import Fate, _Talk
from benchmarks.scale import Scale


def visitor(message_id: str) -> dict[str, Any]:
    return {"from": "visitor", "message_id": message_id, "text": "?"}


def reply(reason: str = "what_is") -> dict[str, Any]:
    return {"from": "bot", "reason": reason, "text": "!"}


def fate(monkeypatch: pytest.MonkeyPatch, sent: list[str], events: list[dict[str, Any]]) -> Fate:
    async def read(*_: object) -> Any:
        for event in events:
            yield json.loads(json.dumps(event))

    monkeypatch.setattr(rolling, "_events", read)
    found = Fate(sent=len(sent))
    asyncio.run(rolling._count(None, _Talk(sent=sent), found))  # type: ignore[arg-type]
    return found


def test_every_message_with_one_reply_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [visitor("a"), reply(), visitor("b"), reply("assistant_unavailable")]
    found = fate(monkeypatch, ["a", "b"], events)
    assert found.is_clean and found.safe == 1


@pytest.mark.parametrize(
    "events, what",
    [
        ([visitor("a"), reply()], "lost"),
        ([visitor("a"), reply(), visitor("b"), reply(), visitor("b"), reply()], "doubled"),
        ([visitor("a"), visitor("b"), reply()], "unanswered"),
        ([visitor("a"), reply(), reply(), visitor("b"), reply()], "answered_twice"),
    ],
)
def test_what_went_wrong_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, events: list[dict[str, Any]], what: str
) -> None:
    found = fate(monkeypatch, ["a", "b"], events)
    wrong = ("lost", "doubled", "unanswered", "answered_twice")
    assert {name: getattr(found, name) for name in wrong} == {
        name: int(name == what) for name in wrong
    }
    assert not found.is_clean


def test_the_table_sets_two_of_each_against_one() -> None:
    loads = {1: {8: Load([0.1] * 100, 10.0)}, 2: {8: Load([0.1] * 150, 10.0)}}
    text = scale.block(Scale(loads, {1: {8: 0.5}, 2: {8: 0.9}}, Fate(sent=7, repeated=2)))
    assert "| 2 | 8 | 15.0 | 100 ms | 100 ms | 1.50 | 90% |" in text
    assert "7 messages sent, 0 lost, 0 doubled" in text and "2 requests were repeated" in text
