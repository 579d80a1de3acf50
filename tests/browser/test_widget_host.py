"""The widget on other people's pages: strict policies, rude styles, hostile texts, no trace on the
page around it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from desk.cases.time_side import Waiting
from desk.website.widget_files import FOLDER
from tests.browser.conftest import Visits
from tests.browser.desk_thread import NEARLY_NEVER_OPEN, DeskThread
from tests.browser.host_site import HostSite
from tests.browser.modules import call
from tests.browser.rasa_stand_in import HOSTILE, RasaStandIn
from tests.browser.views import DESKTOP, PHONE, View
from tests.browser.widget_page import WidgetPage

BOTH_SIZES = pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=str)
LOOKS = """() => {
  const root = document.querySelector("clinic-chat").shadowRoot;
  return [".launcher", "dialog", "h2", ".log p", "textarea", ".main", ".help a"].map((name) => {
    const { color, fontSize, fontFamily, letterSpacing, opacity, display, width } =
      getComputedStyle(root.querySelector(name));
    return [name, color, fontSize, fontFamily, letterSpacing, opacity, display, width];
  });
}"""
SHIFTS = """() => new Promise((resolve) => {
  new PerformanceObserver((list) =>
    resolve(list.getEntries().flatMap(({ sources }) => sources.map(({ node }) => node?.nodeName)))
  ).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve([]), 500);
})"""


def test_a_page_with_a_strict_policy_has_the_whole_chat(
    visit: Visits, desk: DeskThread, site: HostSite
) -> None:
    """Nothing may be loaded or styled but from the desk, and no text may become a script; the
    fixture sees to it that the browser had nothing to refuse.
    """
    url = site.page("/strict", desk.url)
    assert "require-trusted-types-for 'script'" in site.policies["/strict"]
    assert "unsafe" not in site.policies["/strict"]
    widget = visit(url).open()
    widget.ask("What is ketamine?")
    widget.ask("I want to end it")


@BOTH_SIZES
def test_a_rude_page_changes_nothing_in_the_chat(
    visit: Visits, desk: DeskThread, site: HostSite, view: View
) -> None:
    rude = '<link rel="stylesheet" href="/rude.css">'
    plain = visit(site.page("/plain", desk.url), view).open()
    looks = plain.page.evaluate(LOOKS)
    upset = visit(site.page("/rude", desk.url, head=rude), view).open()
    assert upset.page.evaluate(LOOKS) == looks
    upset.screenshot(f"host/{view}-rude")
    upset.ask("Does it still work?")


def test_the_chat_leaves_the_page_as_it_is(visit: Visits, desk: DeskThread, site: HostSite) -> None:
    """No shift, no new style, no global name, no scroll, no entry in the history."""
    state = """() => [document.documentElement.scrollHeight, scrollY, history.length,
      document.styleSheets.length, document.adoptedStyleSheets.length,
      getComputedStyle(document.body).font, Object.keys(window).sort().join(),
      document.body.className, document.body.getAttribute("style")]"""
    body = "<p>long</p>" * 200
    bare = visit(site.page("/bare", desk.url, body=body))
    bare.page.route("**/widget.js", lambda route: route.fulfill(body=""))
    bare.page.reload()
    before = bare.page.evaluate(state)
    widget = visit(site.page("/whole", desk.url, body=body))
    expect(widget.launcher).to_be_visible()
    assert not shifted(widget)
    widget.open()
    widget.ask("What is ketamine?")
    assert not shifted(widget)
    assert widget.page.evaluate(state) == before


@BOTH_SIZES
def test_hostile_text_of_everybody_shows_as_text(
    visit: Visits, desk: DeskThread, view: View
) -> None:
    widget = visit(desk.url, view).open()
    widget.ask(HOSTILE[:3000] + " hostile")
    widget.panel.locator("summary").click()
    widget.panel.locator("button.person").click()
    expect(widget.messages).to_have_count(4)
    desk.claim(widget.conversation_id)
    desk.reply(widget.conversation_id, HOSTILE)
    expect(widget.of("staff")).to_contain_text("<script>window.hacked=1</script>")
    for sender in ("visitor", "bot", "staff"):
        expect(widget.of(sender).first).to_contain_text('<img src=x onerror="window.hacked=1">')
    assert len(widget.of("staff").inner_text()) > 10_000
    assert "\u202e" not in widget.panel.inner_text()
    inside = widget.panel.locator("img, script, iframe, [onerror], [href^='javascript']")
    expect(inside).to_have_count(0)
    expect(widget.panel.get_by_role("button", name="data")).to_have_count(0)
    assert widget.page.evaluate("() => window.hacked") is None
    log = widget.panel.locator(".log")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth")
    widget.screenshot(f"host/{view}-hostile")
    widget.check_access()


def test_attributes_set_colour_place_texts_and_light(
    visit: Visits, desk: DeskThread, site: HostSite
) -> None:
    attributes = (
        'data-color="#ffcc00" data-position="left" data-theme="dark" data-title="Ask Lakeside"'
        ' data-launcher="Help" data-greeting="Welcome." data-topics="Cost?|Where?"'
        ' data-privacy="https://clinic.example/privacy" data-lang="es"'
    )
    widget = visit(site.page("/attributes", desk.url, attributes))
    expect(widget.launcher).to_have_text("Help")
    assert widget.launcher.evaluate("b => b.getBoundingClientRect().left") < 40
    widget.open()
    expect(widget.panel.get_by_role("heading", name="Ask Lakeside")).to_be_visible()
    expect(widget.panel.get_by_text("Welcome.")).to_be_visible()
    expect(widget.panel.locator(".topics button")).to_have_text(["Cost?", "Where?"])
    expect(widget.panel.get_by_role("link", name="Privacidad")).to_have_attribute(
        "href", "https://clinic.example/privacy"
    )
    assert widget.panel.evaluate("d => getComputedStyle(d).colorScheme") == "dark"
    head = widget.panel.locator(".head")
    assert head.evaluate("h => getComputedStyle(h).backgroundColor") == "rgb(255, 204, 0)"
    widget.screenshot("host/attributes")
    widget.check_access()


@pytest.mark.parametrize("colour", ["#ffcc00", "#777", "#0000ff", "#fff", "#000000", "#e4572e"])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_any_colour_of_a_clinic_is_made_readable(browser: Browser, colour: str, light: str) -> None:
    page = browser.new_page()
    (colours,) = call(page, FOLDER / "colours.js", "coloursOf", [colour, light])
    page.close()
    surface, ink = ("#ffffff", "#1d2624") if light == "light" else ("#1d2422", "#e8eeec")
    assert contrast(colours["--accent"], surface) >= 4.5
    assert contrast(colours["--fill"], colours["--on-fill"]) >= 4.5
    assert contrast(colours["--mine"], ink) >= 4.5


def test_what_is_no_colour_is_left_out(browser: Browser) -> None:
    page = browser.new_page()
    wrong = [["red", "light"], ["#12", "light"], ["url(x)", "dark"], [None, "light"]]
    assert call(page, FOLDER / "colours.js", "coloursOf", *wrong) == [{}] * 4
    page.close()


def test_the_line_twice_on_a_page_makes_one_chat(
    visit: Visits, desk: DeskThread, site: HostSite
) -> None:
    line = f'<script src="{desk.url}/widget.js"></script>'
    widget = visit(site.page("/twice", desk.url, body=line))
    expect(widget.launcher).to_have_count(1)
    widget.open()


@pytest.mark.parametrize("language,call", [("en", "Call 988"), ("es", "Llamar al 988")])
def test_the_crisis_lines_need_no_desk(
    visit: Visits, desk: DeskThread, site: HostSite, language: str, call: str
) -> None:
    widget = visit(site.page(f"/gone-{language}", desk.url, lang=language))
    widget.page.route("**/widget/**", lambda route: route.abort())
    widget.launcher.click()
    box = widget.page.locator("clinic-chat .fallback")
    expect(box.get_by_role("link", name=call)).to_have_attribute("href", "tel:988")
    expect(box.get_by_role("link", name="911")).to_have_attribute("href", "tel:911")
    widget.screenshot(f"host/out-of-reach-{language}")
    widget.check_access()
    widget.page.unroute("**/widget/**")
    widget.open()
    expect(box).to_have_count(0)


def test_the_footer_has_the_lines_whether_the_desk_answers_or_not(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url)
    widget.page.route("**/api/**", lambda route: route.abort())
    widget.open()
    links = widget.panel.get_by_role("navigation", name="Help in a crisis").get_by_role("link")
    assert hrefs(widget) == ["tel:988", "sms:988", "tel:911"]
    expect(links.first).to_have_text("Call 988")


def test_another_country_has_its_own_numbers(
    visit: Visits, desk: DeskThread, site: HostSite
) -> None:
    numbers = 'data-crisis-number="116 123" data-emergency-number="112"'
    widget = visit(site.page("/elsewhere", desk.url, numbers))
    widget.page.route("**/api/clinic*", lambda route: route.abort())
    widget.open()
    assert hrefs(widget) == ["tel:116123", "tel:112"]
    other = visit(site.page("/other", desk.url))
    buttons = [
        {"title": "Ring 111", "payload": "tel:111"},
        {"title": "Web", "payload": "https://x.example"},
    ]
    clinic = {"numbers": {"crisis": "111", "emergency": "999", "buttons": buttons}, "topics": []}
    other.page.route(
        "**/api/clinic*",
        lambda route: route.fulfill(
            body=json.dumps(clinic), headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    other.open()
    expect(other.panel.get_by_role("link", name="Ring 111")).to_be_visible()
    assert hrefs(other) == ["tel:111"]


@BOTH_SIZES
def test_out_of_hours_the_next_opening_is_told_and_a_call_offered(
    visit: Visits, rasa: RasaStandIn, tmp_path: Path, view: View
) -> None:
    with DeskThread(tmp_path, rasa.url, clinic=NEARLY_NEVER_OPEN) as closed:
        widget = visit(closed.url, view).open()
        widget.panel.locator("button.person").click()
        expect(widget.standing).to_contain_text("You are number 1 in the queue.")
        hours = closed.desk.states.opening("en")["text"]
        expect(widget.standing).to_contain_text(hours)
        expect(widget.button("Ask for a call back")).to_be_visible()
        widget.screenshot(f"host/{view}-closed-hours")
        widget.check_access()
        widget.button("Leave the queue").click()
        expect(widget.standing).to_be_hidden()
        expect(widget.panel.locator("button.person")).to_be_visible()
        widget.page.close()


def test_a_request_that_nobody_took_in_time_is_said_to_be_missed(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    widget.panel.locator("button.person").click()
    expect(widget.standing).to_contain_text("You are number")
    at_once = {"urgent": 0.0, "soon": 0.0, "normal": 0.0}
    desk.desk.cases.miss(Waiting(desk.desk.clinic.opening, at_once, 0.0))
    expect(widget.standing).to_contain_text("Nobody could take your request in time.")
    expect(widget.of("system")).to_have_count(1)
    widget.screenshot("host/missed")
    widget.check_access()
    widget.button("Ask for a call back").click()
    widget.panel.locator("#call-name").fill("Sam")
    widget.panel.locator("#call-contact").fill("555 0100")
    widget.button("Ask for the call").click()
    expect(widget.standing).to_contain_text("Our team has your request for a call back.")


def shifted(widget: WidgetPage) -> set[str]:
    """What moved on the page by itself, the inside of the panel left out."""
    return set(widget.page.evaluate(SHIFTS)) - {None, "CLINIC-CHAT"}


def hrefs(widget: WidgetPage) -> list[str]:
    found: list[str] = widget.panel.locator(".help a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return found


def contrast(one: str, other: str) -> float:
    """As WCAG counts it."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = [
            share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
            for share in shares
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
