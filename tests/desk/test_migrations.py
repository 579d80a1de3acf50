"""A database of an earlier release is brought forward with everything in it."""

from __future__ import annotations

import json

from alembic import command
from sqlalchemy import create_engine

from desk import migrations
from desk.cases import Cases
from desk.database import Database
from desk.staff import Staff
from desk.store import Store

AT = "2025-01-02T03:04:05.000000+00:00"
LATER = "2025-01-02T03:09:05.000000+00:00"


def first_release(url: str) -> None:
    """The tables of the first release, with a conversation, a case and a person in them."""
    engine = create_engine(url, future=True)
    config = migrations._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        payload = json.dumps({"outcome": "handoff", "reason": "dosing", "case_id": "C-234567"})
        for statement in (
            f"INSERT INTO conversations VALUES ('c1', 'website', 'en', '{AT}')",
            "INSERT INTO messages (conversation_id, message_id, sender, text, payload,"
            f" turn_state, created_at) VALUES ('c1', 'm1', 'visitor', 'hi', '{{}}', 'done',"
            f" '{AT}')",
            "INSERT INTO messages (conversation_id, sender, text, payload, in_reply_to,"
            f" created_at) VALUES ('c1', 'bot', 'a person', '{payload}', 1, '{AT}')",
            "INSERT INTO cases (case_id, conversation_id, channel, state, reason, urgency, queue,"
            " transcript, opened_at, assignee, claimed_at) VALUES ('C-234567', 'c1', 'website',"
            f" 'claimed', 'dosing', 'soon', 'general', '[]', '{AT}', 'a@b.example', '{LATER}')",
            "INSERT INTO case_events (case_id, at, who, action, to_state) VALUES"
            f" ('C-234567', '{LATER}', 'a@b.example', 'claim', 'claimed')",
            f"INSERT INTO staff VALUES ('a@b.example', 'Ann', '{AT}', true)",
        ):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    engine.dispose()


def test_a_database_of_the_first_release_is_brought_forward(empty_url: str) -> None:
    first_release(empty_url)
    database = Database(empty_url)
    assert database.migrate()
    asked, reply = Store(database).messages("c1")
    assert (asked.text, asked.outcome, reply.outcome) == ("hi", None, "handoff")
    case = Cases(database).get("C-234567")
    assert (case.state, case.waiting_since, case.first_claimed_at) == ("claimed", AT, LATER)
    (person,) = Staff(database).list()
    assert (person.name, person.role, person.can_log_in) == ("Ann", "agent", False)
    Cases(database).reply("C-234567", "hello", "a@b.example")
    Cases(database).resolve("C-234567", "a@b.example")
    database.close()
