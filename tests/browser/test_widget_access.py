"""The chat for people with a keyboard, a screen reader, large text or little room (WCAG 2.2 AA)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.desk_thread import DeskThread
from tests.browser.host_site import HostSite
from tests.browser.views import DESKTOP, PHONE, View
from tests.browser.widget_page import WidgetPage

FOCUSED = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return [at.localName, at.getAttribute("aria-label") || at.textContent.trim() || at.id];
}"""
# What a screen reader is told: texts that came into a live region, with how urgent it is.
LISTEN = """() => {
  const root = document.querySelector("clinic-chat").shadowRoot;
  window.heard = [];
  const urgency = (node) => {
    const region = node.closest("[aria-live], [role=alert], [role=status], [role=log]");
    const role = region?.getAttribute("role");
    const said = { alert: "assertive", status: "polite", log: "polite" }[role];
    return region?.getAttribute("aria-live") ?? said ?? "off";
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        const element = node.nodeType === 1 ? node : node.parentElement;
        const alert = node.querySelector?.("[role=alert]");
        if (element && node.textContent.trim())
          window.heard.push([urgency(alert ?? element), node.textContent.trim()]);
      }
    }
  }).observe(root, { childList: true, subtree: true });
}"""
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


def focused(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FOCUSED)
    return found


def tab_to(page: Page, wanted: str, most: int = 30) -> None:
    """Presses Tab until the focus is on what is named so; it must show where it is all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted in focused(page)[1]:
            return
    raise AssertionError(f"{wanted!r} is not reached with {most} times Tab")


def heard(widget: WidgetPage) -> list[list[str]]:
    found: list[list[str]] = widget.page.evaluate("() => window.heard")
    return found


def test_everything_goes_by_keyboard(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url)
    page, press = widget.page, widget.page.keyboard.press
    tab_to(page, "Ask a question")
    press("Enter")
    expect(widget.entry).to_be_focused()
    page.keyboard.type("What is ketamine?")
    press("Shift+Enter")
    page.keyboard.type("In short.")
    press("Enter")
    expect(widget.of("bot")).to_have_count(1)
    expect(widget.of("visitor")).to_contain_text("What is ketamine?In short.")
    press("Shift+Tab")  # suggestions stand before the entry
    assert focused(page)[0] == "button"
    press("Escape")
    expect(widget.launcher).to_be_focused()
    press("Enter")
    tab_to(page, "Talk to a person")
    press("Enter")
    expect(widget.entry).to_be_focused()  # the button is gone
    expect(widget.standing).to_contain_text("You are number")
    call_back(widget)
    delete(widget)


def call_back(widget: WidgetPage) -> None:
    page, press = widget.page, widget.page.keyboard.press
    tab_to(page, "Ask for a call back")
    press("Enter")
    assert focused(page) == ["input", "call-name"]
    press("Escape")
    assert focused(page) == ["button", "Ask for a call back"]
    press("Enter")
    press("Enter")  # what is missing takes the focus
    assert focused(page) == ["input", "call-name"]
    page.keyboard.type("Sam")
    press("Tab")
    page.keyboard.type("555 0100")
    press("Enter")
    expect(widget.standing).to_contain_text("Our team has your request")
    assert focused(page)[0] in ("textarea", "div")


def delete(widget: WidgetPage) -> None:
    page, press = widget.page, widget.page.keyboard.press
    tab_to(page, "More choices")
    press("Enter")
    tab_to(page, "Delete my conversation")
    press("Escape")
    assert focused(page) == ["button", "More choices"]
    press("Enter")
    tab_to(page, "Delete my conversation")
    press("Enter")
    assert focused(page) == ["button", "Keep it"]
    press("Shift+Tab")
    press("Enter")
    expect(widget.messages.last).to_contain_text("deleted")


def test_a_source_opens_by_keyboard(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.ask("What is ketamine?")
    widget.panel.locator(".log").focus()
    tab_to(widget.page, "Source: What ketamine therapy is")
    widget.page.keyboard.press("Enter")
    expect(widget.panel.locator("blockquote")).to_be_visible()
    tab_to(widget.page, "Open the original", 1)


def test_on_a_phone_the_focus_stays_in_the_panel(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url, PHONE).open()
    assert focused(widget.page) == ["h2", "Questions to the clinic"]
    for _ in range(14):
        widget.page.keyboard.press("Tab")
        inside = "() => document.activeElement.localName"
        assert widget.page.evaluate(inside) in ("clinic-chat", "body")
    widget.page.keyboard.press("Escape")
    expect(widget.launcher).to_be_focused()


def test_each_message_is_said_once_and_a_crisis_reply_at_once(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    widget.page.evaluate(LISTEN)
    widget.ask("What is ketamine?")
    widget.ask("I want to end it")
    said = [(how, text) for how, text in heard(widget) if how != "off"]
    for text, how in {
        "What is ketamine?": "polite",
        "ketamine is an anesthetic.": "polite",
        "I want to end it": "polite",
        "I am sorry that it hurts so much.": "assertive",
    }.items():
        found = [one for one in said if text in one[1].replace("About “What is ketamine?”", "")]
        assert [one[0] for one in found] == [how], text


def test_what_was_typed_without_a_line_is_said_once(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.ask("first question")
    widget.page.evaluate(LISTEN)
    widget.page.context.set_offline(True)
    expect(widget.line).to_have_text("No connection. Trying again…")
    widget.say("zebra")
    expect(widget.panel.get_by_text("Not sent yet.")).to_be_visible()
    widget.page.context.set_offline(False)
    expect(widget.of("bot")).to_have_count(2)
    mine = [how for how, text in heard(widget) if text.startswith("Youzebra")]
    assert mine == ["polite"]
    lines = [text for how, text in heard(widget) if how == "polite" and "onnect" in text]
    assert lines[0] == "No connection. Trying again…"
    assert lines[-1] == "Connected"


def test_a_history_is_not_read_out(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.ask("first question")
    widget.page.reload()
    expect(widget.panel).to_be_visible()
    widget.page.evaluate(LISTEN)
    expect(widget.messages).to_have_count(2)
    assert [text for how, text in heard(widget) if how != "off" and "question" in text] == []
    expect(widget.panel.locator(".log")).to_have_attribute("aria-live", "polite")
    widget.ask("second question")
    assert [how for how, text in heard(widget) if text.startswith("Yousecond")] == ["polite"]


def test_a_message_that_comes_while_one_reads_above_does_not_move_the_page(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    for number in range(4):
        widget.ask(f"question {number}")
    widget.panel.locator("button.person").click()
    expect(widget.messages).to_have_count(10)
    log = widget.panel.locator(".log")
    log.evaluate("log => log.scrollTo(0, 0)")
    desk.claim(widget.conversation_id)
    desk.reply(widget.conversation_id, "Good morning")
    newer = widget.panel.locator(".newer")
    expect(newer).to_be_visible()
    assert log.evaluate("log => log.scrollTop") == 0
    widget.check_access()
    newer.click()
    expect(newer).to_be_hidden()
    expect(widget.of("staff")).to_be_in_viewport()


@pytest.mark.parametrize(
    "width,height", [(320, 640), (320, 256), (640, 320), (360, 380)], ids=lambda size: str(size)
)
def test_little_room_is_enough(visit: Visits, desk: DeskThread, width: int, height: int) -> None:
    """320 by 256 is 1280 by 1024 at 400 %, 360 by 380 a phone with its keyboard open."""
    widget = visit(desk.url, PHONE, viewport={"width": width, "height": height}).open()
    widget.ask("What is ketamine?")
    widget.panel.locator("button.person").click()
    expect(widget.messages).to_have_count(4)
    page = widget.page
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert widget.panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    for part in (widget.entry, widget.panel.get_by_role("link", name="Call 988")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    room = widget.panel.locator(".log").bounding_box()
    assert room is not None
    assert room["height"] >= 60
    widget.screenshot(f"access/{width}x{height}")
    widget.check_access()


@pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=str)
def test_wider_spacing_of_text_hides_nothing(visit: Visits, desk: DeskThread, view: View) -> None:
    widget = visit(desk.url, view).open()
    widget.ask("What is ketamine?")
    widget.page.evaluate(
        """(css) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.querySelector("clinic-chat").shadowRoot.adoptedStyleSheets.push(sheet);
        }""",
        SPACING,
    )
    clipped = widget.panel.evaluate(
        """panel => [...panel.querySelectorAll("button, a, p, h2, label, summary")]
          .filter(e => e.offsetParent && e.className !== "unseen" &&
                  (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0))
          .map(e => e.textContent)"""
    )
    assert clipped == []
    widget.screenshot(f"access/{view}-spacing")
    widget.check_access()


def test_text_of_twice_the_size_fits(visit: Visits, desk: DeskThread) -> None:
    """A visitor's larger text in the browser's settings, not the page's own size."""
    widget = visit(desk.url).open()
    widget.page.locator("clinic-chat .root").evaluate("root => root.style.fontSize = '32px'")
    widget.panel.evaluate("panel => panel.style.fontSize = '32px'")
    widget.ask("What is ketamine?")
    assert widget.panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    expect(widget.panel.get_by_role("link", name="Call 911")).to_be_in_viewport()
    widget.screenshot("access/large-text")
    widget.check_access()


def test_nothing_moves_for_whoever_wants_no_motion(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url, reduced_motion="reduce").open()
    widget.ask("What is ketamine?")
    assert widget.panel.evaluate("panel => panel.getAnimations({ subtree: true }).length") == 0


def test_the_language_can_be_changed_on_the_way(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.ask("What is ketamine?")
    widget.entry.fill("half a sent")
    widget.choose("Español")
    expect(widget.panel).to_have_attribute("lang", "es")
    expect(widget.panel.get_by_role("heading")).to_have_text("Preguntas a la clínica")
    expect(widget.messages).to_have_count(2)
    expect(widget.of("visitor").locator(".who")).to_have_text("Tú")
    expect(widget.entry).to_have_value("half a sent")
    expect(widget.panel.locator(".topics button").first).to_have_text(
        "¿Qué es la terapia con ketamina?"
    )
    widget.check_access()


@pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=str)
def test_targets_are_large_enough_to_hit(
    visit: Visits, desk: DeskThread, site: HostSite, view: View
) -> None:
    widget = visit(site.page("/targets", desk.url), view).open()
    widget.ask("What is ketamine?")
    sizes: list[dict[str, Any]] = widget.panel.evaluate(
        """panel => [...panel.querySelectorAll("button, .help a, textarea")]
          .filter(e => e.offsetParent)
          .map(e => ({ name: e.textContent, ...e.getBoundingClientRect().toJSON() }))"""
    )
    assert len(sizes) > 8
    assert [one["name"] for one in sizes if one["width"] < 36 or one["height"] < 36] == []
