"""A conversation as staff see it: what was said and why, the case, its notes and its history."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from desk import texts
from desk.cases import Case
from desk.console.drafts import Draft
from desk.console.guard import Call
from desk.console.pages import show
from desk.console.sight import check_seen, seen_case
from desk.transitions import TRANSITIONS, UNCLAIMED

OUTCOMES = (
    "answered",
    "referred to a clinician",
    "appointment arranged",
    "called back",
    "emergency services informed",
    "no answer from the visitor",
    "not for us",
)
_DONE = {
    "claim": "You have this case now. The visitor sees your name.",
    "release": "The case is back in the queue.",
    "reassign": "The case has a new owner.",
    "reply": "The visitor has your reply.",
    "note": "Your note is kept. The visitor does not see it.",
    "resolve": "The case is closed. The assistant answers again.",
    "hand_back": "The case is closed and the visitor has your last sentence.",
}


def case_page(call: Call) -> Response:
    """GET /staff/cases/{case_id}."""
    return shown_case(call, seen_case(call, call.path("case_id")))


def conversation_page(call: Call) -> Response:
    """GET /staff/conversations/{conversation_id}, with its open case where there is one."""
    conversation_id = call.path("conversation_id")
    check_seen(call, conversation_id)
    case = call.desk.cases.current(conversation_id)
    return _shown(call, conversation_id, case, {})


def shown_case(
    call: Call,
    case: Case,
    *,
    problem: str = "",
    draft: Draft | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The case's page; `typed` is what somebody wrote that could not be taken."""
    more = {"problem": problem, "draft": draft, "typed": typed or {}}
    return _shown(call, case.conversation_id, case, more, status)


def _shown(
    call: Call, conversation_id: str, case: Case | None, more: Mapping[str, Any], status: int = 200
) -> Response:
    desk = call.desk
    conversation = desk.store.conversation(conversation_id)
    messages = desk.store.messages(conversation_id)
    content = {
        "conversation": conversation,
        "messages": messages,
        "latest": next((m.text for m in reversed(messages) if m.sender == "visitor"), ""),
        "feedback": {g.reply_id: g for g in desk.feedback.list(conversation_id=conversation_id)},
        "cases": desk.cases.of_conversation(conversation_id),
        "case": case,
        "problem": "",
        "draft": None,
        "typed": {},
        "done": _DONE.get(call.request.query_params.get("done", ""), ""),
        **(_of_case(call, case, conversation.language) if case else {}),
        **more,
    }
    return show(call, "conversation.html", status, **content)


def _of_case(call: Call, case: Case, language: str | None) -> dict[str, Any]:
    """What there is beside the conversation when there is a case."""
    desk, people = call.desk, call.desk.staff.list()
    events = desk.cases.events(case.case_id)
    fit = [p for p in people if p.active and (p.is_admin or case.queue == "general")]
    return {
        "events": events,
        "notes": [event for event in events if event.action == "note"],
        "names": {person.email: person.name or person.email for person in people},
        "people": [person for person in fit if person.email != case.assignee],
        "callback": desk.cases.callback(case.case_id),
        "place": desk.cases.place(case),
        "can": {action for state, action in TRANSITIONS if state == case.state},
        "free": case.state in UNCLAIMED,
        "mine": case.state == "claimed" and case.assignee == call.person.email,
        "canned": desk.canned.list(language),
        "message_id": f"console-{uuid.uuid4()}",
        "farewell": texts.handed_back(language),
        "outcomes": OUTCOMES,
    }
