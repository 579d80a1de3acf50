from __future__ import annotations

import asyncio
from typing import Any

from bot.channel import Collector, _problem
from bot.turn_trace import begin, note_gate


def test_a_turn_is_one_element_and_its_first_block_gives_the_outcome() -> None:
    async def turn() -> list[dict[str, object]]:
        collector = Collector()
        await collector.send_text_with_buttons("v", "Call 911.\n\nNow.", [{"title": "a"}])
        await collector.send_custom_json("v", {"outcome": "emergency", "reason": "acute_other"})
        await collector.send_text_message("v", "Call 988.")
        await collector.send_custom_json("v", {"outcome": "crisis", "reason": "suicide"})
        await collector.send_custom_json("v", {"case_id": "C-1"})
        return collector.replies()

    (element,) = asyncio.run(turn())
    assert element["text"] == "Call 911.\n\nNow.\n\nCall 988."
    assert element["custom"] == {
        "outcome": "emergency",
        "reason": "acute_other",
        "citations": [],
        "case_id": "C-1",
        "text": element["text"],
        "buttons": [{"title": "a"}],
    }


def test_a_turn_that_said_nothing_is_empty() -> None:
    assert Collector().replies() == []


def test_bad_bodies_are_named() -> None:
    assert "object" in str(_problem([]))
    assert "'sender'" in str(_problem({"message": "hi"}))
    assert "'message'" in str(_problem({"sender": "a", "message": " "}))
    assert "'metadata'" in str(_problem({"sender": "a", "message": "hi", "metadata": []}))
    earlier = {"sender": "a", "message": "hi", "metadata": {"earlier": [1]}}
    assert "'metadata.earlier'" in str(_problem(earlier))
    assert _problem({"sender": "a", "message": "hi"}) is None
    assert _problem({"sender": "a", "message": "hi", "metadata": {"earlier": ["hello"]}}) is None


def test_a_turn_tells_how_it_came_about_and_where_an_allegation_belongs() -> None:
    async def turn() -> list[dict[str, Any]]:
        found = begin()
        note_gate({"intent": "crisis_abuse", "confidence": 0.912, "allegation": True})
        collector = Collector()
        await collector.send_custom_json("v", {"outcome": "crisis", "reason": "abuse"})
        return collector.replies(found)

    (element,) = asyncio.run(turn())
    assert element["custom"]["queue"] == "allegations"
    assert element["custom"]["trace"]["gate"]["confidence"] == 0.912
