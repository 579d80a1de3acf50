"""The demonstration page, and the page that helps to put the chat on one's own site."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.desk_thread import DeskThread
from tests.browser.host_site import HostSite
from tests.browser.views import ALL_VIEWS, View
from tests.browser.widget_page import WidgetPage


def results(widget: WidgetPage, page: str, address: str, policy: str = "") -> tuple[str, str]:
    """What the check finds good, and what it wants mended."""
    for name, value in {"page": page, "address": address, "policy": policy}.items():
        widget.page.locator(f"#{name}").fill(value)
    widget.page.get_by_role("button", name="Check").click()
    expect(widget.page.locator("#results")).not_to_contain_text("Checking")
    found = [
        " ".join(widget.page.locator(f"#results .{kind}").all_text_contents())
        for kind in ("good", "bad")
    ]
    return found[0], found[1]


@pytest.mark.parametrize("view", [one for one in ALL_VIEWS if one.language == "en"], ids=str)
@pytest.mark.parametrize("path", ["/", "/embed"])
def test_both_pages_are_for_everybody(
    visit: Visits, desk: DeskThread, view: View, path: str
) -> None:
    widget = visit(desk.url + path, view)
    expect(widget.launcher).to_be_visible()
    assert widget.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    widget.screenshot(f"pages/{view}{path.replace('/', '-')}")
    widget.check_access(whole_page=True)


def test_the_embed_line_follows_what_is_chosen_and_shows_it(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(f"{desk.url}/embed")
    line = widget.page.locator("#line")
    expect(line).to_have_text(f'<script src="{desk.url}/widget.js" async></script>')
    widget.page.get_by_label("Position").select_option("left")
    widget.page.get_by_label("Language").select_option("es")
    widget.page.get_by_label("Title").fill('A "clinic" & <more>')
    widget.page.get_by_label("Title").press("Tab")
    expect(line).to_contain_text(
        'data-position="left" data-lang="es" data-title="A &quot;clinic&quot; &amp; &lt;more>"'
    )
    expect(widget.launcher).to_have_text("Haz una pregunta")
    widget.open()
    expect(widget.panel.get_by_role("heading")).to_have_text('A "clinic" & <more>')


def test_the_line_as_it_is_written_works_on_a_page(
    visit: Visits, desk: DeskThread, site: HostSite
) -> None:
    helper = visit(f"{desk.url}/embed")
    helper.page.get_by_label("Text on the button").fill("Talk to us")
    line = helper.page.locator("#line").inner_text()
    url = site.page("/written", desk.url)
    site.pages["/written"] = f"<!doctype html><html lang='en'><title>x</title><h1>x</h1>{line}"
    good, bad = results(helper, site.pages["/written"], url, site.policies["/written"])
    assert bad == ""
    assert f"The desk lets {site.url} in." in good
    assert "connect-src lets the chat in." in good
    helper.screenshot("pages/embed-good")
    widget = visit(url)
    expect(widget.launcher).to_have_text("Talk to us")
    widget.open()
    widget.ask("Does the line work?")


def test_the_check_says_what_is_to_be_mended(visit: Visits, desk: DeskThread) -> None:
    widget = visit(f"{desk.url}/embed")
    page = (
        '<script src="https://elsewhere.example/widget.js" data-theme="pink" data-colour="#fff"'
        ' data-color="red"></script><script src="/widget.js"></script>'
    )
    policy = "Content-Security-Policy: default-src 'self'; connect-src 'none'"
    _, bad = results(widget, page, "https://other.example/page", policy)
    for problem in (
        "The line is there 2 times",
        "It loads https://elsewhere.example/widget.js, which is not this desk",
        "data-colour is not known",
        'data-theme="pink" should be auto, light or dark.',
        'data-color="red" should be a colour',
        "The desk does not let https://other.example in: add it to the setting DESK_ORIGINS",
        "The page comes by https and the desk by http",
        f"script-src needs {desk.url}",
        f"connect-src needs {desk.url}",
    ):
        assert problem in bad
    widget.screenshot("pages/embed-bad")
    widget.check_access(whole_page=True)
    _, bad = results(widget, "<p>nothing</p>", desk.url)
    assert f"There is no <script> with {desk.url}/widget.js in it." in bad
