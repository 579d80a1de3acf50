"""What staff do with a case from its page: each is one posted form."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from desk.cases import Case
from desk.console.conversation import shown_case
from desk.console.drafts import NO_DRAFT
from desk.console.guard import Call
from desk.console.pages import go, text_of
from desk.console.sight import seen_case
from desk.errors import AssistantUnavailable, CaseError, InvalidInput
from desk.website.refusals import Refused

REPLY_CHARS = 10_000


def act(call: Call) -> Response:
    """POST /staff/cases/{case_id}/{action}."""
    case, name = seen_case(call, call.path("case_id")), call.path("action")
    action = ACTIONS.get(name)
    if action is None:
        raise Refused(404, "not_found", f"Nothing can be done with a case that is called {name}.")
    try:
        action(call, case)
    except (CaseError, InvalidInput) as error:
        now = call.desk.cases.get(case.case_id)
        return shown_case(call, now, problem=str(error), typed=call.form, status=409)
    return go(f"/staff/cases/{case.case_id}", done=name)


def typing(call: Call) -> Response:
    """POST /staff/cases/{case_id}/typing: the visitor sees that somebody writes."""
    case = seen_case(call, call.path("case_id"))
    if case.state == "claimed" and case.assignee == call.person.email:
        is_typing = call.form.get("typing") == "true"
        call.desk.states.tell_typing(case.conversation_id, call.person.name or "", is_typing)
    return Response(status_code=204)


async def draft(call: Call) -> Response:
    """POST /staff/cases/{case_id}/draft: what the documents say, for staff to send or not."""
    case = await run_in_threadpool(seen_case, call, call.path("case_id"))
    question, problem, found = text_of(call.form, "question")[:2000], "", None
    try:
        if question:
            found = await call.desk.drafts.of(question)
        else:
            problem = "Write the question that the documents should answer."
    except AssistantUnavailable:
        problem = NO_DRAFT
    return await run_in_threadpool(
        lambda: shown_case(call, case, problem=problem, draft=found, typed=call.form)
    )


def _claim(call: Call, case: Case) -> None:
    call.desk.cases.claim(case.case_id, call.person.email)


def _release(call: Call, case: Case) -> None:
    call.desk.cases.release(case.case_id, call.person.email)


def _reassign(call: Call, case: Case) -> None:
    to = text_of(call.form, "to")
    person = call.desk.staff.find(to) if to else None
    if person is None:
        raise InvalidInput("Choose who gets the case.")
    if case.queue == "allegations" and not person.is_admin:
        raise InvalidInput("A case about our own staff goes to admins only.")
    call.desk.cases.reassign(case.case_id, person.email, call.person.email)


def _reply(call: Call, case: Case) -> None:
    text = call.form.get("text", "")
    if len(text) > REPLY_CHARS:
        raise InvalidInput(f"The reply has {len(text)} characters, {REPLY_CHARS} are allowed.")
    message_id = text_of(call.form, "message_id")[:64] or None
    call.desk.cases.reply(case.case_id, text, call.person.email, message_id=message_id)


def _note(call: Call, case: Case) -> None:
    call.desk.cases.note(case.case_id, call.form.get("note", ""), call.person.email)


def _resolve(call: Call, case: Case) -> None:
    outcome = text_of(call.form, "outcome")
    if not outcome:
        raise InvalidInput("Write what came of the case before you close it.")
    call.desk.cases.resolve(case.case_id, call.person.email, outcome)


def _hand_back(call: Call, case: Case) -> None:
    sentence = text_of(call.form, "sentence") or None
    outcome = text_of(call.form, "outcome") or None
    call.desk.cases.hand_back(case.case_id, call.person.email, sentence, outcome)


ACTIONS: dict[str, Callable[[Call, Case], None]] = {
    "claim": _claim,
    "release": _release,
    "reassign": _reassign,
    "reply": _reply,
    "note": _note,
    "resolve": _resolve,
    "hand_back": _hand_back,
}
