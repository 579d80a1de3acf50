"""What goes wrong between the desk and Slack loses nothing and doubles nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest

from desk.errors import DatabaseError
from desk.settings import Settings
from desk.slack.inbox import Inbox, Job
from tests.desk.conftest import FakeRasa, Service, Visitor, empty_server_url, postgresql
from tests.slack.conftest import ANN, ANN_MAIL, OTHER, STAFF, Clinic, wait_for
from tests.slack.slack_server import SlackServer, words
from tests.slack.test_cases import notes, staff_said
from tests.slack.workspace import BOT_USER, Bucket, TooMany

__all__ = ["empty_server_url", "postgresql"]
DOWN_SECONDS = float(os.environ.get("SLACK_DOWN_SECONDS", "3"))  # make slack-minute has 60


def keys(slack: SlackServer, channel: str) -> list[str]:
    """What the app has posted, by what it was about, in order."""
    messages = slack.space.channels[channel].messages
    return [one["metadata"]["event_payload"]["key"] for one in messages if one.get("bot_id")]


class Refusing(Bucket):
    """Refuses some of the calls, counted from 1, and asks for a second's patience."""

    def __init__(self, *refuse: int) -> None:
        super().__init__(1e9, 1e9)
        self.refuse, self.times = refuse, list[float]()

    def take(self) -> None:
        self.times.append(time.monotonic())
        if len(self.times) in self.refuse:
            raise TooMany(1)


def test_slack_down_during_a_handoff_loses_nothing(
    clinic: Callable[[], Clinic], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Visitor and console go on meanwhile; Slack has it all afterwards, once and in order."""
    monkeypatch.setenv("SLACK_SHOW_WORDS", "1")
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    card = open_clinic.card(case_id, "waiting for a person")
    slack.go_down()
    begun = time.monotonic()
    cases = open_clinic.desk.cases
    visitor.say("are you there?")
    cases.claim(case_id, ANN_MAIL)
    cases.reply(case_id, "I am, one moment.", ANN_MAIL)
    number = 0
    while time.monotonic() - begun < DOWN_SECONDS:
        number += 1
        visitor.say(f"message {number}")
        time.sleep(DOWN_SECONDS / 6)
    second = open_clinic.ask_person(open_clinic.visitor())
    cases.resolve(case_id, ANN_MAIL, "done")
    assert [name for name, _ in staff_said(visitor, open_clinic)] == ["Ann"]
    slack.come_up()
    open_clinic.card(case_id, "resolved")
    open_clinic.card(second, "waiting for a person")
    wait_for(lambda: open_clinic.desk.slack.is_idle())
    lines = [line.splitlines() for line in open_clinic.thread(case_id)]
    said = [line[1] for line in lines if line[0] == "*Visitor*"]
    assert said == ["> are you there?", *(f"> message {n}" for n in range(1, number + 1))]
    assert sum("I am, one moment." in str(line) for line in lines) == 1
    assert sum("has claimed" in str(line) for line in lines) == 1
    assert "resolved" in str(lines[-1])
    assert len(keys(slack, STAFF)) == len(set(keys(slack, STAFF)))
    assert card["ts"] == open_clinic.card(case_id)["ts"]


def test_answers_to_questions_wait_for_slack_as_well(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.delay = 0.3
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "how long?")
    slack.trouble = "unavailable"
    wait_for(lambda: rasa.requests)
    time.sleep(1)
    assert slack.thread(channel, ts) == []
    slack.trouble = ""
    wait_for(lambda: slack.thread(channel, ts))
    open_clinic.idle()
    assert len(slack.thread(channel, ts)) == 1


@pytest.mark.parametrize("place", ["direct", "card"])
def test_a_message_whose_confirmation_was_lost_is_not_sent_twice(
    open_clinic: Clinic, slack: SlackServer, place: str
) -> None:
    """Slack did it, the line broke: the app looks before it tries again."""
    for n in range(25):  # more than a page of history to look through
        slack.space.write(slack.space.channels[STAFF], user=ANN, text=f"noise {n}")
    slack.trouble = "swallow"
    if place == "direct":
        channel = slack.space.direct(ANN).id
        ts = slack.say(ANN, channel, "how long?")
        wait_for(lambda: slack.thread(channel, ts))
    else:
        channel = STAFF
        open_clinic.card(open_clinic.ask_person(open_clinic.visitor()))
    for n in range(25):
        slack.space.write(slack.space.channels[STAFF], user=ANN, text=f"noise {n}")
    wait_for(lambda: slack.swallowed == 1)
    open_clinic.idle()
    assert len(keys(slack, channel)) == 1


def test_too_many_requests_are_waited_for_in_order(
    clinic: Callable[[], Clinic], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SHOW_WORDS", "1")
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    open_clinic.card(case_id)
    open_clinic.idle()
    refusing = Refusing(4, 8)
    slack.space.buckets[f"chat.postMessage {STAFF}"] = refusing
    for number in range(9):
        visitor.say(f"message {number}")
    wait_for(lambda: len(open_clinic.thread(case_id)) == 9)
    said = [line.splitlines()[1] for line in open_clinic.thread(case_id)]
    assert said == [f"> message {number}" for number in range(9)]
    assert len(refusing.times) == 9 + 2  # each of the refused was sent once more, the others once
    for refused in refusing.refuse:
        assert refusing.times[refused] - refusing.times[refused - 1] >= 1  # as Retry-After said


@pytest.mark.parametrize("hard", [False, True])
def test_a_restart_loses_nothing(open_clinic: Clinic, slack: SlackServer, hard: bool) -> None:
    """What was not yet told is told by the next process; what was acknowledged is dealt with."""
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    ts = open_clinic.card(case_id)["ts"]
    open_clinic.idle()
    slack.trouble = "unavailable"
    slack.say(ANN, STAFF, "I take this one", ts)  # acknowledged; who ANN is cannot be asked now
    open_clinic.desk.cases.claim(case_id, ANN_MAIL)
    if hard:
        monkey = open_clinic.desk.slack._lease
        monkey.give_back = lambda: None  # type: ignore[method-assign]
    open_clinic.stop()
    slack.trouble = ""
    open_clinic.start()
    open_clinic.card(case_id, "claimed by Ann")
    wait_for(lambda: notes(open_clinic, case_id))
    open_clinic.idle()
    assert notes(open_clinic, case_id) == [(ANN_MAIL, "I take this one")]
    assert len(keys(slack, STAFF)) == len(set(keys(slack, STAFF)))


def test_what_cannot_be_kept_is_not_acknowledged_and_comes_again(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [DatabaseError("full"), DatabaseError("still full")]
    keep = Inbox.keep

    def sometimes(self: Inbox, job: Job) -> bool:
        if failures:
            raise failures.pop()
        return keep(self, job)

    monkeypatch.setattr(Inbox, "keep", sometimes)
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "how long?")
    wait_for(lambda: slack.thread(channel, ts))
    assert [status for status, _ in slack.answers][:3] == [500, 500, 200]
    assert len(rasa.requests) == 1


def test_a_line_of_socket_mode_that_was_cut_is_opened_again(
    socket_mode: None, clinic: Callable[[], Clinic], slack: SlackServer
) -> None:
    open_clinic = clinic()
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "one")
    wait_for(lambda: slack.thread(channel, ts))
    slack.go_down()
    time.sleep(0.5)
    slack.come_up()
    wait_for(lambda: slack._sockets)
    ts = slack.say(ANN, channel, "two")
    wait_for(lambda: slack.thread(channel, ts))
    open_clinic.idle()
    assert len(slack.thread(channel, ts)) == 1
    assert "Not found" not in str(slack.answers)


def test_the_whole_of_a_case_goes_over_socket_mode(
    socket_mode: None, clinic: Callable[[], Clinic], slack: SlackServer
) -> None:
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    open_clinic.press(ANN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ann")
    open_clinic.dialog(ANN, case_id, "reply")
    assert slack.submit(ANN, "Hello.")["response_action"] == "update"
    slack.submit(ANN)
    wait_for(lambda: staff_said(visitor, open_clinic) == [("Ann", "Hello.")])
    assert "direct messages" in slack.command(ANN, OTHER, "how long?")["text"]
    assert open_clinic.service.client.post("/slack/events", json={}).status_code == 404


def test_an_app_that_was_not_invited_waits_for_it(
    open_clinic: Clinic, slack: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    slack.space.channels[STAFF].members.discard(BOT_USER)
    case_id = open_clinic.ask_person(open_clinic.visitor())
    wait_for(lambda: ("chat.postMessage", "not_in_channel") in slack.space.refusals)
    wait_for(lambda: "Invite the app" in caplog.text)
    slack.space.channels[STAFF].members.add(BOT_USER)
    open_clinic.card(case_id)


def test_a_colleague_whom_slack_cannot_reach_is_a_failed_delivery(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    channel = slack.space.direct(ANN).id
    ts = slack.say(ANN, channel, "a person please")
    wait_for(lambda: slack.thread(channel, ts))
    sender = rasa.requests[0]["sender"]
    cases = open_clinic.desk.cases
    case = cases.open(sender, channel="slack", reason="wants_human")
    open_clinic.card(case.case_id)
    slack.space.channels[channel].archived = True
    slack.space.users[ANN]["deleted"] = True
    cases.claim(case.case_id, "ben@clinic.example")
    cases.reply(case.case_id, "Hello!", "ben@clinic.example")
    wait_for(lambda: any("failed" in line for line in open_clinic.thread(case.case_id)))


def test_of_two_processes_on_one_database_one_works_and_the_other_takes_over(
    empty_server_url: str,
    slack: SlackServer,
    rasa: FakeRasa,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_server_url)
    one, two = Service(Settings(), rasa), Service(Settings(), rasa)
    try:
        one.app.state.desk.staff.add(ANN_MAIL, "Ann", "admin")
        channel = slack.space.direct(ANN).id
        slack.copies = 3
        for service in (one, two, one, two):
            slack.events_to = f"{service.url}/slack/events"
            ts = slack.say(ANN, channel, "how long?")
            wait_for(lambda ts=ts: slack.thread(channel, ts))
        one.stop()
        ts = slack.say(ANN, channel, "still there?")
        wait_for(lambda: slack.thread(channel, ts))
        visitor = Visitor(two)
        visitor.say("hello")
        case = two.app.state.desk.cases.open(visitor.id, channel="website", reason="dosing")
        wait_for(lambda: any(case.case_id in words(one) for one in slack.top(STAFF)))
        wait_for(two.app.state.desk.slack.is_idle)
        assert len(keys(slack, channel)) == 5
    finally:
        for service in (one, two):
            if not service.client.is_closed:
                service.stop()


def test_ten_staff_and_fifty_cases_at_once(open_clinic: Clinic, slack: SlackServer) -> None:
    """Each claims what they can and answers it: every case has one holder, every visitor one
    reply from that person, every card its last state, and nothing is said twice.
    """
    slack.space.rate = lambda: Bucket(60, 40)
    slack.ack_seconds = 30.0  # outcomes are counted here, not seconds
    people: list[tuple[str, str]] = []
    for number in range(10):
        user, mail = f"U0STAFF{number}", f"staff{number}@clinic.example"
        slack.space.add_user(user, mail)
        slack.space.channels[STAFF].members.add(user)
        open_clinic.desk.staff.add(mail, f"Person {number}")
        people.append((user, mail))
    visitors = {}
    with ThreadPoolExecutor(10) as pool:
        for visitor in pool.map(lambda _: open_clinic.visitor(), range(50)):
            visitors[open_clinic.ask_person(visitor)] = visitor
    for case_id in visitors:
        wait_for(lambda case_id=case_id: open_clinic.card(case_id))
    seen = {case_id: deepcopy(open_clinic.card(case_id)) for case_id in visitors}
    cards = {case_id: card["ts"] for case_id, card in seen.items()}

    def work(number: int) -> None:
        """Two go for each case at the same time."""
        user, _ = people[number]
        for place, case_id in enumerate(visitors):
            if place % 5 == number % 5:
                slack.press(user, STAFF, cards[case_id], "case_claim", seen[case_id])

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    wait_for(lambda: all(open_clinic.state(one) == "claimed" for one in visitors))
    holders = {case_id: open_clinic.desk.cases.get(case_id).assignee for case_id in visitors}

    def answer(number: int) -> None:
        user, mail = people[number]
        for case_id, holder in holders.items():
            if holder == mail:
                slack.say(user, STAFF, f"note on {case_id}", cards[case_id])
                open_clinic.desk.cases.reply(case_id, f"hello {case_id}", mail)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(answer, range(10)))
    wait_for(open_clinic.desk.slack.is_idle)
    for case_id, visitor in visitors.items():
        number = str(holders[case_id]).removeprefix("staff")[0]
        assert staff_said(visitor, open_clinic) == [(f"Person {number}", f"hello {case_id}")]
        assert notes(open_clinic, case_id) == [(holders[case_id], f"note on {case_id}")]
        assert f"claimed by Person {number}" in words(open_clinic.card(case_id))
        lines = open_clinic.thread(case_id)
        assert sum("has claimed" in line for line in lines) == 1
        assert sum("answered the visitor" in line for line in lines) == 1
    assert len(keys(slack, STAFF)) == len(set(keys(slack, STAFF)))
    assert slack.unacknowledged == 0
