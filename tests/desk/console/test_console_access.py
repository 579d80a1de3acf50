"""Who gets in, who sees what, and whose posts are believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import update
from starlette.routing import Route

from desk.cases import Case
from desk.console.routes import CONSOLE_ROUTES
from desk.models import sessions, stamp
from tests.desk.conftest import Service, Visitor
from tests.desk.console.conftest import ANN, BEN, PASSWORD, Browser, open_case

Open = Callable[[], Browser]
OPEN_TO_ALL = {"/staff/login", "/staff/static/{name}"}


def guarded() -> Iterator[tuple[str, Route]]:
    for route in CONSOLE_ROUTES:
        for method in sorted((route.methods or set()) - {"HEAD"}):
            if route.path not in OPEN_TO_ALL:
                yield method, route


def path_of(route: Route, case: Case) -> str:
    values = {"case_id": case.case_id, "conversation_id": case.conversation_id, "action": "claim"}
    return route.path.replace(":path", "").format(**values, rest="elsewhere")


def test_no_route_answers_without_a_session(clinic: Service, newcomer: str, case: Case) -> None:
    """Neither without a cookie nor with one that is forged, revoked or of a closed account."""
    desk, routes = clinic.app.state.desk, list(guarded())
    assert len(routes) >= 28
    revoked, closed = desk.sessions.start(newcomer), desk.sessions.start(newcomer)
    desk.sessions.revoke_all(newcomer)
    desk.staff.set_active(newcomer, False)
    before = desk.cases.get(case.case_id)
    for token in (None, "", "forged", "x" * 5000, revoked, closed):
        headers = {} if token is None else {"Cookie": f"desk_staff={token}"}
        for method, route in routes:
            path = path_of(route, case)
            answer = clinic.client.request(method, path, headers=headers)
            assert answer.status_code == 303, f"{method} {path}"
            assert answer.headers["location"].startswith("/staff/login"), path
            assert "may I take more" not in answer.text
    assert desk.cases.get(case.case_id) == before


def test_no_post_is_believed_without_its_token(
    clinic: Service, ann: Browser, ben: Browser, case: Case
) -> None:
    posts = [path_of(route, case) for method, route in guarded() if method == "POST"]
    assert len(posts) >= 12
    for path in posts:
        for csrf in ("", "wrong", "ü", ben.csrf):
            answer = ann.client.post(path, data={"csrf": csrf, "text": "hello"})
            assert answer.status_code == 403, path
        foreign = {"Sec-Fetch-Site": "cross-site"}
        answer = ann.client.post(path, data={"csrf": ann.csrf}, headers=foreign)
        assert answer.status_code == 403, path
    assert clinic.app.state.desk.cases.get(case.case_id).state == "waiting"
    assert ann.get().status_code == 200  # still logged in


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/allegations"),
        ("GET", "/accounts"),
        ("POST", "/accounts"),
        ("POST", "/accounts/close"),
        ("POST", "/accounts/reopen"),
        ("POST", "/canned"),
        ("POST", "/canned/remove"),
    ],
)
def test_what_is_for_admins_is_refused_to_agents(
    clinic: Service, ben: Browser, method: str, path: str
) -> None:
    answer = ben.get(path) if method == "GET" else ben.post(path, email=ANN, title="x", text="x")
    assert answer.status_code == 403
    assert clinic.app.state.desk.staff.find(ANN).active
    assert "x" not in [one.title for one in clinic.app.state.desk.canned.list()]


def test_an_agent_sees_nothing_of_a_conversation_with_an_allegation(
    clinic: Service, ann: Browser, ben: Browser
) -> None:
    """Not even once the case about it is closed and another one is open."""
    desk = clinic.app.state.desk
    words = "your nurse frightened me"
    case = open_case(clinic, words, reason="abuse", urgency="urgent", queue="allegations")
    desk.cases.note(case.case_id, words, ANN)
    for _ in range(2):
        talk = f"/conversations/{case.conversation_id}"
        for path in ("", "/missed", "/callbacks", "/gaps"):
            assert case.case_id not in ben.page(path)
        for path in (f"/cases/{case.case_id}", talk, f"/events?conversation={talk[15:]}"):
            assert ben.get(path).status_code == 404, path
        assert ben.post(f"/cases/{case.case_id}/claim").status_code == 404
        for wanted in ("frightened", case.case_id):
            found = ben.post("/search", wanted=wanted)
            assert (found.status_code, "Nothing was found" in found.text) == (200, True)
        assert words in ann.page(f"/cases/{case.case_id}")
        assert "<mark>frightened</mark>" in ann.post("/search", wanted="frightened").text
        desk.cases.resolve(case.case_id, ANN, "spoken with")
        again = desk.cases.open(
            case.conversation_id, channel="website", reason="records", urgency="normal"
        )
        case = again
    assert "Allegations" not in ben.page()
    assert "Allegations" in ann.page()


def test_a_case_about_staff_goes_to_admins_only(clinic: Service, ann: Browser) -> None:
    case = open_case(clinic, reason="abuse", urgency="urgent", queue="allegations")
    page = ann.page(f"/cases/{case.case_id}")
    assert f'value="{BEN}"' not in page
    answer = ann.post(f"/cases/{case.case_id}/reassign", to=BEN)
    assert (answer.status_code, "admins only" in answer.text) == (409, True)


def test_a_wrong_password_and_an_unknown_account_read_alike(browser_of_nobody: Open) -> None:
    browser = browser_of_nobody()
    wrong = browser.try_log_in(ANN, "not this one")
    unknown = browser.try_log_in("nobody@clinic.example", "not this one")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert wrong.text.replace(ANN, "") == unknown.text.replace("nobody@clinic.example", "")
    assert "not this one" not in wrong.text


def test_an_account_is_locked_after_wrong_passwords(browser_of_nobody: Open, newcomer: str) -> None:
    browser = browser_of_nobody()
    for _ in range(5):
        browser.try_log_in(newcomer, "guessing it")
    answer = browser.try_log_in(newcomer, PASSWORD)
    assert (answer.status_code, "Too many wrong passwords" in answer.text) == (403, True)
    assert browser.get().status_code == 303
    browser.log_in(ANN)  # others are not locked out


def test_a_log_in_needs_the_form_of_this_browser(clinic: Service, browser_of_nobody: Open) -> None:
    other = browser_of_nobody()
    other.page("/login")
    fields = {"email": ANN, "password": PASSWORD, "csrf": "taken from elsewhere"}
    assert other.client.post("/staff/login", data=fields).status_code == 403
    bare = clinic.client.post("/staff/login", data=fields)
    assert (bare.status_code, "sent no cookie" in bare.text) == (403, True)


def test_after_the_log_in_one_comes_to_our_own_pages_only(browser_of_nobody: Open) -> None:
    for wanted, to in {
        "/staff/figures": "/staff/figures",
        "/staff/cases/C-ABC234": "/staff/cases/C-ABC234",
        "https://elsewhere.example/": "/staff",
        "//elsewhere.example/staff": "/staff",
        "/staff/../api": "/staff",
        "/staff\\@elsewhere.example": "/staff",
    }.items():
        answer = browser_of_nobody().try_log_in(ANN, PASSWORD, wanted)
        assert answer.headers["location"] == to


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    clinic: Service, browser_of_nobody: Open
) -> None:
    near = browser_of_nobody().try_log_in(ANN, PASSWORD).headers.get_list("set-cookie")[0]
    assert "HttpOnly" in near and "SameSite=lax" in near and "Path=/" in near
    away = clinic.client.get("/staff/login", headers={"Host": "desk.clinic.example"})
    cookie = away.headers["set-cookie"]
    assert cookie.startswith("__Host-desk_login=") and "Secure" in cookie and "HttpOnly" in cookie


def test_a_cookie_planted_before_the_log_in_is_not_the_session(browser_of_nobody: Open) -> None:
    browser = browser_of_nobody()
    planted = "planted by somebody else"
    browser.client.cookies.set("desk_staff", planted)
    given = browser.try_log_in(ANN, PASSWORD).headers.get_list("set-cookie")[0]
    assert given.startswith("desk_staff=") and planted not in given


def test_logging_out_ends_the_session_for_good(clinic: Service, ann: Browser) -> None:
    token = ann.client.cookies["desk_staff"]
    assert ann.post("/logout").headers["location"] == "/staff/login"
    again = clinic.client.get("/staff", headers={"Cookie": f"desk_staff={token}"})
    assert again.status_code == 303


def test_a_page_that_refreshes_itself_keeps_no_session_alive(
    clinic: Service, browser_of_nobody: Open, newcomer: str
) -> None:
    browser, desk = browser_of_nobody().log_in(newcomer), clinic.app.state.desk

    def last_seen(minutes: float) -> str:
        at = stamp(datetime.now(timezone.utc) - timedelta(minutes=minutes))
        same = sessions.c.email == newcomer
        with desk.database.writing() as connection:
            connection.execute(update(sessions).where(same).values(last_seen_at=at))
        return at

    before = last_seen(minutes=30)
    assert browser.get(**{"X-Live": "1"}).status_code == 200
    assert desk.sessions.list(newcomer)[0].last_seen_at == before
    browser.page()
    assert desk.sessions.list(newcomer)[0].last_seen_at > before
    last_seen(minutes=150)
    assert browser.get(**{"X-Live": "1"}).status_code == 401
    assert browser.get().status_code == 303


def test_what_is_posted_is_bounded(ann: Browser, case: Case) -> None:
    assert ann.post(f"/cases/{case.case_id}/note", note="x" * 70_000).status_code == 413
    assert ann.post("/search", **{f"f{n}": "x" for n in range(60)}).status_code == 400


def test_the_pages_forbid_foreign_scripts_frames_and_caches(clinic: Service, ann: Browser) -> None:
    for answer in (ann.get(), ann.get("/nothing"), clinic.client.get("/staff/login")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "style=" not in answer.text and "onclick" not in answer.text


def test_a_visitors_token_opens_no_page_and_a_session_no_conversation(
    clinic: Service, ann: Browser
) -> None:
    visitor = Visitor(clinic)
    answer = clinic.client.get("/staff", headers=visitor.headers)
    assert answer.status_code == 303
    path = f"/api/conversations/{visitor.id}"
    assert ann.client.get(path).status_code == 401
