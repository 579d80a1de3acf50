"""Accounts, sessions, canned replies: what admins and everybody settle in the console."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.desk.conftest import Service
from tests.desk.console.conftest import ANN, PASSWORD, Browser, open_case

Open = Callable[[], Browser]


def test_a_new_account_gets_a_password_that_is_shown_once(
    clinic: Service, ann: Browser, browser_of_nobody: Open
) -> None:
    email = "fresh@clinic.example"
    made = ann.post("/accounts", email=email, name="Fay Fresh", role="agent").text
    found = re.search(r'class="secret">([^<]+)<', made)
    assert found is not None
    assert found[1] not in ann.page("/accounts")
    browser_of_nobody().log_in(email, found[1])
    kept = ann.post("/accounts", email=email, name="Fay Known", role="agent").text
    assert 'class="secret"' not in kept
    assert clinic.app.state.desk.staff.find(email).name == "Fay Known"


def test_a_closed_account_is_out_at_once(
    clinic: Service, ann: Browser, browser_of_nobody: Open, newcomer: str
) -> None:
    browser = browser_of_nobody().log_in(newcomer)
    assert ann.post("/accounts/close", email=newcomer).status_code == 303
    assert browser.get().status_code == 303
    assert browser.try_log_in(newcomer, PASSWORD).status_code == 403
    ann.post("/accounts/reopen", email=newcomer)
    browser.log_in(newcomer)


def test_a_role_counts_from_the_next_log_in(
    clinic: Service, ann: Browser, browser_of_nobody: Open, newcomer: str
) -> None:
    browser = browser_of_nobody().log_in(newcomer)
    ann.post("/accounts", email=newcomer, role="admin")
    assert browser.get("/accounts").status_code == 303
    assert browser.log_in(newcomer).get("/accounts").status_code == 200


def test_an_admin_cannot_close_or_demote_the_own_account(clinic: Service, ann: Browser) -> None:
    assert ann.post("/accounts/close", email=ANN).status_code == 409
    assert ann.post("/accounts", email=f" {ANN.upper()}", role="agent").status_code == 422
    person = clinic.app.state.desk.staff.find(ANN)
    assert (person.active, person.role) == (True, "admin")


def test_wrong_values_are_named_and_what_was_typed_stays(ann: Browser) -> None:
    answer = ann.post("/accounts", email="no address", name="Typed Name", role="agent")
    assert (answer.status_code, "no e-mail address" in answer.text) == (422, True)
    assert 'value="Typed Name"' in answer.text
    assert ann.post("/accounts", email="x@clinic.example", role="chief").status_code == 422


def test_one_ends_the_own_sessions_and_an_admin_anybodys(
    clinic: Service, ann: Browser, ben: Browser, browser_of_nobody: Open, newcomer: str
) -> None:
    first, second = browser_of_nobody().log_in(newcomer), browser_of_nobody().log_in(newcomer)
    listed = clinic.app.state.desk.sessions.list(newcomer)
    assert len(listed) == 2
    assert ben.post("/sessions/revoke", session=listed[0].id).status_code == 404
    assert len(clinic.app.state.desk.sessions.list(newcomer)) == 2
    assert first.post("/sessions/revoke", session=listed[0].id).status_code == 303  # the newer
    assert (first.get().status_code, second.get().status_code) == (200, 303)
    assert ann.post("/sessions/revoke", session=listed[1].id).status_code == 303
    assert first.get().status_code == 303


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(
    clinic: Service, browser_of_nobody: Open, newcomer: str
) -> None:
    browser, other = browser_of_nobody().log_in(newcomer), browser_of_nobody().log_in(newcomer)
    new = "another long password"

    def change(old: str, again: str = new, chosen: str = new) -> int:
        fields = {"old": old, "new": chosen, "again": again}
        return browser.post("/account/password", **fields).status_code

    assert change("not the old one") == 422
    assert change(PASSWORD, again="typed otherwise") == 422
    assert change(PASSWORD, "short", "short") == 422
    assert other.get().status_code == 200
    assert change(PASSWORD) == 303
    assert (browser.get().status_code, other.get().status_code) == (200, 303)
    browser_of_nobody().log_in(newcomer, new)


def test_canned_replies_are_kept_by_admins_and_offered_in_cases(
    clinic: Service, ann: Browser, ben: Browser
) -> None:
    desk = clinic.app.state.desk
    ann.post("/canned", title="Hours", language="en", text="We are here from nine.")
    ann.post("/canned", title="Horas", language="es", text="Estamos desde las nueve.")
    kept = {one.title: one for one in desk.canned.list()}
    case = open_case(clinic)
    ben.post(f"/cases/{case.case_id}/claim")
    page = ben.page(f"/cases/{case.case_id}")
    assert page.index("We are here from nine.") < page.index("Estamos desde las nueve.")
    assert "Change" not in ben.page("/canned")
    fields = {"title": "Hours", "language": "en", "text": "From ten.", "id": kept["Hours"].id}
    ann.post("/canned", **fields)
    ann.post("/canned/remove", id=kept["Horas"].id)
    assert [one.text for one in desk.canned.list() if one.title in kept] == ["From ten."]
    empty = ann.post("/canned", title="Empty", language="en", text=" ")
    assert (empty.status_code, 'value="Empty"' in empty.text) == (422, True)
    assert ann.post("/canned", title="x", language="tlh", text="x").status_code == 422
    assert ann.post("/canned/remove", id="1 or 1").status_code == 422
