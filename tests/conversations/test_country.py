"""Crisis lines of another country, from a real Rasa server with no action server behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conversations.conftest import Assistant

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def british(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    everything = Assistant(tmp_path_factory.mktemp("british"))
    everything.environ["CLINIC_COUNTRY"] = "gb"
    try:
        everything.start("rasa", "desk")
        yield everything
    finally:
        everything.client.close()
        everything.stop(*list(everything.running))


@pytest.mark.parametrize(
    "text,emergency", [("i want to kill myself", "999"), ("quiero morir, no aguanto más", "999")]
)
def test_a_crisis_is_answered_with_the_countrys_own_lines(
    british: Assistant, text: str, emergency: str
) -> None:
    visitor = british.visitor()
    reply = visitor.say(text)
    again = visitor.say(text)
    for one in (reply, again):
        assert one["outcome"] == "crisis" and one["case_id"]
        assert emergency in one["text"] and "116 123" in one["text"]
        assert "988" not in one["text"] and "911" not in one["text"]
        assert "tel:116123" in [button["payload"] for button in one["buttons"]]
    assert reply["text"] != again["text"]


def test_the_safe_text_and_the_page_have_them_too(british: Assistant) -> None:
    reply = british.visitor().say("What are the side effects of ketamine?")
    assert reply["reason"] == "assistant_unavailable"  # no action server
    assert "999" in reply["text"] and "988" not in reply["text"]
    clinic = british.client.get("/api/clinic").json()
    assert clinic["numbers"]["emergency"] == "999"
