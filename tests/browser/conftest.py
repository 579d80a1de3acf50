"""Real Chromium and a real desk for tests that look at pages.

Playwright's event loop runs in the tests' thread while the fixture `browser` lives, so a test in
this package may not call `asyncio.run`; the fixture ends with the package.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.desk_process import DeskProcess
from tests.browser.desk_thread import DeskThread
from tests.browser.host_site import HostSite
from tests.browser.rasa_stand_in import RasaStandIn
from tests.browser.views import DESKTOP, View
from tests.browser.widget_page import WidgetPage

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()
LOOPBACK = "http://127.0.0.1:"
EXPECT_MS = 20_000
# What Chromium itself says of a request that failed, as some must while the line is cut.
_ABOUT_THE_LINE = ("Failed to load resource", "net::ERR_")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on this machine: install Debian's package `chromium`")
    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def rasa() -> Iterator[RasaStandIn]:
    with RasaStandIn() as rasa:
        yield rasa


@pytest.fixture(scope="package")
def site() -> Iterator[HostSite]:
    """A clinic's website, let in by the desk."""
    with HostSite() as site:
        yield site


@pytest.fixture(scope="package")
def desk(
    rasa: RasaStandIn, site: HostSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskThread]:
    """One for all tests; each has a conversation of its own."""
    with DeskThread(tmp_path_factory.mktemp("desk"), rasa.url, site.url) as desk:
        yield desk


@pytest.fixture
def own_desk(rasa: RasaStandIn, tmp_path: Path) -> Iterator[DeskProcess]:
    """A desk in a process that the test may end and start again."""
    desk = DeskProcess(tmp_path, rasa.url).start()
    yield desk
    desk.stop()


class Visits:
    """Opens pages, each visitor in a browser context of its own, and watches what they do."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts = ExitStack()
        self.problems: list[str] = []
        self.requests: list[Request] = []

    def __call__(self, url: str, view: View = DESKTOP, **context: Any) -> WidgetPage:
        """A visitor's first page."""
        made = self._browser.new_context(**{**view.context, **context})
        made.set_default_timeout(EXPECT_MS)
        self._contexts.callback(made.close)
        return self.tab(WidgetPage(made.new_page()), url)

    def tab(self, widget: WidgetPage, url: str) -> WidgetPage:
        self._watch(widget.page)
        widget.page.goto(url)
        return widget

    def second_tab(self, first: WidgetPage) -> WidgetPage:
        """Another tab of the same visitor, on the same page."""
        return self.tab(WidgetPage(first.page.context.new_page()), first.page.url)

    def close(self) -> None:
        self._contexts.close()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self.requests.append(request))

    def _console(self, message: ConsoleMessage) -> None:
        harmless = any(words in message.text for words in _ABOUT_THE_LINE)
        if message.type in ("error", "warning") and not harmless:
            self.problems.append(f"{message.type}: {message.text}")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visits]:
    """Opens pages; at the end no script may have failed and nothing have come from elsewhere."""
    visits = Visits(browser)
    yield visits
    visits.close()
    assert visits.problems == []
    urls = {one.url for one in visits.requests}
    assert {url for url in urls if not url.startswith((LOOPBACK, "data:", "blob:"))} == set()
