"""Parts that stop: never silence, nothing lost, help for somebody in danger all the same."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.conversations.conftest import Assistant

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    everything = Assistant(tmp_path_factory.mktemp("fragile"))
    try:
        everything.start("rasa", "actions", "desk")
        yield everything
    finally:
        everything.client.close()
        everything.stop(*list(everything.running))


def test_without_the_action_server_a_crisis_is_answered_and_the_rest_gets_a_case(
    fragile: Assistant,
) -> None:
    fragile.stop("actions", how=signal.SIGKILL)
    danger = fragile.visitor().say("i want to kill myself")
    assert danger["outcome"] == "crisis" and "741741" in danger["text"]
    assert danger["case_id"]
    for text in ("What are the side effects of ketamine?", "can I take it with my lithium"):
        reply = fragile.visitor().say(text)
        assert reply["outcome"] == "handoff" and reply["case_id"]
        assert "988" in reply["text"] and "911" in reply["text"]
    assert fragile.client.get("/healthz").status_code == 503
    fragile.start("actions")
    assert fragile.client.get("/healthz").status_code == 200
    assert fragile.visitor().say("What are the side effects of ketamine?")["outcome"] == "answer"


def test_an_action_server_without_a_socket_is_called_over_http(fragile: Assistant) -> None:
    fragile.stop("actions")
    fragile.start("plain actions")
    assert fragile.visitor().say("What are the side effects of ketamine?")["outcome"] == "answer"
    fragile.stop("plain actions")
    fragile.start("actions")


def test_without_rasa_the_safe_text_comes_with_a_case(fragile: Assistant) -> None:
    fragile.stop("rasa", how=signal.SIGKILL)
    visitor = fragile.visitor()
    reply = visitor.say("hello")
    assert (reply["outcome"], reply["reason"]) == ("handoff", "assistant_unavailable")
    assert "988" in reply["text"] and "911" in reply["text"] and reply["case_id"]
    fragile.start("rasa")


def test_after_a_restart_of_everything_all_is_as_before(fragile: Assistant) -> None:
    visitor = fragile.visitor()
    case_id = visitor.say("can I take it with my lithium")["case_id"]
    in_danger = fragile.visitor()
    in_danger_case = in_danger.say("i want to kill myself")["case_id"]
    before = visitor.events(until=2)
    fragile.stop("desk", how=signal.SIGKILL)
    fragile.stop("rasa", "actions", how=signal.SIGKILL)
    fragile.start("rasa", "actions", "desk")
    assert visitor.events(until=2) == before
    relayed = visitor.say("are you still there?")
    assert (relayed["outcome"], relayed["case_id"]) == ("relayed", case_id)
    fragile.cli("cases", "resolve", in_danger_case, "--as", "nurse@example.org")
    later = in_danger.say("What are the possible side effects of ketamine therapy?")
    assert later["outcome"] == "answer" and "988" in later["text"]
