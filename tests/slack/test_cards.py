"""What of a case goes to the outbox, and when."""

from __future__ import annotations

from desk.cases import Cases
from desk.database import Database
from desk.models import case_events, now
from desk.slack.cards import Cards
from desk.slack.outbox import Outbox
from desk.slack.settings import SlackSettings
from desk.store import Store
from tests.desk.conftest import database, empty_server_url, empty_url, postgresql

__all__ = ["database", "empty_server_url", "empty_url", "postgresql"]
ANN = "ann@clinic.example"


def opened(database: Database) -> str:
    conversation = Store(database).start("website").id
    return Cases(database).open(conversation, channel="website", reason="dosing").case_id


def add_event(database: Database, case_id: str, event_id: int) -> None:
    row = {"id": event_id, "case_id": case_id, "at": now(), "who": ANN, "action": "note",
           "from_state": "waiting", "to_state": "waiting", "text": "a note"}  # fmt: skip
    with database.writing() as connection:
        connection.execute(case_events.insert().values(**row))


def test_events_that_are_committed_out_of_order_are_all_passed_on(database: Database) -> None:
    """With PostgreSQL a higher id may be seen before a lower one."""
    cards, outbox = Cards(database, SlackSettings()), Outbox(database)
    case_id = opened(database)
    cards.pass_on(case_id)
    newest = event_ids(database, case_id)[-1]
    add_event(database, case_id, newest + 2)
    cards.pass_on(case_id)
    add_event(database, case_id, newest + 1)
    assert cards.behind() == [case_id]
    cards.pass_on(case_id)
    assert outbox.find(f"event:{newest + 1}") is not None
    assert outbox.find(f"event:{newest + 2}") is not None
    assert cards.behind() == []


def test_what_was_passed_on_is_not_passed_on_again(database: Database) -> None:
    cards, outbox = Cards(database, SlackSettings()), Outbox(database)
    case_id = opened(database)
    for _ in range(3):
        cards.pass_on(case_id)
    assert outbox.waiting() == 1
    Cases(database).note(case_id, "a note", ANN)
    for _ in range(3):
        cards.pass_on(case_id)
    assert outbox.waiting() == 2  # the card that still waits says all; and one line


def test_a_resolved_case_that_never_had_a_card_gets_none(database: Database) -> None:
    cards = Cards(database, SlackSettings())
    case_id = opened(database)
    Cases(database).resolve(case_id, ANN)
    assert cards.behind() == []


def event_ids(database: Database, case_id: str) -> list[int]:
    return [event.id for event in Cases(database).events(case_id)]
