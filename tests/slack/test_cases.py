"""Cases in the staff channel: the card, its buttons, its thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from desk.cases.time_side import OnCall, Waiting
from desk.errors import HeldBySomeoneElse
from tests.desk.conftest import FakeRasa, Visitor
from tests.slack.conftest import (
    ANN,
    ANN_MAIL,
    BEN,
    BEN_MAIL,
    EVE,
    STAFF,
    Clinic,
    replying,
    wait_for,
)
from tests.slack.slack_server import SlackServer, words

SECRET_WORDS = "my secret words"


def staff_said(visitor: Visitor, clinic: Clinic) -> list[tuple[str, str]]:
    """What the visitor has got from staff: who and what."""
    messages = clinic.desk.store.messages(visitor.id)
    return [(str(one.payload["name"]), one.text) for one in messages if one.sender == "staff"]


def notes(clinic: Clinic, case_id: str) -> list[tuple[str, str | None]]:
    events = clinic.desk.cases.events(case_id)
    return [(event.who, event.text) for event in events if event.action == "note"]


def buttons(card: dict[str, object]) -> list[str]:
    return [
        element["text"]["text"]
        for block in card["blocks"]  # type: ignore[attr-defined]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_a_case_is_worked_from_its_card_from_claim_to_resolve(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    visitor = open_clinic.visitor()
    visitor.say(SECRET_WORDS)
    case_id = open_clinic.ask_person(visitor)
    card = open_clinic.card(case_id, "waiting for a person")
    assert "wants human" in words(card)
    assert "the website" in words(card)
    assert buttons(card) == ["Claim", "Note", "Resolve", "Open in the console"]
    console = card["blocks"][-1]["elements"][-1]["url"]
    assert console == f"https://desk.clinic.example/staff/cases/{case_id}"
    slack.press(ANN, STAFF, card["ts"], "open_link")  # is acknowledged, and that is all
    open_clinic.press(ANN, case_id, "claim")
    card = open_clinic.card(case_id, "claimed by Ann")
    assert buttons(card)[:5] == ["Reply", "Note", "Resolve", "Hand back", "Release"]
    # a dialog, a preview, then the reply
    open_clinic.dialog(ANN, case_id, "reply")
    answer = slack.submit(ANN, "Take *two*.")
    assert answer["response_action"] == "update"
    preview = words(answer["view"])
    assert "from *Ann*" in preview
    assert "> Take *two*." in preview
    assert staff_said(visitor, open_clinic) == []
    assert slack.submit(ANN, "Take three.")["response_action"] == "update"  # changed: once more
    assert "response_action" not in slack.submit(ANN, "Take three.")
    wait_for(lambda: staff_said(visitor, open_clinic))
    assert staff_said(visitor, open_clinic) == [("Ann", "Take three.")]
    # a note, which the visitor never sees
    open_clinic.dialog(ANN, case_id, "note")
    slack.submit(ANN, "call the prescriber")
    wait_for(lambda: notes(open_clinic, case_id))
    assert notes(open_clinic, case_id) == [(ANN_MAIL, "call the prescriber")]
    open_clinic.dialog(ANN, case_id, "resolve")
    slack.submit(ANN, "answered")
    card = open_clinic.card(case_id, "resolved")
    assert buttons(card) == ["Note", "Open in the console"]
    assert open_clinic.desk.cases.get(case_id).outcome == "answered"
    open_clinic.idle()
    assert "prescriber" not in str(
        [one.text for one in open_clinic.desk.store.messages(visitor.id)]
    )
    said = str(slack.space.channels[STAFF].messages)
    assert SECRET_WORDS not in said  # words are shown only where the clinic wants it
    assert "Take three" not in said
    assert slack.unacknowledged == 0


def test_release_and_hand_back(open_clinic: Clinic, slack: SlackServer) -> None:
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    open_clinic.press(ANN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ann")
    open_clinic.press(BEN, case_id, "release")  # holders fall ill
    open_clinic.card(case_id, "waiting for a person")
    open_clinic.press(BEN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ben")
    open_clinic.dialog(BEN, case_id, "hand_back")
    slack.submit(BEN, "All the best!")
    open_clinic.card(case_id, "resolved")
    assert staff_said(visitor, open_clinic) == [("Ben", "All the best!")]
    open_clinic.idle()
    lines = "\n".join(open_clinic.thread(case_id))
    for line in ("*Ann* has claimed", "*Ben* has released", "*Ben* has handed the visitor back"):
        assert line in lines


def test_the_card_follows_what_happens_in_the_console(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    case_id = open_clinic.ask_person(open_clinic.visitor())
    cases = open_clinic.desk.cases
    cases.claim(case_id, BEN_MAIL)
    open_clinic.card(case_id, "claimed by Ben")
    cases.reassign(case_id, ANN_MAIL, BEN_MAIL)
    open_clinic.card(case_id, "claimed by Ann")
    cases.note(case_id, "from the console", ANN_MAIL)
    wait_for(lambda: any("Ann* noted" in line for line in open_clinic.thread(case_id)))
    cases.resolve(case_id, ANN_MAIL)
    open_clinic.card(case_id, "resolved")


def test_claims_from_slack_and_console_at_once_have_one_winner(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    for _ in range(10):
        case_id = open_clinic.ask_person(open_clinic.visitor())
        open_clinic.card(case_id)
        told = len(slack.told(ANN))

        def console(case_id: str = case_id) -> bool:
            try:
                open_clinic.desk.cases.claim(case_id, BEN_MAIL)
            except HeldBySomeoneElse:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            there = pool.submit(open_clinic.press, ANN, case_id, "claim")
            won = pool.submit(console).result()
            there.result()
        open_clinic.idle()
        claims = [one for one in open_clinic.desk.cases.events(case_id) if one.action == "claim"]
        assert len(claims) == 1
        holder = open_clinic.desk.cases.get(case_id).assignee
        assert holder == (BEN_MAIL if won else ANN_MAIL)
        assert (len(slack.told(ANN)) > told) == won  # who was too late is told who has it
        open_clinic.card(case_id, f"claimed by {'Ben' if won else 'Ann'}")


def test_somebody_without_an_account_may_look_and_not_act(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    case_id = open_clinic.ask_person(open_clinic.visitor())
    card = open_clinic.card(case_id)
    open_clinic.press(EVE, case_id, "claim")
    wait_for(lambda: slack.told(EVE))
    assert "no account" in slack.told(EVE)[0]
    open_clinic.press(EVE, case_id, "note")
    wait_for(lambda: len(slack.told(EVE)) == 2)
    assert EVE not in slack.space.views
    slack.say(EVE, STAFF, "I think so", card["ts"])
    wait_for(lambda: len(slack.told(EVE)) == 3)
    open_clinic.idle()
    assert open_clinic.state(case_id) == "waiting"
    assert notes(open_clinic, case_id) == []


@pytest.mark.parametrize(
    "who",
    [
        {"is_stranger": True},
        {"is_restricted": True},
        {"deleted": True},
        {"team_id": "T0ELSEWHERE"},
        {"is_email_confirmed": False},
    ],
)
def test_an_address_that_another_workspace_vouches_for_opens_nothing(
    open_clinic: Clinic, slack: SlackServer, who: dict[str, object]
) -> None:
    slack.space.add_user("U0LIAR", ANN_MAIL, **who)
    slack.space.channels[STAFF].members.add("U0LIAR")
    case_id = open_clinic.ask_person(open_clinic.visitor())
    open_clinic.press("U0LIAR", case_id, "claim")
    open_clinic.idle()
    assert open_clinic.state(case_id) == "waiting"
    assert "no account" in slack.told("U0LIAR")[0]


def test_an_account_that_was_closed_opens_nothing_any_more(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    case_id = open_clinic.ask_person(open_clinic.visitor())
    open_clinic.press(BEN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ben")
    open_clinic.desk.staff.set_active(BEN_MAIL, False)
    open_clinic.press(BEN, case_id, "release")
    open_clinic.idle()
    assert open_clinic.state(case_id) == "claimed"


def test_what_is_written_in_the_thread_is_a_note(open_clinic: Clinic, slack: SlackServer) -> None:
    """Though it is delivered three times, and though its author holds the case."""
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    card = open_clinic.card(case_id)
    open_clinic.press(ANN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ann")
    slack.copies = 3
    ts = slack.say(ANN, STAFF, f"<@{BEN}> can you call &amp; ask?", card["ts"])
    wait_for(lambda: notes(open_clinic, case_id))
    slack.edit(STAFF, ts, "can you write?")
    wait_for(lambda: len(notes(open_clinic, case_id)) == 2)
    slack.delete(STAFF, ts)
    wait_for(lambda: slack.told(ANN))
    open_clinic.idle()
    assert notes(open_clinic, case_id) == [
        (ANN_MAIL, "@somebody can you call & ask?"),
        (ANN_MAIL, "(edited) can you write?"),
    ]
    assert "stays" in slack.told(ANN)[0]
    assert staff_said(visitor, open_clinic) == []
    assert not any("noted" in line for line in open_clinic.thread(case_id))  # it is there already


def test_thread_messages_become_replies_where_the_clinic_wants_it(
    clinic: Callable[[], Clinic], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the one who has the case; everybody else's stay notes."""
    monkeypatch.setenv("SLACK_THREAD_REPLIES", "1")
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    ts = open_clinic.card(case_id)["ts"]
    slack.say(ANN, STAFF, "who takes it?", ts)
    open_clinic.press(ANN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ann")
    slack.copies = 3
    first = slack.say(ANN, STAFF, "Hello, I am Ann.", ts)
    slack.say(BEN, STAFF, "be careful with this one", ts)
    slack.say(ANN, STAFF, "Note: I will be", ts)
    wait_for(lambda: len(notes(open_clinic, case_id)) == 3)
    wait_for(lambda: staff_said(visitor, open_clinic))
    slack.edit(STAFF, first, "Hello, I am Dr Ann.")
    wait_for(lambda: slack.told(ANN))
    open_clinic.idle()
    assert staff_said(visitor, open_clinic) == [("Ann", "Hello, I am Ann.")]
    assert "first wording" in slack.told(ANN)[0]
    assert [text for _, text in notes(open_clinic, case_id)] == [
        "who takes it?",
        "be careful with this one",
        "I will be",
        "(edited) Hello, I am Dr Ann.",
    ]


def test_visitors_messages_come_into_the_thread_and_replies_say_whether_they_arrived(
    clinic: Callable[[], Clinic], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SHOW_WORDS", "1")
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    visitor.say("the first words")
    case_id = open_clinic.ask_person(visitor)
    card = open_clinic.card(case_id)
    assert "> the first words" in words(card)
    visitor.say("and <@U0BEN> more & more")
    wait_for(lambda: open_clinic.thread(case_id))
    assert open_clinic.thread(case_id) == ["*Visitor*\n> and &lt;@U0BEN&gt; more &amp; more"]
    open_clinic.desk.cases.claim(case_id, ANN_MAIL)
    open_clinic.desk.cases.reply(case_id, "I am here.", ANN_MAIL)
    wait_for(lambda: any("visitor away" in line for line in open_clinic.thread(case_id)))
    assert len(visitor.listen(5)) == 5  # the page opens
    wait_for(lambda: any("delivered" in line for line in open_clinic.thread(case_id)))
    replies = [line for line in open_clinic.thread(case_id) if "to the visitor" in line]
    assert len(replies) == 1
    assert "> I am here." in replies[0]
    assert "visitor away" not in replies[0]


def test_a_reply_that_cannot_go_out_is_shown_as_failed_and_given_back(
    open_clinic: Clinic, slack: SlackServer
) -> None:
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    open_clinic.press(ANN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ann")
    open_clinic.dialog(ANN, case_id, "reply")
    slack.submit(ANN, "words that took me an hour")
    open_clinic.desk.cases.reassign(case_id, BEN_MAIL, BEN_MAIL)  # while Ann looks at the preview
    slack.submit(ANN)
    wait_for(lambda: slack.told(ANN))
    assert "held by ben@clinic.example" in slack.told(ANN)[0]
    assert "> words that took me an hour" in slack.told(ANN)[0]
    wait_for(lambda: any(":x: failed" in line for line in open_clinic.thread(case_id)))
    assert staff_said(visitor, open_clinic) == []


def test_an_urgent_case_mentions_who_is_on_call_and_escalates_when_nobody_takes_it(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    rasa.respond = replying("crisis", "Call 988.", reason="suicide")
    visitor = open_clinic.visitor()
    visitor.say("I cannot go on")
    (case,) = open_clinic.desk.cases.list()
    card = open_clinic.card(case.case_id)
    assert "<!subteam^S0ONCALL>" in card["text"]
    assert "Urgent: suicide" in words(card)
    waiting = Waiting(open_clinic.desk.clinic.opening, dict.fromkeys(
        ("urgent", "soon", "normal"), 0.0), 1e6)  # fmt: skip
    assert open_clinic.desk.cases.escalate(waiting, OnCall())
    wait_for(lambda: any("nobody has claimed" in line for line in open_clinic.thread(case.case_id)))
    (loud,) = [one for one in slack.thread(STAFF, card["ts"]) if "nobody" in one["text"]]
    assert "<!subteam^S0ONCALL>" in words(loud)
    assert loud["subtype"] == "thread_broadcast"  # the whole channel sees it
    open_clinic.press(ANN, case.case_id, "claim")
    assert "<!subteam" not in open_clinic.card(case.case_id, "claimed by Ann")["text"]


def test_a_case_that_turns_urgent_calls_the_people_on_call(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    open_clinic.card(case_id, "Normal: wants human")
    rasa.respond = replying("crisis", "Call 988.", reason="suicide")
    visitor.say("I cannot go on")
    open_clinic.card(case_id, "Urgent: suicide")
    wait_for(lambda: any("S0ONCALL" in line for line in open_clinic.thread(case_id)))


def test_allegations_are_not_for_the_staff_channel(open_clinic: Clinic, slack: SlackServer) -> None:
    """Neither from the start nor once a case becomes one: what stood there goes."""
    cases = open_clinic.desk.cases
    visitor, other = open_clinic.visitor(), open_clinic.visitor()
    secret = cases.open(visitor.id, channel="website", reason="abuse", urgency="urgent",
                        queue="allegations")  # fmt: skip
    case_id = open_clinic.ask_person(other)
    open_clinic.card(case_id)
    other.say("the nurse")
    wait_for(lambda: open_clinic.thread(case_id))
    cases.open(other.id, channel="website", reason="abuse", urgency="urgent", queue="allegations")
    card = open_clinic.card(case_id, "not for this channel")
    wait_for(lambda: open_clinic.thread(case_id) == [])
    assert buttons(card) == []
    assert "abuse" not in str(card)
    cases.note(case_id, "confidential", ANN_MAIL)
    open_clinic.idle()
    assert open_clinic.thread(case_id) == []
    assert secret.case_id not in str(slack.space.channels[STAFF].messages)


def test_allegations_have_a_channel_of_their_own_where_only_administrators_act(
    clinic: Callable[[], Clinic], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_ALLEGATIONS_CHANNEL", "G0BOSS")
    slack.space.add_channel("G0BOSS", ANN, BEN, "U0BOT", kind="group")
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    case = open_clinic.desk.cases.open(
        visitor.id, channel="website", reason="abuse", urgency="urgent", queue="allegations"
    )
    card = wait_for(lambda: slack.top("G0BOSS"))[0]
    slack.press(BEN, "G0BOSS", card["ts"], "case_claim")
    wait_for(lambda: slack.told(BEN))
    assert open_clinic.state(case.case_id) == "waiting"
    slack.press(ANN, "G0BOSS", card["ts"], "case_claim")
    wait_for(lambda: open_clinic.state(case.case_id) == "claimed")
    assert slack.top(STAFF) == []


def test_a_conversation_that_is_deleted_is_deleted_in_slack(
    clinic: Callable[[], Clinic], slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SHOW_WORDS", "1")
    open_clinic = clinic()
    visitor = open_clinic.visitor()
    visitor.say(SECRET_WORDS)
    case_id = open_clinic.ask_person(visitor)
    card = open_clinic.card(case_id, SECRET_WORDS)
    visitor.say(f"{SECRET_WORDS} again")
    wait_for(lambda: slack.thread(STAFF, card["ts"]))
    path = f"/api/conversations/{visitor.id}"
    assert visitor.client.delete(path, headers=visitor.headers).status_code == 200
    wait_for(lambda: SECRET_WORDS not in str(slack.space.channels[STAFF].messages))
    open_clinic.idle()
    assert "deleted" in words(open_clinic.card(case_id))


def test_a_card_that_somebody_deleted_comes_again(open_clinic: Clinic, slack: SlackServer) -> None:
    case_id = open_clinic.ask_person(open_clinic.visitor())
    card = open_clinic.card(case_id)
    slack.space.channels[STAFF].messages.remove(card)
    open_clinic.desk.cases.claim(case_id, ANN_MAIL)
    open_clinic.card(case_id, "claimed by Ann")


def test_a_claim_that_ran_out_is_shown(open_clinic: Clinic, slack: SlackServer) -> None:
    case_id = open_clinic.ask_person(open_clinic.visitor())
    cases = open_clinic.desk.cases
    cases.claim(case_id, ANN_MAIL)
    open_clinic.card(case_id, "claimed by Ann")
    past = (datetime.now(timezone.utc) - timedelta(minutes=1)).isoformat(timespec="microseconds")
    with open_clinic.desk.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE cases SET claim_expires_at = '{past}'")
    cases.expire_claims()
    open_clinic.card(case_id, "waiting for a person")


def test_whatever_is_delivered_three_times_happens_once(
    open_clinic: Clinic, slack: SlackServer, rasa: FakeRasa
) -> None:
    """Events, as Slack does; buttons, dialogs and commands as well."""
    slack.copies = 3
    visitor = open_clinic.visitor()
    case_id = open_clinic.ask_person(visitor)
    ts = open_clinic.card(case_id)["ts"]
    open_clinic.press(ANN, case_id, "claim")
    open_clinic.card(case_id, "claimed by Ann")
    for name in ("note", "reply"):
        slack.copies = 1  # a dialog is opened by one press
        open_clinic.dialog(ANN, case_id, name)
        if name == "reply":
            slack.submit(ANN, "Hello.")
        slack.copies = 3
        slack.submit(ANN, "Hello.")
    written = slack.say(ANN, STAFF, "a note", ts)
    slack.edit(STAFF, written, "another note")
    slack.delete(STAFF, written)
    slack.command(ANN, STAFF, "how long?")
    question = slack.say(BEN, STAFF, "is nausea common?")
    slack.shortcut(BEN, STAFF, question)
    open_clinic.press(ANN, case_id, "release")
    open_clinic.card(case_id, "waiting for a person")
    open_clinic.idle()
    actions = [event.action for event in open_clinic.desk.cases.events(case_id)]
    assert actions.count("claim") == actions.count("release") == actions.count("reply") == 1
    assert [text for _, text in notes(open_clinic, case_id)] == [
        "Hello.",
        "a note",
        "(edited) another note",
    ]
    assert staff_said(visitor, open_clinic) == [("Ann", "Hello.")]
    assert sorted(one["message"] for one in rasa.requests) == ["how long?", "is nausea common?"]
    assert len(slack.told(ANN)) == 1  # that what was deleted stays
    posted = [one for one in slack.space.channels[STAFF].messages if one.get("bot_id")]
    keys = [one["metadata"]["event_payload"]["key"] for one in posted]
    assert len(keys) == len(set(keys))
