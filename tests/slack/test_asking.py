"""Asking the assistant from Slack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.desk.conftest import FakeRasa
from tests.slack.conftest import ANN, BEN, OTHER, STAFF, Clinic, replying, wait_for
from tests.slack.slack_server import SlackServer, event_body, words
from tests.slack.workspace import BOT_USER

ASKED = f"<@{BOT_USER}> how long does a session take?"


def bots(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in messages if one.get("bot_id")]


def answer_in(slack: SlackServer, channel: str, ts: str, count: int = 1) -> list[str]:
    """What the app has said in a thread, once it has said so much."""
    wait_for(lambda: len(bots(slack.thread(channel, ts))) >= count)
    return [words(one) for one in bots(slack.thread(channel, ts))]


@pytest.mark.parametrize("socket", [False, True])
def test_a_direct_message_is_answered_in_its_thread_once(
    clinic: Callable[[], Clinic],
    slack: SlackServer,
    rasa: FakeRasa,
    request: pytest.FixtureRequest,
    socket: bool,
) -> None:
    """Though Slack sends each event three times."""
    if socket:
        request.getfixturevalue("socket_mode")
    clinic_ = clinic()
    slack.copies = 3
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "how long does a session take?")
    assert answer_in(slack, channel, ts) == [
        "re: how long does a session take?\n:thumbsup:\n:thumbsdown:"
    ]
    clinic_.idle()
    assert len(bots(slack.thread(channel, ts))) == 1
    assert len(rasa.requests) == 1
    assert rasa.requests[0]["metadata"]["channel"] == "slack"
    assert slack.unacknowledged == 0
    assert slack.slowest_ack < 3


def test_a_mention_comes_as_two_events_and_is_answered_once(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    slack.copies = 3
    ts = slack.say(ANN, OTHER, ASKED)
    assert "re: how long" in answer_in(slack, OTHER, ts)[0]
    open_clinic.idle()
    assert [one["message"] for one in rasa.requests] == ["how long does a session take?"]
    assert len(bots(slack.thread(OTHER, ts))) == 1


def test_a_thread_is_one_conversation_and_its_starter_needs_no_second_mention(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    ts = slack.say(ANN, OTHER, ASKED)
    answer_in(slack, OTHER, ts)
    slack.say(ANN, OTHER, "and what does it cost?", ts)
    answer_in(slack, OTHER, ts, 2)
    slack.say(ANN, OTHER, f"<@{BEN}> do you know?", ts)
    slack.say(BEN, OTHER, "no idea, sorry", ts)
    slack.say(BEN, OTHER, "colleagues among themselves")
    open_clinic.idle()
    assert len(rasa.requests) == 2
    assert rasa.requests[0]["sender"] == rasa.requests[1]["sender"]
    assert rasa.requests[1]["metadata"]["earlier"] == ["how long does a session take?"]
    other = slack.say(ANN, OTHER, ASKED)
    answer_in(slack, OTHER, other)
    assert rasa.requests[2]["sender"] != rasa.requests[0]["sender"]


def test_an_answer_shows_its_sources_links_and_suggestions_and_takes_a_rating(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.respond = replying(
        "answer",
        "It takes *two* hours <now>.",
        citations=[
            {"title": "Sessions", "section": "Length", "date": "2025-01-01", "text": "Two hours.",
             "url": "https://clinic.example/s", "document": "s.md"},
        ],
        buttons=[
            {"title": "Side effects", "payload": "What are the side effects?"},
            {"title": "Chat", "payload": "https://988lifeline.org/chat"},
            {"title": "Call 988", "payload": "tel:988"},
        ],
    )  # fmt: skip
    ts = slack.say(ANN, OTHER, ASKED)
    shown = answer_in(slack, OTHER, ts)[0]
    assert "It takes *two* hours &lt;now&gt;." in shown
    assert "[1] <https://clinic.example/s|Sessions>, Length (2025-01-01)\n> Two hours." in shown
    assert "*Call 988*" in shown
    answer = bots(slack.thread(OTHER, ts))[0]
    slack.press(BEN, OTHER, answer["ts"], "ask_suggestion_0")
    answer_in(slack, OTHER, ts, 2)
    assert rasa.requests[1]["message"] == "What are the side effects?"
    slack.press(ANN, OTHER, answer["ts"], "rate_up")
    wait_for(lambda: open_clinic.desk.feedback.list())
    slack.press(ANN, OTHER, answer["ts"], "rate_down")
    wait_for(lambda: slack.space.views.get(ANN))
    slack.submit(ANN, "it has no prices")
    wait_for(lambda: open_clinic.desk.feedback.list()[0].reason)
    (kept,) = open_clinic.desk.feedback.list()
    assert (kept.helpful, kept.reason) == (False, "it has no prices")


def test_a_crisis_in_a_channel_is_answered_for_one_persons_eyes_and_makes_a_case(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.respond = replying("crisis", "Call or text 988 now.", reason="suicide")
    ts = slack.say(ANN, OTHER, f"<@{BOT_USER}> I cannot go on")
    wait_for(lambda: slack.told(ANN))
    open_clinic.idle()
    assert slack.told(ANN) == ["Call or text 988 now."]
    assert slack.space.ephemerals[0]["thread_ts"] == ts
    assert bots(slack.thread(OTHER, ts)) == []
    (case,) = open_clinic.desk.cases.list()
    assert (case.urgency, case.reason) == ("urgent", "suicide")
    card = open_clinic.card(case.case_id)
    assert "cannot go on" not in words(card)
    assert "<!subteam^S0ONCALL>" in card["text"]
    # what staff answer goes to that person alone, too
    open_clinic.desk.cases.claim(case.case_id, "ben@clinic.example")
    open_clinic.desk.cases.reply(case.case_id, "I am here, call me.", "ben@clinic.example")
    direct = slack.space.direct(ANN).id
    wait_for(lambda: any("I am here" in words(one) for one in slack.top(direct)))
    assert "*Ben*" in words(slack.top(direct)[-1])
    assert bots(slack.thread(OTHER, ts)) == []
    # what is written back there, beside every thread, belongs to the same conversation
    rasa.respond = replying("relayed", "Passed on.", case_id=case.case_id)
    slack.say(ANN, direct, "thank you Ben")
    open_clinic.idle()
    assert rasa.requests[-1]["sender"] == case.conversation_id
    # and so does what that person writes on in the thread: still for no one else
    slack.say(ANN, OTHER, "is Ben there?", ts)
    open_clinic.idle()
    assert rasa.requests[-1]["sender"] == case.conversation_id
    assert bots(slack.thread(OTHER, ts)) == []
    # while a colleague in the same thread has a conversation of their own
    rasa.respond = FakeRasa.echo
    slack.say(BEN, OTHER, f"<@{BOT_USER}> how long?", ts)
    assert "re: how long?" in answer_in(slack, OTHER, ts)[0]


def test_the_command_is_answered_in_direct_messages(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    slack.space.add_channel("C0AWAY", ANN)  # where the app is no member
    answer = slack.command(ANN, "C0AWAY", "how long does it take?")
    assert "direct messages" in answer["text"]
    direct = slack.space.direct(ANN).id
    root = wait_for(lambda: slack.top(direct))[0]
    assert "You asked" in words(root)
    assert "re: how long does it take?" in answer_in(slack, direct, root["ts"])[0]
    slack.say(ANN, direct, "and then?", root["ts"])
    answer_in(slack, direct, root["ts"], 2)
    assert rasa.requests[0]["sender"] == rasa.requests[1]["sender"]
    assert slack.responses == []


def test_a_crisis_in_the_command_is_answered_where_it_was_typed_as_well(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.respond = replying("crisis", "Call or text 988 now.", reason="suicide")
    slack.command(ANN, OTHER, "I cannot go on")
    wait_for(lambda: slack.responses)
    assert slack.responses[0]["response_type"] == "ephemeral"
    assert words(slack.responses[0]) == "Call or text 988 now."
    open_clinic.idle()
    assert [one for one in slack.top(OTHER) if one.get("bot_id")] == []
    assert len(slack.responses) == 1


def test_the_shortcut_answers_in_the_messages_thread_or_directly(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    ts = slack.say(BEN, OTHER, "how long does a session take, I wonder")
    slack.shortcut(ANN, OTHER, ts)
    assert "re: how long" in answer_in(slack, OTHER, ts)[0]
    slack.space.add_channel("C0AWAY", ANN, BEN)
    away = slack.say(BEN, "C0AWAY", "is nausea common?")
    slack.shortcut(ANN, "C0AWAY", away)
    direct = slack.space.direct(ANN).id
    wait_for(lambda: any("re: is nausea" in words(one) for one in slack.top(direct)))
    assert slack.thread("C0AWAY", away) == []


def test_a_question_that_was_edited_is_asked_again(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    slack.copies = 3
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "how log?")
    answer_in(slack, channel, ts)
    slack.edit(channel, ts, "how long?")
    assert answer_in(slack, channel, ts, 2)[1].startswith("re: how long?")
    slack.edit(channel, ts, "how long?")  # such as the preview of a link
    open_clinic.idle()
    assert len(rasa.requests) == 2


def test_a_question_taken_back_takes_its_answer_along(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "how long?")
    answer_in(slack, channel, ts)
    slack.delete(channel, ts)
    wait_for(lambda: not bots(slack.thread(channel, ts)))
    rasa.delay = 0.5
    ts = slack.say(ANN, channel, "how much?")
    slack.delete(channel, ts)  # while its answer is being made
    wait_for(lambda: len(rasa.requests) == 2)
    open_clinic.idle()
    assert not any("how much" in words(one) for one in bots(slack.space.channels[channel].messages))


def test_a_danger_taken_back_keeps_its_answer(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.respond = replying("crisis", "Call 988.", reason="suicide")
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "I cannot go on")
    answer_in(slack, channel, ts)
    slack.delete(channel, ts)
    open_clinic.idle()
    assert len(bots(slack.thread(channel, ts))) == 1


def test_what_is_no_question_gets_a_hint_and_what_is_too_long_the_crisis_line(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    slack.say(ANN, OTHER, f"<@{BOT_USER}>")
    wait_for(lambda: slack.told(ANN))
    slack.say(ANN, OTHER, f"<@{BOT_USER}> {'x' * 4001}")
    wait_for(lambda: len(slack.told(ANN)) == 2)
    assert "988" in slack.told(ANN)[1]
    slack.say(ANN, slack.space.direct(ANN).id, "", files=1)
    open_clinic.idle()
    assert rasa.requests == []
    answer = slack.command(ANN, STAFF, "")
    assert answer["text"]
    wait_for(lambda: slack.responses)


def test_the_apps_own_messages_and_other_bots_are_not_answered(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    channel = slack.space.direct(ANN).id
    event = {"type": "message", "channel": channel, "channel_type": "im", "text": "hello",
             "ts": "1700000000.000001", "user": "U0OTHERBOT", "bot_id": "B0OTHER"}  # fmt: skip
    slack.deliver(event_body(event))
    slack.deliver(event_body({**event, "user": BOT_USER, "bot_id": None}))
    open_clinic.idle()
    assert rasa.requests == []


def test_an_assistant_that_is_down_says_so_in_slack_as_everywhere(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.respond = lambda _asked: httpx.Response(500)
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "hello?")
    assert "988" in answer_in(slack, channel, ts)[0]
    assert [case.reason for case in open_clinic.desk.cases.list()] == ["assistant_unavailable"]
