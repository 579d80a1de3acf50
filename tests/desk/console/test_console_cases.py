"""What staff do with cases over the console's pages, and what comes of it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable

import httpx
import pytest

from desk.cases import Case
from desk.messages import Reply
from tests.desk.conftest import FakeRasa, Service, Visitor, wait_for
from tests.desk.console.conftest import ANN, BEN, Browser, open_case

CITATION = {"document": "what.md", "title": "What it is", "section": "In short", "text": "A drug."}


def of(clinic: Service, case: Case) -> Case:
    found: Case = clinic.app.state.desk.cases.get(case.case_id)
    return found


def said(clinic: Service, case: Case) -> list[tuple[str, str]]:
    kept = clinic.app.state.desk.store.messages(case.conversation_id)
    return [(message.sender, message.text) for message in kept]


def test_a_case_goes_from_the_queue_to_the_hand_back(
    clinic: Service, ann: Browser, case: Case
) -> None:
    path = f"/cases/{case.case_id}"
    assert case.case_id in ann.page()
    assert ann.post(f"{path}/claim").headers["location"] == f"/staff{path}?done=claim"
    assert (of(clinic, case).state, of(clinic, case).assignee) == ("claimed", ANN)
    ann.post(f"{path}/reply", text="Good morning\r\nto you.", message_id="console-1")
    ann.post(f"{path}/reply", text="Good morning\r\nto you.", message_id="console-1")
    assert said(clinic, case)[1:] == [("staff", "Good morning\nto you.")]
    ann.post(f"{path}/note", note="sounds tired")
    assert "sounds tired" in ann.page(path)
    ann.post(f"{path}/hand_back", sentence="Take care.", outcome="answered")
    closed = of(clinic, case)
    assert (closed.state, closed.outcome) == ("resolved", "answered")
    assert [who for who, _ in said(clinic, case)] == ["visitor", "staff", "staff", "system"]
    assert "sounds tired" not in str(said(clinic, case))
    assert case.case_id not in ann.page()


def test_the_queue_has_the_urgent_first_and_then_those_that_wait_longest(
    clinic: Service, ann: Browser
) -> None:
    cases = [
        open_case(clinic, reason="scheduling"),
        open_case(clinic, reason="side_effect_now", urgency="soon"),
        open_case(clinic, reason="records"),
        open_case(clinic, reason="suicide", urgency="urgent"),
    ]
    page = ann.page()
    shown = re.findall(r'id="row-([^"]+)"', page)
    mine = [found for found in shown if found in {case.case_id for case in cases}]
    assert mine == [cases[at].case_id for at in (3, 1, 0, 2)]
    assert '<time datetime="' in page


def test_who_has_lost_the_race_keeps_what_was_typed(
    clinic: Service, ann: Browser, ben: Browser, case: Case
) -> None:
    path = f"/cases/{case.case_id}"
    ben.post(f"{path}/claim")
    lost = ann.post(f"{path}/claim")
    assert (lost.status_code, f"held by {BEN}" in lost.text) == (409, True)
    refused = ann.post(f"{path}/reply", text="my long answer")
    assert refused.status_code == 409
    assert said(clinic, case) == [("visitor", "may I take more?")]
    ben.post(f"{path}/release")
    ann.post(f"{path}/claim")
    empty = ann.post(f"{path}/note", note="   ")
    assert (empty.status_code, "The note is empty" in empty.text) == (409, True)
    too_long = ann.post(f"{path}/reply", text="x" * 10_001)
    assert (too_long.status_code, "x" * 10_001 in too_long.text) == (409, True)


def test_a_case_is_given_to_a_colleague_and_closed_with_an_outcome(
    clinic: Service, ann: Browser, ben: Browser, case: Case
) -> None:
    path = f"/cases/{case.case_id}"
    ann.post(f"{path}/claim")
    assert ann.post(f"{path}/reassign", to="nobody@clinic.example").status_code == 409
    ann.post(f"{path}/reassign", to=BEN)
    assert of(clinic, case).assignee == BEN
    assert "Ben Ode answers here" in ann.page(path)
    assert ben.post(f"{path}/resolve", outcome=" ").status_code == 409
    assert of(clinic, case).state == "claimed"
    ben.post(f"{path}/resolve", outcome="called back")
    assert of(clinic, case).outcome == "called back"
    history = ann.page(path)
    for step in ("claim", "reassign", "resolve", "(waiting → claimed)", "(claimed → resolved)"):
        assert step in history


def test_nothing_unknown_is_done(ann: Browser, case: Case) -> None:
    assert ann.post(f"/cases/{case.case_id}/explode").status_code == 404
    assert ann.post("/cases/C-NOSUCH/claim").status_code == 404
    assert ann.get("/conversations/none").status_code == 404
    assert ann.get("/static/../guard.py").status_code in (303, 404)


def draft_of(answer: object, status: int = 200) -> Callable[[dict], httpx.Response]:
    return lambda _asked: httpx.Response(status, json=answer)


def test_a_draft_is_shown_with_its_sources_and_sent_to_nobody(
    clinic: Service, ann: Browser, case: Case, assistant: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict] = []
    responses = [
        {"response": "say_answer", "answer": "It is a drug.", "sources": "What it is",
         "custom": {"outcome": "answer", "citations": [CITATION]}},
        {"response": "say_contradiction", "one": "A (2020)", "other": "B (2021)"},
        {"response": "say_outdated", "title": "What it is", "day": "2024-01-01"},
        {"response": "say_disclaimer"},
    ]  # fmt: skip

    async def actions(request: httpx.Request) -> httpx.Response:
        asked.append({"path": request.url.path, **json.loads(request.content)})
        return httpx.Response(200, json={"events": [], "responses": responses})

    monkeypatch.setattr(clinic.app.state.desk.drafts._http, "_transport", _Mock(actions))
    path = f"/cases/{case.case_id}"
    ann.post(f"{path}/claim")
    before = of(clinic, case)
    page = ann.post(f"{path}/draft", question="what is it?").text
    assert "It is a drug.\n\nSource: What it is, In short</textarea>" in page
    assert "A drug." in page  # the passage itself
    assert "The documents disagree: A (2020) / B (2021)" in page
    assert "“What it is” was due for review on 2024-01-01." in page
    (call,) = asked
    assert (call["path"], call["next_action"]) == ("/webhook", "action_answer")
    assert call["tracker"]["latest_message"]["text"] == "what is it?"
    assert case.conversation_id not in str(call)
    assert said(clinic, case) == [("visitor", "may I take more?")]
    assert of(clinic, case) == before
    typed = ann.post(f"{path}/draft", question="what is it?", text="my own words").text
    assert ">my own words</textarea>" in typed and "It is a drug." in typed
    responses[:] = [{"response": "say_no_answer", "custom": {"outcome": "no_answer"}}]
    assert "do not answer this question" in ann.post(f"{path}/draft", question="rain?").text


class _Mock(httpx.AsyncBaseTransport):
    def __init__(self, handler: Callable) -> None:
        self._handler = handler

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        answer: httpx.Response = await self._handler(request)
        return answer


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={}),
        httpx.Response(200, text="no json"),
        httpx.Response(200, json=[1]),
        httpx.Response(200, json={"responses": [{"text": "no outcome"}]}),
        httpx.Response(200, json={"responses": [{"custom": {"outcome": "answer"}}]}),
        httpx.ConnectError("refused"),
    ],
    ids=repr,
)
def test_without_the_assistant_there_is_no_draft_and_nothing_is_lost(
    clinic: Service,
    ann: Browser,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
    answer: httpx.Response | Exception,
) -> None:
    async def actions(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(clinic.app.state.desk.drafts._http, "_transport", _Mock(actions))
    path = f"/cases/{case.case_id}"
    ann.post(f"{path}/claim")
    page = ann.post(f"{path}/draft", question="what is it?", text="half a reply").text
    assert "cannot look into the documents just now" in page
    assert ">half a reply</textarea>" in page


def test_the_trace_of_a_reply_is_for_staff_alone(
    clinic: Service, ann: Browser, assistant: FakeRasa
) -> None:
    custom = {"outcome": "answer", "citations": [], "trace": {"verdict": {"label": "general"}}}
    body = [{"text": "An answer."}, {"custom": custom}]
    assistant.respond = lambda _asked: httpx.Response(200, json=body)
    visitor = Visitor(clinic)
    try:
        replies = visitor.say("what is it?")
    finally:
        assistant.respond = assistant.echo
    assert replies[0]["text"] == "An answer."
    assert "verdict" not in str(replies) + str(visitor.listen(2))
    assert "verdict" in ann.page(f"/conversations/{visitor.id}")
    export = clinic.client.get(f"/api/conversations/{visitor.id}/export", headers=visitor.headers)
    assert "verdict" not in export.text


def test_staff_see_why_the_assistant_said_what_it_said(clinic: Service, ann: Browser) -> None:
    case = open_case(clinic)
    desk = clinic.app.state.desk
    asked = desk.store.keep(case.conversation_id, "m2", "what is it?")
    payload = {"outcome": "answer", "reason": "what_is", "citations": [CITATION, {}]}
    desk.store.answer(asked, Reply("An answer.", payload))
    page = ann.page(f"/cases/{case.case_id}")
    for words in ("answer: what is", "What it is, In short", "A drug."):
        assert words in page


def test_the_visitor_sees_that_the_holder_writes_and_nobody_else(
    clinic: Service, ann: Browser, ben: Browser, case: Case
) -> None:
    state = clinic.app.state.desk.states
    ann.post(f"/cases/{case.case_id}/claim")
    ben.post(f"/cases/{case.case_id}/typing", typing="true")
    time.sleep(0.1)
    assert not state.of(case.conversation_id)["typing"]
    assert ann.post(f"/cases/{case.case_id}/typing", typing="true").status_code == 204
    wait_for(lambda: state.of(case.conversation_id)["typing"])
    ann.post(f"/cases/{case.case_id}/typing", typing="false")
    wait_for(lambda: not state.of(case.conversation_id)["typing"])


class Heard:
    """What comes over the console's stream."""

    def __init__(self, browser: Browser, conversation_id: str = "") -> None:
        self.events: list[tuple[str, dict]] = []
        self._path = f"/staff/events?conversation={conversation_id}"
        self._client = browser.client
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        wait_for(lambda: self.events)

    def _listen(self) -> None:
        kind = ""
        with self._client.stream("GET", self._path, timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    self.events.append((kind, json.loads(line[6:])))
                    if kind in ("out", "stop"):
                        return

    def of(self, kind: str) -> list[dict]:
        return [value for found, value in self.events if found == kind]

    def join(self) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_the_stream_tells_of_changes_and_of_no_words(
    clinic: Service, browser_of_nobody: Callable[[], Browser], newcomer: str
) -> None:
    browser, desk = browser_of_nobody().log_in(newcomer), clinic.app.state.desk
    visitor = Visitor(clinic)
    heard = Heard(browser, visitor.id)
    desk.store.keep(visitor.id, "m1", "my secret words")
    wait_for(lambda: len(heard.of("changed")) >= 2)
    urgent = open_case(clinic, reason="suicide", urgency="urgent")
    wait_for(lambda: urgent.case_id in heard.of("queue")[-1]["urgent"])
    accused = open_case(clinic, reason="abuse", urgency="urgent", queue="allegations")
    visitor.client.post(
        f"/api/conversations/{visitor.id}/typing", json={"typing": True}, headers=visitor.headers
    )
    wait_for(lambda: heard.of("typing") == [{"typing": True}])
    desk.sessions.revoke_all(newcomer)
    desk.cases.claim(urgent.case_id, ANN)
    heard.join()
    assert heard.events[-1][0] == "out"
    assert "secret" not in str(heard.events)
    assert accused.case_id not in str(heard.events)
