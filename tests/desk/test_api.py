"""The visitor API: shapes, tokens, limits, health, the page."""

from __future__ import annotations

import socket
import stat
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.errors import SettingsError, TokenError
from desk.settings import Settings
from desk.website.limits import Limiter
from desk.website.site import PAGE_FILES
from desk.website.tokens import Tokens, load_secret
from tests.desk.conftest import SECRET, FakeRasa, Service, Visitor

REPLY_KEYS = {"id", "from", "text", "outcome", "reason", "citations", "buttons", "case_id"}
METHODS = {"messages": "POST", "events": "GET"}
MESSAGE = {"message_id": "m1", "text": "hello"}
CITATION = {
    "document": "d.md",
    "title": "T",
    "section": "S",
    "text": "t",
    "url": "https://clinic.example/",
    "date": "2026-01-01",
}


def refusal(response: httpx.Response) -> dict[str, str]:
    """The error of a refused request, its shape checked."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert "Traceback" not in response.text
    error: dict[str, str] = body["error"]
    if response.request.method == "POST":
        assert error["message"].endswith("988lifeline.org.")
        assert "911" in error["message"]
    return error


def test_a_conversation_from_start_to_reply(service: Service, rasa: FakeRasa) -> None:
    button = {"title": "Yes", "payload": "yes please"}
    rasa.respond = rasa.answer(
        outcome="answer", reason=None, citations=[CITATION], buttons=[button], case_id=None
    )
    started = service.client.post("/api/conversations")
    assert set(started.json()) == {"conversation_id", "token"}
    visitor = Visitor(service)
    (reply,) = visitor.say("What is ketamine?", "m1")
    assert set(reply) >= REPLY_KEYS
    assert (reply["from"], reply["text"], reply["outcome"]) == ("bot", "from the bot", "answer")
    assert (reply["citations"], reply["buttons"]) == ([CITATION], [button])


def test_without_wait_the_message_is_acknowledged_once_it_is_kept(
    service: Service, visitor: Visitor
) -> None:
    response = visitor.post("hello", "m1", wait=False)
    assert response.status_code == 202
    (kept,) = service.app.state.desk.store.messages(visitor.id)[:1]
    assert response.json() == {"message_id": "m1", "id": kept.id}


@pytest.mark.parametrize("route", ["messages", "events"])
@pytest.mark.parametrize(
    "authorization,status,code",
    [
        (None, 401, "token_missing"),
        ("Basic abc", 401, "token_missing"),
        ("Bearer", 401, "token_missing"),
        ("Bearer forged.token.here", 401, "token_invalid"),
        ("another", 403, "token_of_another_conversation"),
        ("other secret", 401, "token_invalid"),
    ],
)
def test_a_wrong_token_opens_nothing(
    service: Service,
    visitor: Visitor,
    rasa: FakeRasa,
    route: str,
    authorization: str | None,
    status: int,
    code: str,
) -> None:
    if authorization == "another":
        authorization = f"Bearer {Visitor(service).token}"
    if authorization == "other secret":
        authorization = f"Bearer {Tokens('another secret', 1).issue(visitor.id)}"
    headers = {"Authorization": authorization} if authorization else {}
    path = getattr(visitor, route)
    response = service.client.request(METHODS[route], path, json=MESSAGE, headers=headers)
    assert response.status_code == status
    assert refusal(response)["code"] == code
    assert rasa.requests == []


@pytest.mark.parametrize("route", ["messages", "events"])
def test_an_unknown_conversation_is_only_told_to_who_holds_its_token(
    service: Service, route: str
) -> None:
    nobody = str(uuid.uuid4())
    token = Tokens(SECRET, 1).issue(nobody)
    path = f"/api/conversations/{nobody}/{route}"
    headers = {"Authorization": f"Bearer {token}"}
    method = METHODS[route]
    assert service.client.request(method, path, json=MESSAGE, headers=headers).status_code == 404
    assert service.client.request(method, path, json=MESSAGE).status_code == 401


def test_a_token_expires() -> None:
    token = Tokens(SECRET, 0).issue("c1")
    with pytest.raises(TokenError) as raised:
        Tokens(SECRET, -1).check(f"Bearer {token}", "c1")
    assert raised.value.code == "token_expired"


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "var" / "desk.secret"
    secret = load_secret(path)
    assert len(secret) >= 32
    assert load_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("")
    with pytest.raises(SettingsError, match="DESK_SECRET"):
        load_secret(path)


@pytest.mark.parametrize(
    "text",
    [
        "🙂",
        "<b onload=alert(1)>&amp;</b>",
        "a" * 4000,
        "¿Duele? ¡Sí!\n\tNo",
        "كيتامين",
        "a\u200bb",
        "' OR 1=1 --",
        "%s {0} ${HOME}",
    ],
)
def test_any_text_passes_as_it_is(visitor: Visitor, rasa: FakeRasa, text: str) -> None:
    visitor.say(text)
    assert rasa.requests[0]["message"] == text
    assert visitor.listen(1)[0]["text"] == text


def test_control_characters_are_taken_out(visitor: Visitor) -> None:
    raw = rb'{"message_id": "m1", "text": "a\u0000b\u0007\r\n\tc\ud800\u009bd"}'
    headers = {**visitor.headers, "Content-Type": "application/json; charset=utf-8"}
    response = visitor.client.post(visitor.messages, content=raw, headers=headers)
    assert response.status_code == 202
    assert visitor.listen(1)[0]["text"] == "ab\n\tcd"


@pytest.mark.parametrize(
    "text,code",
    [
        ("", "text_empty"),
        (" \n\t ", "text_empty"),
        ("\0\x07", "text_empty"),
        ("a" * 4001, "text_too_long"),
        (None, "text"),
        (["hello"], "text"),
    ],
)
def test_a_text_that_cannot_be_taken_is_refused(
    visitor: Visitor, rasa: FakeRasa, text: Any, code: str
) -> None:
    response = visitor.post(text)
    assert response.status_code == 422
    assert refusal(response)["code"] == code
    assert rasa.requests == []


@pytest.mark.parametrize("message_id", ["", "a" * 65, "a b", "ä", "a\n", 7, ["m"], {}])
def test_a_message_id_that_cannot_be_taken_is_refused(visitor: Visitor, message_id: Any) -> None:
    response = visitor.post("hello", message_id)
    assert response.status_code == 422
    assert refusal(response)["code"] == "message_id"


@pytest.mark.parametrize(
    "body,content_type,status",
    [
        (b"text=hello", "application/x-www-form-urlencoded", 415),
        (b'{"text": ', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b'["text"]', "application/json", 400),
        (b"", "application/json", 422),
    ],
)
def test_what_is_no_json_object_is_refused(
    visitor: Visitor, body: bytes, content_type: str, status: int
) -> None:
    headers = {**visitor.headers, "Content-Type": content_type}
    response = visitor.client.post(visitor.messages, content=body, headers=headers)
    assert response.status_code == status
    refusal(response)


@pytest.mark.parametrize("size", [65 * 1024, 1_000_000, 10_000_000])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_big_request_is_refused(visitor: Visitor, size: int, streamed: bool) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(size // 1000):
            yield b" " * 1000

    content = chunks() if streamed else b" " * size
    headers = {**visitor.headers, "Content-Type": "application/json"}
    response = visitor.client.post(visitor.messages, content=content, headers=headers)
    assert response.status_code == 413
    assert refusal(response)["code"] == "too_big"
    assert visitor.say("still here?")[0]["text"] == "re: still here?"


def test_a_big_request_is_refused_without_being_read(service: Service, visitor: Visitor) -> None:
    """The answer comes while most of the announced ten megabytes were never sent."""
    head = (
        f"POST {visitor.messages} HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n"
        f"Authorization: Bearer {visitor.token}\r\nContent-Type: application/json\r\n\r\n"
    )
    address = httpx.URL(service.url)
    with socket.create_connection((address.host, address.port or 80), timeout=5) as connection:
        connection.sendall(head.encode() + b"989680\r\n" + b" " * 70_000)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_messages_are_limited_in_each_conversation(
    start: Callable[[Settings], Service], settings: Settings
) -> None:
    service = start(settings.copy(update={"rate_limit": 2}))
    visitor = Visitor(service)
    assert [visitor.post("hello").status_code for _ in range(3)] == [200, 200, 429]
    response = visitor.post("hello")
    assert refusal(response)["code"] == "too_many"
    assert 0 < int(response.headers["Retry-After"]) <= 60
    assert Visitor(service).post("hello").status_code == 200


def test_new_conversations_are_limited_for_an_address(
    start: Callable[[Settings], Service], settings: Settings
) -> None:
    service = start(settings.copy(update={"rate_limit": 30, "conversation_limit": 2}))
    responses = [service.client.post("/api/conversations") for _ in range(3)]
    assert [response.status_code for response in responses] == [201, 201, 429]
    refusal(responses[-1])


def test_a_rate_limit_of_zero_switches_both_off(service: Service) -> None:
    assert service.app.state.desk.settings.conversation_limit == 20
    visitors = [Visitor(service) for _ in range(25)]
    assert all(visitors[0].post("hello").status_code == 200 for _ in range(35))


def test_a_limit_is_over_after_a_minute() -> None:
    seconds = [0.0]
    limiter = Limiter(2, clock=lambda: seconds[0])
    taken = []
    for seconds[0] in (0, 10, 20, 59, 60, 61, 70):
        taken.append(limiter.take("key"))
    assert taken == [None, None, 40, 1, None, 9, None]
    assert limiter.take("another key") is None


@pytest.mark.parametrize("down,part", [("/", "rasa"), ("/health", "actions")])
def test_health_names_the_part_that_is_down(
    service: Service, rasa: FakeRasa, down: str, part: str
) -> None:
    parts = {"database": "ok", "rasa": "ok", "actions": "ok"}
    response = service.client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "parts": parts})
    rasa.up[down] = False
    response = service.client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "down", "parts": {**parts, part: "down"}}


def test_a_failing_database_is_a_refusal_and_ill_health(service: Service, visitor: Visitor) -> None:
    with service.app.state.desk.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE conversations RENAME TO moved")
    response = visitor.post("hello")
    assert response.status_code == 503
    assert refusal(response)["code"] == "unavailable"
    assert service.client.get("/healthz").json()["parts"]["database"] == "down"


@pytest.mark.parametrize("path", [*PAGE_FILES, "/widget.js", "/healthz", "/nothing"])
def test_every_answer_has_the_security_headers(service: Service, path: str) -> None:
    headers = service.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "server" not in headers


def test_other_origins_are_only_let_in_by_the_setting(
    start: Callable[[Settings], Service], settings: Settings, service: Service
) -> None:
    preflight = {
        "Origin": "https://clinic.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    allowed = "access-control-allow-origin"
    assert allowed not in service.client.options("/api/conversations", headers=preflight).headers
    open_to = start(settings.copy(update={"origins": "https://clinic.example"}))
    response = open_to.client.options("/api/conversations", headers=preflight)
    assert response.headers[allowed] == "https://clinic.example"
    preflight["Origin"] = "https://elsewhere.example"
    response = open_to.client.options("/api/conversations", headers=preflight)
    assert allowed not in response.headers


@pytest.mark.parametrize("path,status", [("/nothing", 404), ("/api/conversations", 405)])
def test_wrong_paths_and_methods_are_refused_alike(
    service: Service, path: str, status: int
) -> None:
    response = service.client.get(path)
    assert response.status_code == status
    refusal(response)
