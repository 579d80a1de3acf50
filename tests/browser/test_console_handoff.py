"""A visitor's browser and a member of staff's play handoffs together."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desk.cases.time_side import Waiting
from tests.browser.conftest import Visits
from tests.browser.desk_process import DeskProcess
from tests.browser.desk_thread import DeskThread
from tests.browser.rasa_stand_in import CITATION, RasaStandIn
from tests.browser.staff_page import ANN, BEN, NAMES, PASSWORD, StaffPage
from tests.browser.views import View
from tests.browser.widget_page import WidgetPage

VIEWS = [View("desktop", "light"), View("phone", "dark")]


@pytest.fixture(scope="module")
def clinic(rasa: RasaStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskThread]:
    """A desk with staff who may log in."""
    with DeskThread(tmp_path_factory.mktemp("clinic"), rasa.url) as desk:
        desk.desk.staff.add(ANN, NAMES[ANN], "admin", PASSWORD)
        desk.desk.staff.add(BEN, NAMES[BEN], "agent", PASSWORD)
        yield desk


StaffVisit = Callable[..., StaffPage]


@pytest.fixture
def staff(visit: Visits) -> StaffVisit:
    """Opens the console in a browser of its own."""

    def open_console(url: str, view: View = VIEWS[0], email: str = ANN) -> StaffPage:
        return StaffPage(visit(f"{url}/staff", view).page, url).log_in(email)

    return open_console


def case_of(clinic: DeskThread, widget: WidgetPage) -> str:
    case = clinic.desk.cases.current(widget.conversation_id)
    assert case is not None
    return case.case_id


class Handoff:
    """One handoff, step by step; each is looked at on both sides."""

    def __init__(
        self, clinic: DeskThread, widget: WidgetPage, staff: StaffPage, view: View
    ) -> None:
        self.clinic, self.widget, self.staff, self._view = clinic, widget, staff, view
        self._step = 0
        self.case_id = ""

    def look(self, name: str) -> None:
        self._step += 1
        name = f"handoff-{self._view}/{self._step:02}-{name}"
        self.staff.look(f"{name}-staff", access=self._view.size == "desktop")
        self.widget.screenshot(f"console/{name}-visitor")

    def wait(self) -> None:
        self.widget.open().ask("what is ketamine?")
        self.widget.ask("what dose may I take?")
        self.case_id = case_of(self.clinic, self.widget)
        expect(self.staff.row(self.case_id)).to_contain_text("Waiting")  # without a reload
        self.look("waiting")

    def claim(self) -> None:
        self.staff.row(self.case_id).get_by_role("button").click()
        expect(self.staff.page.locator("#head")).to_contain_text("With you")
        expect(self.widget.standing).to_contain_text(NAMES[ANN])
        expect(self.staff.page).to_have_title(re.compile(rf"^Case {self.case_id} · Staff$"))
        self.look("claimed")

    def write(self) -> None:
        """Both see that the other writes; a note stays inside."""
        self.staff.text.press_sequentially("Good morn")
        expect(self.widget.panel).to_contain_text(f"{NAMES[ANN]} is writing")
        self.widget.entry.press_sequentially("are you th")
        expect(self.staff.page.locator("#typing")).to_contain_text("writing")
        self.look("typing")
        self.widget.say("are you there?")
        expect(self.staff.of("visitor").last).to_contain_text("are you there?")
        assert self.staff.text.input_value() == "Good morn"  # what comes in takes nothing away
        self.staff.reply("Good morning, I am a nurse here.")
        expect(self.widget.of("staff")).to_contain_text("I am a nurse here.")
        expect(self.staff.messages.last).to_contain_text("I am a nurse here.")
        self.staff.page.get_by_label("New note").fill("sounds anxious")
        self.staff.button("Keep the note").click()
        expect(self.staff.page.locator("#note-list")).to_contain_text("sounds anxious")
        self.look("answered")

    def draft(self) -> None:
        """A draft is sent by nobody but the person who reads it."""
        self.staff.page.get_by_label("Draft from the documents").fill("what is ketamine")
        self.staff.page.keyboard.press("Enter")
        expect(self.staff.text).to_have_value(re.compile("anesthetic"))
        self.look("draft")
        sent = [text for who, text in self.clinic.texts(self.widget.conversation_id)]
        assert not any(text.startswith(CITATION["text"]) for text in sent)
        self.staff.text.fill("It is an anesthetic. Your prescriber decides about the dose.")
        self.staff.button("Send").click()
        expect(self.widget.of("staff").last).to_contain_text("Your prescriber decides")

    def release(self) -> None:
        self.staff.button("Release").click()
        expect(self.staff.page.locator("#head")).to_contain_text("Waiting")
        expect(self.widget.standing).not_to_contain_text(NAMES[ANN])
        self.look("released")

    def miss(self) -> None:
        hours = self.clinic.desk.clinic.opening
        missed = self.clinic.desk.cases.miss(Waiting(hours, {}, 0.0))
        assert self.case_id in [case.case_id for case in missed]
        expect(self.staff.page.locator("#head")).to_contain_text("Missed")
        self.staff.go("/missed")
        expect(self.staff.row(self.case_id)).to_be_visible()
        self.look("missed")

    def ask_for_a_call(self) -> None:
        form = ("Kim", "555 0100", "mornings")
        self.clinic.desk.cases.ask_callback(self.case_id, *form)
        self.staff.go("/callbacks")
        for words in form:
            expect(self.staff.row(self.case_id)).to_contain_text(words)
        self.look("callback")

    def reassign(self) -> None:
        """To a colleague and back: the visitor always sees who it is."""
        self.staff.go(f"/cases/{self.case_id}")
        self.staff.page.get_by_label("Give to").select_option(BEN)
        self.staff.button("Give").click()
        expect(self.staff.page.locator("#composer")).to_contain_text(f"{NAMES[BEN]} answers here")
        expect(self.widget.standing).to_contain_text(NAMES[BEN])
        self.look("reassigned")
        self.clinic.desk.cases.reassign(self.case_id, ANN, BEN)
        expect(self.staff.button("Send")).to_be_visible()  # without a reload

    def hand_back(self) -> None:
        self.staff.unfold("Hand back to the assistant")
        self.look("hand-back-form")
        self.staff.page.get_by_label("Last sentence to the visitor").fill("Take care, Kim.")
        self.staff.button("Hand back").click()
        expect(self.staff.page.locator("#head")).to_contain_text("Closed")
        expect(self.widget.of("staff").last).to_contain_text("Take care, Kim.")
        self.look("handed-back")
        self.widget.ask("and what is esketamine?")
        assert self.widget.of("bot").last.text_content() is not None

    def check_history(self) -> None:
        history = self.staff.page.locator("#history-list")
        actions = [event.action for event in self.clinic.desk.cases.events(self.case_id)]
        assert history.locator("li").count() == len(actions)
        for action in ("claim", "release", "miss", "ask_callback", "reassign", "hand_back"):
            assert action in actions
        said = [text for _, text in self.clinic.texts(self.widget.conversation_id)]
        assert "sounds anxious" not in " ".join(said) + (self.widget.panel.text_content() or "")


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_handoff_goes_through_every_state(
    clinic: DeskThread, visit: Visits, staff: StaffVisit, view: View
) -> None:
    console = staff(clinic.url, view)
    handoff = Handoff(clinic, visit(clinic.url, view), console, view)
    handoff.wait()
    handoff.claim()
    handoff.write()
    handoff.draft()
    handoff.release()
    handoff.miss()
    handoff.ask_for_a_call()
    handoff.reassign()
    handoff.hand_back()
    handoff.check_history()


@pytest.fixture
def staffed_desk(own_desk: DeskProcess) -> DeskProcess:
    """A desk in a process that may be ended, with one member of staff."""
    add = ("staff", "add", ANN, "--name", NAMES[ANN], "--role", "admin", "--password-stdin")
    own_desk.run(*add, stdin=f"{PASSWORD}\n")
    return own_desk


def test_a_handoff_outlasts_a_reload_and_a_killed_desk(
    staffed_desk: DeskProcess, visit: Visits, staff: StaffVisit
) -> None:
    """What either side writes while the desk is gone arrives once it is back, once, in order."""
    widget = visit(staffed_desk.url).open()
    widget.ask("what dose may I take?")
    console = staff(staffed_desk.url)
    console.page.locator(".case .name").click()
    console.button("Claim this case to answer").click()
    console.reply("one")
    expect(widget.of("staff")).to_have_count(1)
    widget.page.reload()
    expect(widget.of("staff")).to_have_count(1)
    widget.say("two")
    expect(console.of("visitor")).to_have_count(2)

    staffed_desk.stop(signal.SIGKILL)
    console.text.fill("three")
    console.button("Send").click()
    expect(console.page.locator("#line")).to_contain_text("Trying again")
    expect(console.page.locator("#told")).to_be_empty()  # nothing claims that it was sent
    console.look("restart/1-desk-gone-staff")
    widget.screenshot("console/restart/1-desk-gone-visitor")
    staffed_desk.start()
    expect(console.of("staff")).to_have_count(2)
    expect(widget.of("staff")).to_have_count(2)
    widget.say("four")
    expect(console.of("visitor")).to_have_count(3)
    console.reply("five")
    expect(widget.of("staff")).to_have_count(3)
    expect(console.page.locator("#line")).to_be_empty()

    widget.page.reload()
    expect(widget.of("staff")).to_have_count(3)
    console.page.reload()
    expect(console.page.locator("#told")).to_be_empty()
    order = [line for line in console.said() if line.startswith(("visitor", "staff"))]
    assert order == [
        "visitor: what dose may I take?",
        "staff: one",
        "visitor: two",
        "staff: three",
        "visitor: four",
        "staff: five",
    ]
    console.look("restart/2-all-there-staff")
    widget.screenshot("console/restart/2-all-there-visitor")


def test_of_two_who_claim_one_gets_the_case_and_the_other_sees_who(
    clinic: DeskThread, visit: Visits, staff: StaffVisit
) -> None:
    widget = visit(clinic.url).open()
    widget.ask("what dose may I take?")
    case_id = case_of(clinic, widget)
    ann, ben = staff(clinic.url), staff(clinic.url, email=BEN)
    ann.go(f"/cases/{case_id}")
    ben.page.route("**/staff/events*", lambda route: route.abort())  # Ben's page hears of nothing
    ben.go(f"/cases/{case_id}")
    ann.button("Claim this case to answer").click()
    expect(ann.button("Send")).to_be_visible()
    ben.button("Claim this case to answer").click()
    expect(ben.page.get_by_role("alert").filter(has_text="held by")).to_contain_text(ANN)
    expect(ben.page.locator("#composer")).to_contain_text(f"{NAMES[ANN]} answers here")
    ben.look("claimed-by-another")


def test_an_urgent_case_is_heard_and_named_without_what_was_written(
    clinic: DeskThread, visit: Visits, staff: StaffVisit
) -> None:
    console = staff(clinic.url)
    console.page.context.grant_permissions(["notifications"], origin=clinic.url)
    console.page.add_init_script("""
        window.told = [];
        window.tones = 0;
        class Notification {
          static permission = "granted";
          static requestPermission = async () => "granted";
          constructor(title, options) { told.push([title, options.body]); }
        }
        window.Notification = Notification;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) { tones += 1; start.call(this, at); };
    """)
    console.go("")
    widget = visit(clinic.url).open()
    widget.ask("i want to end it before anybody asked for alerts")
    quiet = case_of(clinic, widget)
    expect(console.page.locator("#alarm")).to_contain_text(quiet)
    assert console.page.evaluate("told.length + tones") == 0  # nobody has asked for it yet
    console.button("Alert me to urgent cases").click()
    expect(console.page.locator("#alerts-say")).to_contain_text("Sound and notification are on")
    second = visit(clinic.url).open()
    second.ask("i want to end it")
    case_id = case_of(clinic, second)
    expect(console.page.locator("#alarm")).to_contain_text(case_id)
    console.look("urgent")
    assert ["An urgent case waits", f"Case {case_id}"] in console.page.evaluate("told")
    assert console.page.evaluate("tones") > 0
    assert "end it" not in str(console.page.evaluate("told")) + console.page.title()
    for one in (quiet, case_id):
        clinic.desk.cases.claim(one, ANN)
    expect(console.page.locator("#alarm")).to_be_empty()


def test_tabs_out_of_sight_share_one_line(clinic: DeskThread, staff: StaffVisit) -> None:
    """A browser opens six connections to a server: a dozen open cases may not use them up."""
    first = staff(clinic.url)
    tabs = [first.page.context.new_page() for _ in range(8)]
    for tab in tabs:
        tab.goto(f"{clinic.url}/staff")
        sight(tab, hidden=True)
    first.page.reload()  # which would wait for a free connection for ever
    clinic.desk.cases.open("in-sight", channel="shell", reason="records", urgency="normal")
    expect(first.page.locator("#waiting-part")).to_contain_text("records")
    lists = [tab.locator("#waiting-part") for tab in tabs]
    wait_until(lambda: sum("records" in (one.text_content() or "") for one in lists) == 1)
    for tab, shown in zip(tabs[-2:], lists[-2:], strict=True):
        sight(tab, hidden=False)
        expect(shown).to_contain_text("records")


def sight(tab: Page, hidden: bool) -> None:
    """Puts a tab out of sight, which a browser without a screen does not do itself."""
    tab.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_a_revoked_session_loses_its_page_at_once(clinic: DeskThread, staff: StaffVisit) -> None:
    console = staff(clinic.url, email=BEN)
    clinic.desk.sessions.revoke_all(BEN)
    clinic.desk.cases.open("elsewhere", channel="shell", reason="records", urgency="normal")
    expect(console.page).to_have_url(re.compile("/staff/login"))


def test_a_handoff_by_keyboard_alone(clinic: DeskThread, visit: Visits, staff: StaffVisit) -> None:
    """From the log-in to the hand-back without a pointer, focus in sight all the way."""
    widget = visit(clinic.url).open()
    widget.ask("what dose may I take?")
    case_id = case_of(clinic, widget)
    page = visit(f"{clinic.url}/staff/cases/{case_id}").page
    keys = page.keyboard
    expect(page.get_by_label("E-mail address")).to_be_focused()
    keys.type(ANN)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.locator("#do-claim")).to_be_visible()
    keys.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    console = StaffPage(page, clinic.url)
    console.look("keyboard-skip-link")
    keys.press("q")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    page.wait_for_load_state()
    while page.evaluate("document.activeElement.closest('.case')?.id") != f"row-{case_id}":
        keys.press("j")
    console.look("keyboard-chosen")
    keys.press("Enter")
    expect(page.locator("#do-claim")).to_be_visible()
    page.wait_for_load_state()  # with its script
    keys.press("c")
    expect(console.text).to_be_visible()
    page.wait_for_load_state()
    keys.press("r")
    expect(console.text).to_be_focused()
    keys.type("Hello, I am here.")
    keys.press("Control+Enter")
    expect(widget.of("staff")).to_contain_text("Hello, I am here.")
    keys.press("Escape")
    keys.press("n")
    keys.type("c is a letter here")
    keys.press("Control+Enter")
    expect(page.locator("#note-list")).to_contain_text("c is a letter here")
    tab_to("Hand back to the assistant", console)
    keys.press("Enter")
    tab_to("Hand back", console)
    keys.press("Enter")
    expect(page.locator("#head")).to_contain_text("Closed")


def tab_to(name: str, console: StaffPage) -> None:
    """Backwards with the Tab key until the focus is on what has this name."""
    script = "document.activeElement.textContent.trim()"
    deadline = time.monotonic() + 20
    while console.page.evaluate(script) != name:
        assert time.monotonic() < deadline, f"the Tab key never came to {name!r}"
        console.page.keyboard.press("Shift+Tab")


def test_the_screens_folder_holds_both_sides_of_every_step() -> None:
    """Runs after the handoff above; a screen that was not kept cannot be looked at."""
    folder = Path(__file__).parents[2] / "var" / "test" / "screens" / "console"
    for view in VIEWS:
        kept = {path.stem for path in (folder / f"handoff-{view}").glob("*.png")}
        steps = {name.removesuffix("-staff") for name in kept if name.endswith("-staff")}
        assert len(steps) >= 10
        assert {f"{step}-visitor" for step in steps} <= kept
