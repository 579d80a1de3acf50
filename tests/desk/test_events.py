from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any

import pytest

from desk.cases import Cases
from desk.clinic import load_clinic
from desk.database import Database
from desk.messages import Reply
from desk.notices import Notices
from desk.staff import Staff
from desk.store import Store
from desk.turn_queue import TurnQueue
from desk.website.events import Events
from desk.website.states import States
from tests.desk.conftest import Service, Visitor, wait_for

ANN = "ann@clinic.example"
EVENT_KEYS = {
    "id",
    "from",
    "text",
    "outcome",
    "reason",
    "citations",
    "buttons",
    "case_id",
    "message_id",
    "at",
    "name",
}


def test_the_stream_has_every_message_in_order(visitor: Visitor) -> None:
    visitor.say("one", "m1")
    visitor.say("two", "m2")
    events = visitor.listen(4)
    assert all(set(event) == EVENT_KEYS for event in events)
    assert [event["from"] for event in events] == ["visitor", "bot"] * 2
    assert [event["message_id"] for event in events] == ["m1", None, "m2", None]
    assert all(event["at"].endswith("+00:00") for event in events)
    ids = [event["id"] for event in events]
    assert ids == sorted(set(ids))


def test_the_stream_goes_on_after_the_last_event(visitor: Visitor) -> None:
    visitor.say("one")
    visitor.say("two")
    events = visitor.listen(4)
    assert visitor.listen(2, after=events[1]["id"]) == events[2:]
    visitor.events += f"?last_event_id={events[2]['id']}"
    assert visitor.listen(1) == events[3:]


@pytest.mark.parametrize("wrong", ["abc", "-1", "1" * 30, "²"])
def test_a_last_event_that_is_none_is_refused(visitor: Visitor, wrong: str) -> None:
    response = visitor.client.get(
        visitor.events, params={"last_event_id": wrong}, headers=visitor.headers
    )
    assert response.status_code == 422


def test_a_stream_shows_no_other_conversation(service: Service, visitor: Visitor) -> None:
    Visitor(service).say("mine")
    visitor.say("yours")
    assert [event["text"] for event in visitor.listen(2)] == ["yours", "re: yours"]


def test_what_another_process_writes_is_seen_within_about_a_second(
    service: Service, visitor: Visitor
) -> None:
    """Staff answer from the command line, which has only the database in common."""
    visitor.say("hello")
    after = visitor.listen(2)[-1]["id"]
    got: list[Any] = []
    listener = threading.Thread(target=lambda: got.extend(visitor.listen(2, after=after)))
    listener.start()
    notices = service.app.state.desk.notices
    wait_for(lambda: notices.listeners)
    time.sleep(0.2)
    database = Database(service.app.state.desk.settings.database_url.get_secret_value())
    cases = Cases(database)
    case_id = cases.open(visitor.id, channel="website", reason="dosing").case_id
    cases.claim(case_id, ANN)
    written = time.monotonic()
    cases.hand_back(case_id, ANN, "Hello from the clinic")
    listener.join(5)
    assert time.monotonic() - written < 2
    assert [(event["from"], event["case_id"]) for event in got] == [
        ("staff", case_id),
        ("system", case_id),
    ]
    assert got[0]["text"] == "Hello from the clinic"
    assert ANN not in json.dumps(got)
    database.close()


def test_a_listener_that_leaves_is_forgotten(service: Service, visitor: Visitor) -> None:
    visitor.say("hello")
    visitor.listen(1)
    notices = service.app.state.desk.notices
    wait_for(lambda: not notices.listeners)


def test_a_quiet_stream_beats_and_a_closed_one_ends(database: Database) -> None:
    store = Store(database)

    async def run() -> None:
        notices, cases = Notices(database), Cases(database)
        await notices.start()
        states = States(store, cases, Staff(database), notices, load_clinic().opening)
        events = Events(store, notices, states, heartbeat_seconds=0.05)
        conversation = store.start("website").id
        stream = events.stream(conversation, 0)
        assert await anext(stream) is None
        queue = TurnQueue(database)
        queue.finish(queue.receive(conversation, "m1", "hello").message, [Reply("hi")])
        said = [message.text async for message in stream_until_closed(events, stream) if message]
        assert said == ["hello", "hi"]
        await notices.stop()

    async def stream_until_closed(events: Events, stream: Any) -> Any:
        async for message in stream:
            yield message
            if message and message.sender == "bot":
                events.close()

    asyncio.run(run())
