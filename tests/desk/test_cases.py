"""The case store, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from desk.cases import Case, Cases, Standing
from desk.database import Database
from desk.errors import (
    DatabaseNotMigrated,
    HeldBySomeoneElse,
    IllegalTransition,
    InvalidInput,
    UnknownCase,
)
from desk.staff import Staff
from desk.store import Store

ANN, BEN = "ann@clinic.example", "ben@clinic.example"


@pytest.fixture
def cases(database: Database) -> Cases:
    return Cases(database)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def open_case(cases: Cases, conversation: str = "c1", **more: Any) -> Case:
    return cases.open(conversation, **{"channel": "cmdline", "reason": "dosing", **more})


def test_a_case_of_a_conversation_the_desk_never_saw_keeps_its_transcript(
    cases: Cases, store: Store
) -> None:
    said = [{"from": "visitor", "text": "¿cuánto?"}, {"from": "bot", "text": "…"}]
    case = open_case(cases, transcript=said)
    assert store.conversation("c1").channel == "cmdline"
    assert cases.get(case.case_id).transcript == said
    assert (case.state, case.urgency, case.queue, case.assignee) == (
        "waiting",
        "normal",
        "general",
        None,
    )


def test_a_transcript_is_not_kept_twice(cases: Cases, store: Store) -> None:
    """Where the desk has the messages itself, a copy of them has no place."""
    conversation = store.start("website").id
    store.keep(conversation, "m1", "hello")
    said = [{"from": "visitor", "text": "hello"}]
    assert list(open_case(cases, conversation, transcript=said).transcript) == []


def test_opening_again_returns_the_open_case(cases: Cases) -> None:
    first = open_case(cases)
    assert open_case(cases, reason="scheduling") == first
    assert [event.action for event in cases.events(first.case_id)] == ["open"]


def test_a_more_urgent_reason_raises_the_open_case(cases: Cases) -> None:
    case = open_case(cases, urgency="soon")
    raised = open_case(cases, reason="suicide", urgency="urgent")
    assert (raised.case_id, raised.reason, raised.urgency) == (case.case_id, "suicide", "urgent")
    assert open_case(cases, reason="scheduling") == raised
    assert [event.action for event in cases.events(case.case_id)] == ["open", "raise"]
    assert "dosing -> suicide" in str(cases.events(case.case_id)[-1].text)


def test_an_allegation_moves_the_open_case_to_its_queue_and_nothing_moves_it_back(
    cases: Cases,
) -> None:
    open_case(cases, urgency="urgent")
    assert open_case(cases, queue="allegations").queue == "allegations"
    assert open_case(cases).queue == "allegations"


def test_a_resolved_case_is_followed_by_a_new_one(cases: Cases) -> None:
    first = open_case(cases)
    cases.resolve(first.case_id, ANN)
    assert cases.current("c1") is None
    second = open_case(cases)
    assert second.case_id != first.case_id
    assert cases.current("c1") == second


@pytest.mark.parametrize("wrong", [{"urgency": "now"}, {"queue": "press"}])
def test_an_unknown_urgency_or_queue_is_refused(cases: Cases, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong.values()))):
        open_case(cases, **wrong)
    assert cases.current("c1") is None


def test_how_a_conversation_stands(cases: Cases) -> None:
    assert cases.standing("c1") == Standing(is_open=False, had_urgent=False)
    case = open_case(cases)
    assert cases.standing("c1") == Standing(is_open=True, had_urgent=False)
    open_case(cases, reason="suicide", urgency="urgent")
    assert cases.standing("c1") == Standing(is_open=True, had_urgent=True)
    assert cases.standing("c2") == Standing()
    cases.resolve(case.case_id, ANN)
    open_case(cases)
    assert cases.standing("c1") == Standing(is_open=True, had_urgent=True), "resolved ones count"


def test_current_is_about_its_own_conversation(cases: Cases) -> None:
    case = open_case(cases)
    assert cases.current("c2") is None
    assert cases.current("c1") == case


def test_the_list_is_in_order_of_urgency_then_of_waiting(cases: Cases) -> None:
    order = ["normal", "soon", "urgent", "normal", "urgent"]
    opened = [open_case(cases, f"c{n}", urgency=urgency) for n, urgency in enumerate(order)]
    assert [case.case_id for case in cases.list()] == [opened[n].case_id for n in (2, 4, 1, 0, 3)]
    cases.claim(opened[0].case_id, ANN)
    cases.resolve(opened[2].case_id, ANN)
    assert [case.case_id for case in cases.list("claimed")] == [opened[0].case_id]
    assert len(cases.list()) == 4
    assert len(cases.list("all")) == 5


def test_a_claim_names_its_holder_to_others(cases: Cases) -> None:
    case = open_case(cases)
    claimed = cases.claim(case.case_id, "Ann@Clinic.Example")
    assert (claimed.state, claimed.assignee) == ("claimed", ANN)
    assert cases.claim(case.case_id, ANN) == claimed
    with pytest.raises(HeldBySomeoneElse, match=ANN):
        cases.claim(case.case_id, BEN)


def test_of_many_who_claim_at_once_exactly_one_wins(cases: Cases) -> None:
    people = (ANN, BEN)
    with ThreadPoolExecutor(2) as pool:
        for number in range(100):
            case_id = open_case(cases, f"c{number}").case_id
            together = threading.Barrier(2)

            def claim(by: str, case_id: str = case_id, gate: threading.Barrier = together) -> bool:
                gate.wait()
                try:
                    return cases.claim(case_id, by).assignee == by
                except HeldBySomeoneElse as error:
                    assert error.holder != by
                    return False

            won = list(pool.map(claim, people))
            assert sorted(won) == [False, True]
            assert cases.get(case_id).assignee == people[won.index(True)]
            assert [event.action for event in cases.events(case_id)] == ["open", "claim"]


def test_opening_from_many_threads_gives_one_case(cases: Cases) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_case(cases).case_id, range(12)))
    assert len(set(opened)) == 1


def test_a_released_case_can_be_claimed_by_another(cases: Cases) -> None:
    case = open_case(cases)
    cases.claim(case.case_id, ANN)
    released = cases.release(case.case_id, BEN)
    assert (released.state, released.assignee, released.claimed_at) == ("waiting", None, None)
    assert cases.claim(case.case_id, BEN).assignee == BEN


def test_only_the_holder_replies(cases: Cases, store: Store) -> None:
    case = open_case(cases)
    with pytest.raises(IllegalTransition, match="claim"):
        cases.reply(case.case_id, "hello", ANN)
    cases.claim(case.case_id, ANN)
    with pytest.raises(HeldBySomeoneElse, match=ANN):
        cases.reply(case.case_id, "hello", BEN)
    assert store.messages("c1") == []


def test_a_reply_reaches_the_conversation_under_the_name_and_not_the_address(
    cases: Cases, store: Store, database: Database
) -> None:
    Staff(database).add(ANN, "Ann")
    case = open_case(cases)
    cases.claim(case.case_id, ANN)
    message = cases.reply(case.case_id, "  hello\0 \ud800you ", ANN)
    assert store.messages("c1") == [message]
    assert (message.sender, message.text) == ("staff", "hello you")
    assert message.payload == {"case_id": case.case_id, "name": "Ann"}


def test_notes_stay_out_of_the_conversation(cases: Cases, store: Store) -> None:
    case = open_case(cases)
    cases.note(case.case_id, "call the pharmacy", BEN)
    cases.resolve(case.case_id, ANN)
    cases.note(case.case_id, "called", BEN)
    assert [message.sender for message in store.messages("c1")] == ["system"]
    notes = [event for event in cases.events(case.case_id) if event.action == "note"]
    assert [(note.who, note.text) for note in notes] == [
        (BEN, "call the pharmacy"),
        (BEN, "called"),
    ]


@pytest.mark.parametrize("language,word", [("en", "assistant"), ("es", "asistente")])
def test_resolving_tells_the_visitor_in_their_language(
    cases: Cases, store: Store, language: str, word: str
) -> None:
    conversation = store.start("website", language).id
    case = open_case(cases, conversation)
    closed = cases.resolve(case.case_id, ANN, outcome="booked")
    assert (closed.state, closed.outcome) == ("resolved", "booked")
    (message,) = store.messages(conversation)
    assert message.sender == "system"
    assert word in message.text


def test_handing_back_says_a_last_sentence(cases: Cases, store: Store) -> None:
    case = open_case(cases)
    cases.claim(case.case_id, ANN)
    assert cases.hand_back(case.case_id, ANN, "All the best.").state == "resolved"
    assert [(message.sender) for message in store.messages("c1")] == ["staff", "system"]
    assert store.messages("c1")[0].text == "All the best."


def test_what_is_refused_leaves_no_trace(cases: Cases, store: Store) -> None:
    """A last sentence that cannot be said does not close the case either."""
    case = cases.claim(open_case(cases).case_id, ANN)
    with pytest.raises(InvalidInput, match="empty"):
        cases.hand_back(case.case_id, ANN, " \n ")
    assert cases.get(case.case_id) == case
    assert store.messages("c1") == []


ACTIONS: dict[str, Callable[[Cases, str, str], object]] = {
    "claim": lambda cases, case_id, by: cases.claim(case_id, by),
    "release": lambda cases, case_id, by: cases.release(case_id, by),
    "reply": lambda cases, case_id, by: cases.reply(case_id, "text", by),
    "note": lambda cases, case_id, by: cases.note(case_id, "text", by),
    "resolve": lambda cases, case_id, by: cases.resolve(case_id, by),
    "hand_back": lambda cases, case_id, by: cases.hand_back(case_id, by, "text"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_names_a_case_that_does_not_exist(cases: Cases, action: str) -> None:
    with pytest.raises(UnknownCase, match="C-NOPE"):
        ACTIONS[action](cases, "C-NOPE", ANN)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_checks_the_address(cases: Cases, action: str) -> None:
    case = open_case(cases)
    if action in ("release", "reply", "hand_back"):
        cases.claim(case.case_id, ANN)
    before = cases.get(case.case_id)
    with pytest.raises(InvalidInput, match="'ann'"):
        ACTIONS[action](cases, case.case_id, "ann")
    assert cases.get(case.case_id) == before


@pytest.mark.parametrize("action", ["claim", "release", "reply", "resolve", "hand_back"])
def test_a_resolved_case_stays_as_it_is(cases: Cases, store: Store, action: str) -> None:
    case = open_case(cases)
    closed = cases.resolve(case.case_id, ANN)
    with pytest.raises(IllegalTransition, match="resolved"):
        ACTIONS[action](cases, case.case_id, BEN)
    assert cases.get(case.case_id) == closed
    assert len(store.messages("c1")) == 1


def test_a_fresh_file_needs_no_preparation(tmp_path: Path) -> None:
    """The assistant may open a case before the desk ever ran."""
    cases = Cases(f"sqlite:///{tmp_path}/new/folder/desk.db")
    assert cases.current("c1") is None
    assert open_case(cases).state == "waiting"


def test_a_fresh_server_asks_for_the_migration(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        pytest.skip("a SQLite file is prepared on its first use")
    with pytest.raises(DatabaseNotMigrated, match="python -m desk migrate"):
        Cases(empty_url).current("c1")
