"""What happens to a message, seen over the API, with a stand-in for Rasa."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from desk.database import Database
from desk.settings import Settings
from desk.store import Store
from desk.turn_queue import TurnQueue
from tests.desk.conftest import FakeRasa, Service, Visitor, wait_for


def test_rasa_gets_the_message_under_the_conversation(visitor: Visitor, rasa: FakeRasa) -> None:
    visitor.say("Hello, Zoë", "m1")
    assert rasa.requests == [
        {
            "sender": visitor.id,
            "message": "Hello, Zoë",
            "metadata": {
                "channel": "website",
                "message_id": "m1",
                "language": None,
                "earlier": [],
            },
        }
    ]


def test_rasa_gets_what_the_visitor_said_before(visitor: Visitor, rasa: FakeRasa) -> None:
    for number in range(5):
        visitor.say(f"message {number}")
    assert rasa.requests[-1]["metadata"]["earlier"] == ["message 1", "message 2", "message 3"]


def test_what_a_crisis_reply_dealt_with_bears_on_nothing_later(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.respond = FakeRasa.answer(outcome="crisis", reason="suicide")
    visitor.say("a danger")
    rasa.respond = rasa.echo
    visitor.say("ok")
    visitor.say("thanks")
    assert [asked["metadata"]["earlier"] for asked in rasa.requests] == [[], [], ["ok"]]


def test_a_relayed_reply_names_the_case(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.respond = FakeRasa.answer(outcome="crisis", reason="suicide")
    (danger,) = visitor.say("a danger")
    rasa.respond = FakeRasa.answer(outcome="relayed")
    (relayed,) = visitor.say("are you there?")
    assert relayed["case_id"] == danger["case_id"] is not None


def test_the_same_message_id_gives_the_same_replies_and_nothing_else(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    first = visitor.say("one", "m1")
    assert visitor.say("one", "m1") == first
    assert visitor.say("changed", "m1") == first
    assert len(rasa.requests) == 1
    assert len(visitor.listen(2)) == 2


def test_copies_sent_at_once_wait_for_the_one_turn(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.delay = 0.2
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: visitor.say("one", "m1"), range(6)))
    assert all(one == replies[0] for one in replies)
    assert len(rasa.requests) == 1


def test_a_conversation_has_one_turn_in_flight_in_the_order_of_arrival(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.delay = 0.02
    texts = [f"message {number}" for number in range(10)]
    for text in texts:
        assert visitor.post(text, wait=False).status_code == 202
    events = visitor.listen(20)
    assert [asked["message"] for asked in rasa.requests] == texts
    assert rasa.most_together == 1
    said = [event["text"] for event in events if event["from"] == "bot"]
    assert said == [f"re: {text}" for text in texts]
    assert [event["id"] for event in events] == sorted(event["id"] for event in events)


def test_conversations_do_not_wait_for_each_other(service: Service, rasa: FakeRasa) -> None:
    rasa.delay = 0.3
    visitors = [Visitor(service) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda visitor: visitor.say("hello"), visitors))
    assert rasa.conversations_together == 4


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, json=[]),
        httpx.Response(500, text="Traceback"),
        httpx.Response(200, text="Traceback"),
        httpx.Response(200, json=[{"text": "no outcome"}]),
    ],
)
def test_no_usable_answer_becomes_the_safe_text_and_a_case(
    service: Service, visitor: Visitor, rasa: FakeRasa, response: httpx.Response
) -> None:
    rasa.respond = lambda _asked: response
    (reply,) = visitor.say("hello")
    assert (reply["outcome"], reply["reason"]) == ("handoff", "assistant_unavailable")
    for part in ("911", "988", "988lifeline.org", "nobody may read it at once"):
        assert part in reply["text"]
    case = service.app.state.desk.cases.current(visitor.id)
    assert (case.case_id, case.urgency, case.reason, case.channel) == (
        reply["case_id"],
        "soon",
        "assistant_unavailable",
        "website",
    )


def test_a_slow_assistant_becomes_the_safe_text(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.delay = 3
    assert visitor.say("hello")[0]["reason"] == "assistant_unavailable"


def test_the_safe_text_is_in_the_visitors_language(service: Service, rasa: FakeRasa) -> None:
    rasa.respond = lambda _asked: httpx.Response(500)
    spanish = Visitor(service, language="es").say("hola")[0]["text"]
    unknown = Visitor(service).say("hola")[0]["text"]
    english = Visitor(service, language="en").say("hello")[0]["text"]
    assert "El asistente no puede" in spanish
    assert "cannot answer" not in spanish
    assert "cannot answer" in unknown
    assert "oprime 2" in unknown
    assert "oprime 2" not in english


def test_the_assistant_may_name_the_language(service: Service, rasa: FakeRasa) -> None:
    visitor = Visitor(service, language="en")
    rasa.respond = rasa.answer(outcome="answer", language="es")
    visitor.say("hola")
    rasa.respond = lambda _asked: httpx.Response(500)
    assert "El asistente no puede" in visitor.say("hola")[0]["text"]


def test_while_a_case_is_open_and_the_assistant_down_messages_are_relayed(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.respond = lambda _asked: httpx.Response(500)
    first, second = visitor.say("one")[0], visitor.say("two")[0]
    assert second["outcome"] == "relayed"
    assert second["case_id"] == first["case_id"]
    assert "911" in second["text"]
    assert "988" in second["text"]
    assert len(second["text"]) < len(first["text"])


@pytest.mark.parametrize("outcome,reason", [("crisis", "suicide"), ("emergency", "acute_other")])
def test_a_crisis_without_a_case_gets_one_from_the_desk(
    service: Service, visitor: Visitor, rasa: FakeRasa, outcome: str, reason: str
) -> None:
    """The action server is down: the fixed text came from Rasa itself."""
    rasa.respond = rasa.answer(outcome=outcome, reason=reason)
    (reply,) = visitor.say("hello")
    case = service.app.state.desk.cases.get(reply["case_id"])
    assert (case.reason, case.urgency) == (reason, "urgent")
    assert (reply["outcome"], reply["text"]) == (outcome, "from the bot")


@pytest.mark.parametrize("open_case", [True, False])
def test_a_handoff_gets_a_case_from_the_desk_where_it_asks_for_one(
    service: Service, visitor: Visitor, rasa: FakeRasa, open_case: bool
) -> None:
    rasa.respond = rasa.answer(outcome="handoff", reason="dosing", open_case=open_case)
    (reply,) = visitor.say("hello")
    assert (reply["case_id"] is not None) is open_case
    assert (service.app.state.desk.cases.current(visitor.id) is not None) is open_case


def test_a_case_that_the_assistant_names_is_passed_on(
    service: Service, visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.respond = rasa.answer(outcome="crisis", reason="suicide", case_id="C-234567")
    assert visitor.say("hello")[0]["case_id"] == "C-234567"
    assert service.app.state.desk.cases.current(visitor.id) is None


def test_a_turn_that_a_killed_process_left_is_taken_up_again(
    start: Callable[[Settings], Service], settings: Settings, rasa: FakeRasa
) -> None:
    """Nothing is lost and nothing is seen twice."""
    database = Database(settings.database_url.get_secret_value())
    store = Store(database)
    conversation = store.start("website")
    texts = ["one", "two"]
    queue = TurnQueue(database)
    turns = [queue.receive(conversation.id, text, text).message for text in texts]
    queue.let_go()
    start(settings)
    wait_for(lambda: store.replies(turns[-1]))
    senders = [message.sender for message in store.messages(conversation.id)]
    assert sorted(senders) == ["bot", "bot", "visitor", "visitor"]
    assert [asked["message"] for asked in rasa.requests] == texts
    database.close()


def test_a_turn_in_flight_when_the_desk_stops_is_finished_by_the_next(
    start: Callable[[Settings], Service], settings: Settings, rasa: FakeRasa
) -> None:
    rasa.delay = 0.5
    first = start(settings)
    visitor = Visitor(first)
    visitor.post("hello", "m1", wait=False)
    wait_for(lambda: rasa.requests)
    first.stop()
    rasa.delay = 0
    visitor.client = start(settings).client
    assert [reply["text"] for reply in visitor.say("hello", "m1")] == ["re: hello"]
    assert [event["from"] for event in visitor.listen(2)] == ["visitor", "bot"]


def test_a_database_that_fails_for_a_while_is_waited_for(
    service: Service, visitor: Visitor, rasa: FakeRasa
) -> None:
    database = service.app.state.desk.database
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE case_events RENAME TO moved")
    rasa.respond = rasa.answer(outcome="crisis", reason="suicide")
    visitor.post("hello", "m1", wait=False)
    wait_for(lambda: rasa.requests)
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE moved RENAME TO case_events")
    assert visitor.say("hello", "m1")[0]["case_id"]
    assert len(rasa.requests) == 1


def test_no_word_of_a_visitor_is_logged(
    visitor: Visitor, rasa: FakeRasa, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor.say("unmistakable")
    rasa.respond = lambda _asked: httpx.Response(500, text="unmistakable")
    visitor.say("unmistakable")
    visitor.post("unmistakable" * 500)
    assert caplog.text
    assert "unmistakable" not in caplog.text


def test_how_a_reply_came_about_is_kept_for_staff_and_not_told_to_the_visitor(
    service: Service, visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.respond = rasa.answer(outcome="answer", trace={"intent": "general_what_is"})
    (reply,) = visitor.say("hello")
    kept = service.app.state.desk.store.messages(visitor.id)[-1]
    assert kept.payload["trace"] == {"intent": "general_what_is"}
    told = [
        reply,
        visitor.listen(2),
        visitor.client.get(
            f"/api/conversations/{visitor.id}/export", headers=visitor.headers
        ).json(),
    ]
    assert "general_what_is" not in str(told)


@pytest.mark.parametrize("hours,told", [("{}", True), ("ALWAYS", False)])
def test_who_is_handed_over_while_nobody_is_there_is_told_so(
    start: Callable[[Settings], Service],
    settings: Settings,
    rasa: FakeRasa,
    tmp_path: Path,
    hours: str,
    told: bool,
) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    always = "{" + ", ".join(f"{day}: ['00:00-24:00']" for day in days) + "}"
    file = tmp_path / "clinic.yml"
    file.write_text(f"hours: {hours.replace('ALWAYS', always)}")
    visitor = Visitor(start(settings.copy(update={"clinic_file": file})))
    rasa.respond = rasa.answer(outcome="handoff", reason="dosing", open_case=True)
    assert ("Nobody of our team is here" in visitor.say("a question")[0]["text"]) == told
    rasa.respond = rasa.answer(outcome="crisis", reason="suicide")
    assert visitor.say("a danger")[0]["text"] == "from the bot"


def test_copies_in_any_order_are_each_taken_once(visitor: Visitor, rasa: FakeRasa) -> None:
    """A page that was offline sends again what may have arrived, the newest perhaps first."""
    rasa.delay = 0.01
    ids = [f"m{number}" for number in range(8)] * 3
    random.Random(7).shuffle(ids)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: visitor.post(f"text {one}", one, wait=False), ids))
    heard = visitor.listen(16)
    said = [event["text"] for event in heard if event["from"] == "visitor"]
    replies = [event["text"] for event in heard if event["from"] == "bot"]
    assert sorted(said) == [f"text m{number}" for number in range(8)]
    assert replies == [f"re: {text}" for text in said]


def test_behind_a_slow_assistant_every_message_gets_its_word_and_there_is_one_case(
    service: Service, visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.delay = 3
    for number in range(3):
        visitor.post(f"message {number}", wait=False)
    heard = visitor.listen(6)
    replies = [event for event in heard if event["from"] == "bot"]
    assert [reply["outcome"] for reply in replies] == ["handoff", "relayed", "relayed"]
    assert len({reply["case_id"] for reply in replies}) == 1
    assert all("911" in reply["text"] for reply in replies)
    assert len(service.app.state.desk.cases.list()) == 1
