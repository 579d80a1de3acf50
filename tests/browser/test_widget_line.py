"""The conversation outlasts reloads, tabs, sleep, a line that is gone and a desk that is killed:
it is there, in order, without doubles, and what was typed meanwhile is sent once.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visits
from tests.browser.desk_process import DeskProcess
from tests.browser.desk_thread import DeskThread
from tests.browser.rasa_stand_in import RasaStandIn
from tests.browser.views import DESKTOP, PHONE, View
from tests.browser.widget_page import WidgetPage

BOTH_SIZES = pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=str)


def start(visit: Visits, url: str, view: View = DESKTOP) -> WidgetPage:
    """A visitor with one question asked and answered."""
    widget = visit(url, view).open()
    widget.ask("first question")
    return widget


def asked(desk: DeskThread, widget: WidgetPage) -> list[str]:
    """What the visitor wrote, as the desk has it."""
    return [text for who, text in desk.texts(widget.conversation_id) if who == "visitor"]


def hear(widget: WidgetPage, count: int, seconds: float = 20) -> None:
    """Waits for so many messages, of both sides together."""
    expect(widget.messages).to_have_count(count, timeout=1000 * seconds)


def test_a_reload_shows_the_conversation_as_it_was(visit: Visits, desk: DeskThread) -> None:
    widget = start(visit, desk.url)
    widget.ask("second question")
    before = widget.said()
    widget.page.reload()
    expect(widget.panel).to_be_visible()  # as it was left
    hear(widget, 4)
    assert widget.said() == before
    widget.ask("third question")
    assert asked(desk, widget) == ["first question", "second question", "third question"]


def test_a_reload_on_a_phone_leaves_the_page_free(visit: Visits, desk: DeskThread) -> None:
    widget = start(visit, desk.url, PHONE)
    widget.page.reload()
    expect(widget.launcher).to_be_visible()
    widget.open()
    hear(widget, 2)


def test_the_back_button_finds_the_conversation(visit: Visits, desk: DeskThread) -> None:
    widget = start(visit, desk.url)
    before = widget.said()
    widget.page.goto(f"{desk.url}/healthz")
    desk_page = widget.page.go_back()
    assert desk_page is None or desk_page.ok
    expect(widget.panel).to_be_visible()
    hear(widget, 2)
    assert widget.said() == before
    widget.ask("after the way back")


def test_two_tabs_show_one_conversation(visit: Visits, desk: DeskThread) -> None:
    first = start(visit, desk.url)
    second = visit.second_tab(first).open()
    hear(second, 2)
    second.ask("from the second tab")
    hear(first, 4)
    assert first.said() == second.said()
    second.choose("Delete my conversation")
    second.panel.get_by_role("alertdialog").get_by_role("button").first.click()
    expect(first.messages.last).to_contain_text("ended in another tab")
    first.say("a new beginning")
    expect(second.of("visitor").last).to_contain_text("a new beginning")


def test_two_tabs_that_begin_at_once_have_one_conversation(visit: Visits, desk: DeskThread) -> None:
    first = visit(desk.url).open()
    second = visit.second_tab(first).open()
    first.say("from the first")
    second.say("from the second")
    hear(first, 4)
    hear(second, 4)
    assert first.said() == second.said()
    assert sorted(asked(desk, first)) == ["from the first", "from the second"]


@BOTH_SIZES
def test_what_is_typed_without_a_line_is_sent_once_and_in_order(
    visit: Visits, desk: DeskThread, view: View
) -> None:
    widget = start(visit, desk.url, view)
    widget.page.context.set_offline(True)
    expect(widget.line).to_have_text("No connection. Trying again…")
    for text in ("second", "third", "fourth"):
        widget.say(text)
    expect(widget.panel.get_by_text("Not sent yet.")).to_have_count(3)
    widget.screenshot(f"line/{view}-cut")
    widget.check_access()
    widget.page.context.set_offline(False)
    expect(widget.line).to_have_text("Connected")
    hear(widget, 8)
    expect(widget.panel.locator(".way:not(:empty)")).to_have_count(0)
    assert asked(desk, widget) == ["first question", "second", "third", "fourth"]
    assert [text for text in widget.said() if text.startswith("visitor")] == [
        "visitor: first question",
        "visitor: second",
        "visitor: third",
        "visitor: fourth",
    ]
    assert set(widget.kept()) == {"conversation", "seen"}


def test_what_was_typed_without_a_line_outlasts_a_closed_tab(
    visit: Visits, desk: DeskThread
) -> None:
    widget = start(visit, desk.url)
    widget.page.context.set_offline(True)
    widget.say("typed in a tunnel")
    expect(widget.panel.get_by_text("Not sent yet.")).to_be_visible()
    later = WidgetPage(widget.page.context.new_page())
    widget.page.close()
    later.page.context.set_offline(False)
    visit.tab(later, desk.url)
    later.open()
    hear(later, 4)
    assert asked(desk, later) == ["first question", "typed in a tunnel"]


def test_the_very_first_message_may_be_typed_without_a_line(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    widget.page.context.set_offline(True)
    widget.say("is anybody there")
    expect(widget.panel.get_by_text("Not sent yet.")).to_be_visible()
    widget.page.context.set_offline(False)
    hear(widget, 2)
    assert asked(desk, widget) == ["is anybody there"]


def test_the_very_first_message_typed_without_a_line_is_sent_by_the_next_page(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    widget.page.context.set_offline(True)
    widget.say("is anybody there")
    expect(widget.panel.get_by_text("Not sent yet.")).to_be_visible()
    later = WidgetPage(widget.page.context.new_page())
    widget.page.close()
    later.page.context.set_offline(False)
    visit.tab(later, desk.url)
    expect(later.launcher).to_have_text("Ask a question1 new")
    assert asked(desk, later) == ["is anybody there"]


def test_a_phone_that_slept_catches_up(visit: Visits, desk: DeskThread) -> None:
    widget = start(visit, desk.url, PHONE)
    widget.panel.locator("button.person").click()
    hear(widget, 4)
    devtools = widget.page.context.new_cdp_session(widget.page)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    desk.claim(widget.conversation_id)
    desk.reply(widget.conversation_id, "Good morning")
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    hear(widget, 5)
    assert widget.said()[-1] == "staff: Good morning"


def test_a_desk_that_is_killed_and_started_again_loses_and_doubles_nothing(
    visit: Visits, own_desk: DeskProcess, rasa: RasaStandIn
) -> None:
    widget = start(visit, own_desk.url)
    before = len(rasa.asked)
    own_desk.stop(signal.SIGKILL)
    expect(widget.line).to_have_text("No connection. Trying again…")
    widget.say("while it was down")
    widget.say("and once more")
    expect(widget.panel.get_by_text("Not sent yet.")).to_have_count(2)
    own_desk.start()
    hear(widget, 6, seconds=30)  # after a long outage the page asks every ten seconds
    expect(widget.line).to_have_text("Connected")
    assert rasa.asked[before:] == ["while it was down", "and once more"]
    assert [text.split(": ")[1] for text in widget.said() if text.startswith("visitor")] == [
        "first question",
        "while it was down",
        "and once more",
    ]


def cut_after_arrival(page: Page) -> None:
    """The desk gets the next message, its receipt gets lost."""

    def handle(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/messages", handle, times=1)


def cut_before_arrival(page: Page) -> None:
    page.route("**/messages", lambda route: route.abort("connectionreset"), times=1)


def slow_down(page: Page) -> None:
    """The desk asks to wait a second."""
    body = '{"error": {"code": "too_many", "message": "Too many."}}'
    page.route(
        "**/messages",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}, body=body),
        times=1,
    )


def fail(page: Page) -> None:
    page.route("**/messages", lambda route: route.fulfill(status=503, body="{}"), times=1)


@pytest.mark.parametrize("trouble", [cut_after_arrival, cut_before_arrival, slow_down, fail])
def test_a_message_that_met_trouble_arrives_once(
    visit: Visits, desk: DeskThread, trouble: Callable[[Page], None]
) -> None:
    widget = start(visit, desk.url)
    trouble(widget.page)
    widget.say("second question")
    hear(widget, 4)
    expect(widget.panel.locator(".way:not(:empty)")).to_have_count(0)
    assert asked(desk, widget) == ["first question", "second question"]


def test_a_message_that_is_too_long_comes_back_to_be_changed(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    widget.say("long " * 1000)
    failure = widget.panel.locator(".log .failed")
    expect(failure).to_contain_text("too long")
    expect(failure).to_contain_text("988")
    widget.screenshot("line/too-long")
    widget.check_access()
    widget.button("Change the text").click()
    expect(widget.messages).to_have_count(0)
    expect(widget.entry).to_have_value(re.compile("^(long )+long$"))
    expect(widget.entry).to_be_focused()
    widget.ask("short")


def test_a_conversation_that_is_no_more_is_said_to_be_so(visit: Visits, desk: DeskThread) -> None:
    widget = start(visit, desk.url)
    desk.desk.requests.delete(desk.desk.store.conversation(widget.conversation_id))
    expect(widget.messages.last).to_contain_text("cannot be continued here")
    assert widget.kept() == {}
    widget.say("again then")
    expect(widget.of("bot")).to_have_count(2)
    assert asked(desk, widget) == ["again then"]


def test_new_messages_are_counted_on_the_button(visit: Visits, desk: DeskThread) -> None:
    widget = start(visit, desk.url)
    widget.panel.locator("button.person").click()
    hear(widget, 4)
    widget.button("Close").click()
    expect(widget.launcher).to_be_focused()
    desk.claim(widget.conversation_id)
    desk.reply(widget.conversation_id, "one")
    desk.reply(widget.conversation_id, "two")
    expect(widget.launcher).to_have_text("Ask a question2 new")
    widget.screenshot("line/unread")
    widget.page.reload()
    expect(widget.launcher).to_have_text("Ask a question2 new")
    widget.open()
    hear(widget, 6)
    widget.button("Close").click()
    expect(widget.launcher).to_have_text("Ask a question")


def test_without_storage_a_conversation_lasts_as_long_as_the_page(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit("about:blank")
    widget.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('off'); }})"
    )
    widget.page.goto(desk.url)
    widget.open()
    widget.ask("first question")
    widget.ask("second question")
    hear(widget, 4)


def test_a_tab_that_is_looked_at_again_has_a_fresh_line_at_once(
    visit: Visits, desk: DeskThread
) -> None:
    """Nobody is told of a lost line that was only slept through."""
    widget = start(visit, desk.url)
    widget.page.evaluate(
        """() => {
          const line = document.querySelector("clinic-chat").shadowRoot.querySelector(".line");
          window.lines = [];
          new MutationObserver(() => window.lines.push(line.textContent))
            .observe(line, { childList: true });
          const real = Date.now;
          Date.now = () => real() + 60_000;  // since the desk was last heard
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    widget.page.wait_for_function("() => window.lines.at(-1) === 'Connected'")
    assert widget.page.evaluate("() => window.lines") == ["Connecting…", "Connected"]
    widget.ask("second question")
