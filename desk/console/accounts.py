"""The page of accounts, for admins; and everybody's own account."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from desk.console.guard import Call
from desk.console.pages import go, show, text_of
from desk.errors import InvalidInput, LoginRefused
from desk.passwords import new_password
from desk.staff import ROLES, Role
from desk.website.refusals import Refused


def accounts(call: Call) -> Response:
    """GET /staff/accounts, for admins."""
    return _accounts(call)


def add(call: Call) -> Response:
    """POST /staff/accounts: a new account, or a new name, role or password for a known one. The
    password is made here and shown once.
    """
    email, name, role = (text_of(call.form, key) for key in ("email", "name", "role"))
    try:
        chosen = _role(role)
        known = call.desk.staff.find(email)
        if known and known.email == call.person.email and chosen != "admin":
            raise InvalidInput("You cannot take the role of admin from yourself.")
        needs_one = known is None or not known.can_log_in or "new_password" in call.form
        password = new_password() if needs_one else None
        person = call.desk.staff.add(email, name, chosen, password)
    except InvalidInput as error:
        return _accounts(call, 422, problem=str(error), typed=call.form)
    if known and (needs_one or known.role != person.role):
        call.desk.sessions.revoke_all(person.email)
    return _accounts(call, made=person, password=password or "")


def close(call: Call) -> Response:
    """POST /staff/accounts/close: nobody logs in with it any more."""
    person = call.desk.staff.set_active(_other(call), False)
    call.desk.sessions.revoke_all(person.email)
    return go("/staff/accounts", done="closed")


def reopen(call: Call) -> Response:
    """POST /staff/accounts/reopen."""
    call.desk.staff.set_active(_other(call), True)
    return go("/staff/accounts", done="reopened")


def own(call: Call) -> Response:
    """GET /staff/account: one's sessions and password."""
    return _own(call)


def change_password(call: Call) -> Response:
    """POST /staff/account/password; every other session of the person ends."""
    form, email = call.form, call.person.email
    try:
        call.desk.staff.log_in(email, form.get("old", ""))
        if form.get("new", "") != form.get("again", ""):
            raise InvalidInput("The new password was typed in two different ways.")
        call.desk.staff.add(email, password=form.get("new", ""))
    except (InvalidInput, LoginRefused) as error:
        return _own(call, 422, problem=_why(error))
    for session in call.desk.sessions.list(email):
        if session.id != call.session.id:
            call.desk.sessions.revoke(session.id)
    return go("/staff/account", done="password")


def revoke(call: Call) -> Response:
    """POST /staff/sessions/revoke: one's own, or as an admin anybody's."""
    wanted = text_of(call.form, "session")
    session = next((one for one in call.desk.sessions.list() if one.id == wanted), None)
    if session is None or not (call.person.is_admin or session.email == call.person.email):
        raise Refused(404, "no_session", "That session is over already.")
    call.desk.sessions.revoke(session.id)
    back = "/staff/account" if session.email == call.person.email else "/staff/accounts"
    return go(back, done="revoked")


_DONE = {
    "closed": "The account is closed and its sessions have ended.",
    "reopened": "The account is open again.",
    "password": "Your password is changed. Your other sessions have ended.",
    "revoked": "The session has ended.",
}


def _done(call: Call) -> str:
    return _DONE.get(call.request.query_params.get("done", ""), "")


def _accounts(call: Call, status: int = 200, **more: Any) -> Response:
    content: dict[str, Any] = {
        "people": call.desk.staff.list(),
        "sessions": call.desk.sessions.list(),
        "roles": ROLES,
        "own": call.session.id,
        "done": _done(call),
        **dict.fromkeys(("problem", "password", "made"), ""),
        "typed": {},
    }
    return show(call, "accounts.html", status, **{**content, **more})


def _own(call: Call, status: int = 200, **more: Any) -> Response:
    sessions = call.desk.sessions.list(call.person.email)
    content = {"problem": "", "done": _done(call), "sessions": sessions, **more}
    return show(call, "account.html", status, own=call.session.id, **content)


def _other(call: Call) -> str:
    """Whose account it is. Raises Refused for one's own: somebody must be left to undo it."""
    email = text_of(call.form, "email")
    if email == call.person.email:
        raise Refused(409, "own_account", "You cannot close or open your own account.")
    return email


def _role(name: str) -> Role:
    for role in ROLES:
        if role == name:
            return role
    raise InvalidInput(f"role {name!r} is not one of {', '.join(ROLES)}.")


def _why(error: InvalidInput | LoginRefused) -> str:
    if isinstance(error, LoginRefused) and error.code == "wrong":
        return "The old password is wrong."
    return str(error)
