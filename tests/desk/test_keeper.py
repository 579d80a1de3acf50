"""What happens to cases by itself, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from desk.cases import Case, Cases
from desk.cases.time_side import OnCall, Waiting
from desk.clinic import Clinic
from desk.database import Database
from desk.errors import UnknownConversation
from desk.keeper import Keeper, waiting_of
from desk.models import cases as case_table
from desk.models import conversations, messages, outbox, stamp
from desk.outbox import Outbox, Senders
from desk.retention import Retention
from desk.store import Store
from desk.turn_queue import TurnQueue

ANN = "ann@clinic.example"
HOOK = "https://hooks.clinic.example/desk"
ALWAYS = {day: ["00:00-24:00"] for day in (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")}  # fmt: skip
OPEN = waiting_of(Clinic(hours=ALWAYS))
CLOSED = waiting_of(Clinic(hours={}))


@pytest.fixture
def cases(database: Database) -> Cases:
    return Cases(database)


def opened(cases: Cases, minutes_ago: float, **more: Any) -> Case:
    """A case that has been waiting for so long."""
    given = {"channel": "website", "reason": "dosing", **more}
    case = cases.open(f"c{minutes_ago}{given['reason']}", **given)
    since = stamp(datetime.now(timezone.utc) - timedelta(minutes=minutes_ago))
    with cases._database.writing() as connection:
        same = case_table.c.case_id == case.case_id
        connection.execute(
            update(case_table).where(same).values(opened_at=since, waiting_since=since)
        )
    return cases.get(case.case_id)


def actions(cases: Cases, case: Case) -> list[str]:
    return [event.action for event in cases.events(case.case_id)]


def letters(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id))
        return [dict(row._mapping) for row in rows]


def test_a_claim_without_a_reply_is_over_after_a_while(database: Database) -> None:
    soon, late = Cases(database, claim_minutes=30), Cases(database, claim_minutes=-1)
    kept = soon.claim(soon.open("c1", channel="website", reason="dosing").case_id, ANN)
    lost = late.claim(late.open("c2", channel="website", reason="dosing").case_id, ANN)
    assert [case.case_id for case in soon.expire_claims()] == [lost.case_id]
    assert soon.get(kept.case_id).assignee == ANN
    freed = soon.get(lost.case_id)
    assert (freed.state, freed.assignee, freed.claim_expires_at) == ("waiting", None, None)
    assert actions(soon, lost) == ["open", "claim", "expire"]
    assert soon.claim(lost.case_id, "ben@clinic.example").state == "claimed"


def test_a_claim_holds_while_the_visitor_has_the_next_word(database: Database) -> None:
    cases = Cases(database, claim_minutes=-1)
    conversation = Store(database).start("website").id
    case = cases.open(conversation, channel="website", reason="dosing")
    cases.claim(case.case_id, ANN)
    cases.reply(case.case_id, "How are you?", ANN)
    assert cases.expire_claims() == []
    TurnQueue(database, claim_minutes=-1).receive(conversation, "m1", "fine")
    assert len(cases.expire_claims()) == 1


def test_a_callback_that_is_released_is_still_one(cases: Cases) -> None:
    case = cases.open("c1", channel="website", reason="dosing")
    assert cases.ask_callback(case.case_id, "Kim", "555 0100", "").state == "callback"
    cases.claim(case.case_id, ANN)
    assert cases.release(case.case_id, ANN).state == "callback"


@pytest.mark.parametrize(
    "urgency,minutes,waiting,told",
    [
        ("urgent", 4, OPEN, True),
        ("urgent", 2, OPEN, False),
        ("urgent", 4, CLOSED, True),
        ("normal", 61, OPEN, True),
        ("normal", 59, OPEN, False),
        ("normal", 500, CLOSED, False),
    ],
)
def test_a_case_that_nobody_takes_is_told_on_once(
    cases: Cases, urgency: str, minutes: float, waiting: Waiting, told: bool
) -> None:
    case = opened(cases, minutes, urgency=urgency)
    on_call = OnCall((HOOK,))
    assert len(cases.escalate(waiting, on_call)) == told
    assert cases.escalate(waiting, on_call) == []
    assert len(letters(cases._database)) == told
    assert ("escalate" in actions(cases, case)) == told


def test_a_claimed_case_is_told_to_nobody(cases: Cases) -> None:
    case = opened(cases, 500, urgency="urgent")
    cases.claim(case.case_id, ANN)
    assert cases.escalate(OPEN, OnCall((HOOK,))) == []


@pytest.mark.parametrize("own,shown", [((), "confidential"), (("mailto:a@b.example",), "abuse")])
def test_an_allegation_is_told_to_those_who_are_there_for_it(
    cases: Cases, own: tuple[str, ...], shown: str
) -> None:
    opened(cases, 60, urgency="urgent", reason="abuse", queue="allegations")
    cases.escalate(OPEN, OnCall((HOOK,), own))
    (letter,) = letters(cases._database)
    assert letter["target"] == (own[0] if own else HOOK)
    assert letter["content"]["reason"] == shown


def test_a_missed_case_is_said_once_and_stays_in_the_queue(cases: Cases) -> None:
    case = opened(cases, 121)
    early = Waiting(OPEN.hours, OPEN.escalate, missed=122)
    assert cases.miss(early) == []
    assert [missed.state for missed in cases.miss(OPEN)] == ["missed"]
    assert cases.miss(OPEN) == []
    (said,) = Store(cases._database).messages(case.conversation_id)
    assert (said.sender, "phone number" in said.text) == ("system", True)
    assert cases.place(cases.get(case.case_id)) == 1
    assert cases.claim(case.case_id, ANN).state == "claimed"


def test_a_danger_in_a_case_that_was_put_aside_waits_again(cases: Cases) -> None:
    case = opened(cases, 121)
    cases.escalate(OPEN, OnCall())
    cases.miss(OPEN)
    raised = cases.open(case.conversation_id, channel="website", reason="suicide", urgency="urgent")
    assert (raised.state, raised.escalated_at) == ("waiting", None)
    assert (raised.waiting_since or "") > (case.waiting_since or "")


class Hook:
    """A webhook that fails so many times first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.got: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(json.loads(request.content))
        return httpx.Response(503 if len(self.got) <= self.failures else 204)


async def _send(database: Database, hook: Hook, smtp: str = "", rounds: int = 1) -> list[int]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(hook)) as http:
        box = Outbox(database, Senders(http, smtp, "desk@clinic.example", "https://desk.example"))
        return [await box.send_due() for _ in range(rounds)]


def make_due(database: Database) -> None:
    with database.writing() as connection:
        waiting = update(outbox).where(outbox.c.due_at.is_not(None))
        connection.execute(waiting.values(due_at="2020-01-01"))


def test_a_webhook_is_told_again_until_it_listens_and_then_no_more(cases: Cases) -> None:
    case = opened(cases, 60, urgency="urgent")
    cases.escalate(OPEN, OnCall((HOOK,)))
    hook, database = Hook(failures=2), cases._database
    for number in range(1, 4):
        asyncio.run(_send(database, hook, rounds=2))  # the second round comes too early
        assert len(hook.got) == number
        make_due(database)
    asyncio.run(_send(database, hook))
    assert len(hook.got) == 3
    (letter,) = letters(database)
    assert letter["sent_at"] and letter["due_at"] is None
    assert hook.got[0]["case_id"] == case.case_id
    assert hook.got[0]["link"] == f"https://desk.example/staff/cases/{case.case_id}"


def test_a_letter_is_given_up_after_a_day(cases: Cases) -> None:
    opened(cases, 60, urgency="urgent")
    cases.escalate(OPEN, OnCall((HOOK,)))
    with cases._database.writing() as connection:
        connection.execute(update(outbox).values(created_at="2020-01-01T00:00:00+00:00"))
    asyncio.run(_send(cases._database, Hook(failures=99)))
    assert letters(cases._database)[0]["due_at"] is None


def test_nobody_is_woken_for_a_case_that_was_taken_meanwhile(cases: Cases) -> None:
    case = opened(cases, 60, urgency="urgent")
    cases.escalate(OPEN, OnCall((HOOK,)))
    cases.claim(case.case_id, ANN)
    hook = Hook()
    asyncio.run(_send(cases._database, hook))
    assert hook.got == []


def test_two_processes_send_a_letter_once(cases: Cases) -> None:
    opened(cases, 60, urgency="urgent")
    cases.escalate(OPEN, OnCall((HOOK,)))
    hook, database = Hook(), cases._database

    async def both() -> None:
        await asyncio.gather(_send(database, hook), _send(database, hook))

    asyncio.run(both())
    assert len(hook.got) == 1


class Mailbox:
    def __init__(self) -> None:
        self.got: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append(envelope.content)
        return "250 OK"


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the test server's own sockets
def test_mail_goes_out_without_a_visitors_word(cases: Cases, free_port: int) -> None:
    case = opened(cases, 60, urgency="urgent")
    with cases._database.writing() as connection:
        row = {"conversation_id": case.conversation_id, "sender": "visitor", "payload": {}}
        connection.execute(messages.insert().values(**row, text="secret", created_at="2026"))
    cases.escalate(OPEN, OnCall(("mailto:oncall@clinic.example",)))
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=free_port)
    server.start()
    try:
        sent = asyncio.run(_send(cases._database, Hook(), f"smtp://127.0.0.1:{free_port}"))
    finally:
        server.stop()
    assert sent == [1]
    (mail,) = mailbox.got
    assert case.case_id.encode() in mail
    assert b"secret" not in mail


@pytest.mark.parametrize("smtp", ["", "smtp://127.0.0.1:9"])
def test_mail_that_cannot_go_out_is_kept(cases: Cases, smtp: str) -> None:
    opened(cases, 60, urgency="urgent")
    cases.escalate(OPEN, OnCall(("mailto:oncall@clinic.example",)))
    assert asyncio.run(_send(cases._database, Hook(), smtp)) == [0]
    (letter,) = letters(cases._database)
    assert letter["attempts"] == 1 and letter["due_at"] and letter["problem"]


def old_conversation(database: Database, days: int) -> str:
    conversation = Store(database).start("website").id
    at = stamp(datetime.now(timezone.utc) - timedelta(days=days))
    with database.writing() as connection:
        same = conversations.c.id == conversation
        connection.execute(update(conversations).where(same).values(created_at=at))
    return conversation


def test_what_is_too_old_goes_and_what_somebody_must_close_stays(database: Database) -> None:
    store, retention = Store(database), Retention(database)
    old, new, open_one, spoken = (old_conversation(database, days) for days in (9, 1, 9, 9))
    case = Cases(database).open(open_one, channel="website", reason="dosing")
    store.keep(spoken, "m1", "hello again")
    assert retention.sweep(7) == 1
    assert retention.sweep(0) == 0
    left = {one for one in (old, new, open_one, spoken) if _is_there(store, one)}
    assert left == {new, open_one, spoken}
    Cases(database).resolve(case.case_id, ANN)
    assert retention.old(7) == []  # closing it was news


def _is_there(store: Store, conversation: str) -> bool:
    try:
        store.conversation(conversation)
    except UnknownConversation:
        return False
    return True


def test_what_a_visitor_deleted_goes_when_the_case_is_closed(database: Database) -> None:
    store, retention, cases = Store(database), Retention(database), Cases(database)
    conversation = store.start("website").id
    case = cases.open(conversation, channel="website", reason="suicide", urgency="urgent")
    with database.writing() as connection:
        connection.execute(update(conversations).values(delete_asked_at=stamp_now()))
    assert retention.asked_for() == []
    cases.resolve(case.case_id, ANN)
    assert retention.delete(retention.asked_for()) == 1
    assert not _is_there(store, conversation)


def stamp_now() -> str:
    return stamp(datetime.now(timezone.utc))


def test_the_keeper_does_it_all_by_itself(database: Database) -> None:
    cases = Cases(database)
    case = opened(cases, 200, urgency="urgent")
    hook = Hook()
    clinic = Clinic(hours=ALWAYS, cases={"on_call": [HOOK]})

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(hook)) as http:
            outbox = Outbox(database, Senders(http))
            keeper = Keeper(cases, outbox, Retention(database), clinic, every_seconds=0.05)
            keeper.start()
            for _ in range(200):
                if hook.got:
                    break
                await asyncio.sleep(0.05)
            await keeper.stop()

    asyncio.run(run())
    assert len(hook.got) == 1
    assert cases.get(case.case_id).state == "missed"
