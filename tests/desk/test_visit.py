"""The visitor API beside the messages."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.desk.conftest import FakeRasa, Service, Visitor

ANN = "ann@clinic.example"
STATE_KEYS = {
    "conversation_id",
    "language",
    "state",
    "case_id",
    "queue_place",
    "staff_name",
    "opening",
    "typing",
}


def call(visitor: Visitor, method: str, what: str = "", **body: Any) -> httpx.Response:
    path = f"/api/conversations/{visitor.id}{'/' + what if what else ''}"
    more = {"json": body} if method == "POST" else {}
    return visitor.client.request(method, path, headers=visitor.headers, **more)


def state(visitor: Visitor) -> dict[str, Any]:
    response = call(visitor, "GET")
    assert response.status_code == 200, response.text
    value: dict[str, Any] = response.json()
    assert set(value) == STATE_KEYS
    assert set(value["opening"]) == {"open", "text", "next"}
    return value


def test_what_the_page_shows_before_the_first_message(service: Service) -> None:
    answer = service.client.get("/api/clinic").json()
    assert set(answer) == {"name", "opening", "numbers", "topics"}
    assert answer["numbers"]["emergency"] == "911"
    assert {"title": "Call 988", "payload": "tel:988"} in answer["numbers"]["buttons"]
    assert all(set(topic) == {"title", "payload"} for topic in answer["topics"])
    spanish = service.client.get("/api/clinic", params={"language": "es"}).json()
    assert "ketamina" in spanish["topics"][0]["title"]


def test_a_person_is_asked_for_without_the_assistant(
    service: Service, visitor: Visitor, rasa: FakeRasa
) -> None:
    assert state(visitor)["state"] == "bot"
    rasa.up = {"/": False, "/health": False}
    answer = call(visitor, "POST", "person", message_id="m1").json()
    assert (answer["state"], answer["queue_place"]) == ("waiting", 1)
    assert call(visitor, "POST", "person", message_id="m1").json() == answer
    assert rasa.requests == []
    said = visitor.listen(2)
    assert [event["from"] for event in said] == ["visitor", "bot"]
    assert (said[1]["outcome"], said[1]["reason"]) == ("handoff", "wants_human")
    assert said[1]["case_id"] == answer["case_id"]
    assert "988" in said[1]["text"]


def test_the_place_in_the_queue_counts_the_urgent_first(service: Service) -> None:
    first, second = Visitor(service), Visitor(service)
    cases = service.app.state.desk.cases
    call(first, "POST", "person", message_id="m1")
    call(second, "POST", "person", message_id="m1")
    assert [state(first)["queue_place"], state(second)["queue_place"]] == [1, 2]
    cases.open(second.id, channel="website", reason="suicide", urgency="urgent")
    assert [state(first)["queue_place"], state(second)["queue_place"]] == [2, 1]


def test_a_claim_shows_the_name_and_a_release_hides_it(service: Service, visitor: Visitor) -> None:
    desk = service.app.state.desk
    desk.staff.add(ANN, "Ann")
    case_id = call(visitor, "POST", "person", message_id="m1").json()["case_id"]
    desk.cases.claim(case_id, ANN)
    assert (state(visitor)["state"], state(visitor)["staff_name"]) == ("claimed", "Ann")
    assert state(visitor)["queue_place"] is None
    desk.cases.release(case_id, ANN)
    assert (state(visitor)["state"], state(visitor)["staff_name"]) == ("waiting", None)


def test_leaving_the_queue_gives_the_conversation_back(service: Service, visitor: Visitor) -> None:
    case_id = call(visitor, "POST", "person", message_id="m1").json()["case_id"]
    assert call(visitor, "POST", "leave").json()["state"] == "bot"
    assert service.app.state.desk.cases.get(case_id).outcome == "left by the visitor"
    assert call(visitor, "POST", "person", message_id="m2").json()["case_id"] != case_id


def test_an_urgent_case_cannot_be_left_by_the_visitor(service: Service, visitor: Visitor) -> None:
    cases = service.app.state.desk.cases
    case = cases.open(visitor.id, channel="website", reason="suicide", urgency="urgent")
    assert call(visitor, "POST", "leave").json()["state"] == "waiting"
    assert [event.action for event in cases.events(case.case_id)] == ["open", "leave"]
    assert "988" in visitor.listen(1)[0]["text"]


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_callback_is_kept_with_the_case(
    service: Service, visitor: Visitor, asked_first: bool
) -> None:
    if asked_first:
        call(visitor, "POST", "person", message_id="m1")
    form = {"name": "Kim", "contact": "555 0100", "best_time": "mornings"}
    answer = call(visitor, "POST", "callback", **form).json()
    assert answer["state"] == "callback"
    kept = service.app.state.desk.cases.callback(answer["case_id"])
    assert (kept.name, kept.contact, kept.best_time) == tuple(form.values())
    assert "not watched for" in visitor.listen(3 if asked_first else 1)[-1]["text"]
    assert call(visitor, "POST", "callback", contact="").status_code == 422


def test_feedback_is_kept_for_ones_own_replies_only(service: Service, visitor: Visitor) -> None:
    reply = visitor.say("hello")[0]["id"]
    other = Visitor(service)
    theirs = other.say("hello")[0]["id"]
    given = call(visitor, "POST", "feedback", message_id=reply, helpful=False, reason="no source")
    assert given.status_code == 200
    assert call(visitor, "POST", "feedback", message_id=theirs, helpful=True).status_code == 422
    assert call(visitor, "POST", "feedback", message_id=reply).status_code == 422
    call(visitor, "POST", "feedback", message_id=reply, helpful=True)
    (kept,) = service.app.state.desk.feedback.list()
    assert (kept.reply_id, kept.helpful, kept.reason) == (reply, True, None)


def test_a_visitor_takes_the_own_data_along_without_staffs_notes(
    service: Service, visitor: Visitor
) -> None:
    visitor.say("hello there")
    case_id = call(visitor, "POST", "person", message_id="m2").json()["case_id"]
    service.app.state.desk.cases.note(case_id, "a private note", ANN)
    text = call(visitor, "GET", "transcript")
    assert text.headers["content-type"].startswith("text/plain")
    assert "hello there" in text.text
    whole = call(visitor, "GET", "export").json()
    assert [one["from"] for one in whole["messages"]] == ["visitor", "bot"] * 2
    assert whole["cases"][0]["case_id"] == case_id
    for taken in (text.text, str(whole)):
        assert "private" not in taken
        assert ANN not in taken


def test_deleting_leaves_nothing(service: Service, visitor: Visitor) -> None:
    reply = visitor.say("hello")[0]["id"]
    call(visitor, "POST", "feedback", message_id=reply, helpful=True)
    call(visitor, "POST", "callback", contact="555 0100")
    assert call(visitor, "DELETE").json()["deleted"] is True
    assert call(visitor, "GET").status_code == 404
    with service.app.state.desk.database.reading() as connection:
        for table in ("conversations", "messages", "cases", "case_events", "callbacks", "feedback"):
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            assert count == 0, table


def test_what_is_about_danger_is_hidden_and_kept_until_a_person_has_seen_it(
    service: Service, visitor: Visitor
) -> None:
    cases = service.app.state.desk.cases
    case = cases.open(visitor.id, channel="website", reason="suicide", urgency="urgent")
    answer = call(visitor, "DELETE")
    assert (answer.status_code, answer.json()["deleted"]) == (202, False)
    assert "988" in answer.json()["text"]
    assert call(visitor, "GET").status_code == 404
    assert visitor.post("hello").status_code == 404
    assert cases.get(case.case_id).state == "waiting"


def test_a_good_bye_leaves_the_queue_and_a_new_message_is_taken(
    service: Service, visitor: Visitor
) -> None:
    call(visitor, "POST", "person", message_id="m1")
    assert call(visitor, "POST", "end").json()["state"] == "bot"
    assert service.app.state.desk.store.conversation(visitor.id).ended_at
    assert visitor.say("one more thing")[0]["text"] == "re: one more thing"


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize("asked", ["", "?state=true"])
def test_a_stream_ends_when_its_conversation_is_deleted(
    service: Service, visitor: Visitor, urgent: bool, asked: str
) -> None:
    if urgent:
        cases = service.app.state.desk.cases
        cases.open(visitor.id, channel="website", reason="suicide", urgency="urgent")
    visitor.say("hello")
    path = visitor.events + asked
    with visitor.client.stream("GET", path, headers=visitor.headers) as response:
        lines = response.iter_lines()
        assert next(line for line in lines if line.startswith("data: "))
        with httpx.Client(base_url=service.url, trust_env=False) as other:
            other.delete(f"/api/conversations/{visitor.id}", headers=visitor.headers)
        list(lines)  # and so it ends


def test_the_state_and_typing_come_beside_the_messages_to_who_asks(
    service: Service, visitor: Visitor
) -> None:
    desk = service.app.state.desk
    desk.staff.add(ANN, "Ann")
    case_id = call(visitor, "POST", "person", message_id="m1").json()["case_id"]
    found: list[tuple[str, dict[str, Any]]] = []
    path = visitor.events + "?state=true"
    with visitor.client.stream("GET", path, headers=visitor.headers) as response:
        kind = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            if not line.startswith("data: "):
                continue
            found.append((kind, json.loads(line[6:])))
            if len(found) == 3:  # two messages and the state
                desk.cases.claim(case_id, ANN)
            if len(found) == 4:
                desk.states.tell_typing(visitor.id, "Ann", True)
            if len(found) == 5:
                break
    assert [kind for kind, _ in found] == ["message", "message", "state", "state", "typing"]
    assert [value["state"] for kind, value in found if kind == "state"] == ["waiting", "claimed"]
    assert found[3][1]["staff_name"] == "Ann"
    assert found[4][1] == {"who": "Ann", "typing": True}
    assert state(visitor)["typing"] is True
