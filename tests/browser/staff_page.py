"""The staff's console, as tests drive it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.widget_page import WidgetPage

ANN, BEN = "ann@clinic.example", "ben@clinic.example"
NAMES = {ANN: "Ann Lee", BEN: "Ben Ode"}
PASSWORD = "correct horse battery"


# What reaches beyond the right edge, outside of what scrolls by itself.
_TOO_WIDE = """() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    return [...document.querySelectorAll("body *")]
        .filter(one => one.getBoundingClientRect().right > edge + 1 && !one.closest(".wide"))
        .map(one => one.outerHTML.slice(0, 120));
}"""


class StaffPage:
    """`page` is Playwright's."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.messages = page.locator("#log > li")
        self.text = page.locator("#text")

    def log_in(self, email: str = ANN) -> StaffPage:
        self.page.goto(f"{self.url}/staff")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.button("Log in").click()
        expect(self.page.get_by_role("heading", name="Queue")).to_be_visible()
        return self

    def go(self, path: str) -> StaffPage:
        self.page.goto(f"{self.url}/staff{path}")
        return self

    def row(self, case_id: str) -> Locator:
        return self.page.locator(f"#row-{case_id}")

    def of(self, sender: str) -> Locator:
        return self.page.locator(f"#log > li.{sender}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def unfold(self, summary: str) -> None:
        self.page.locator("summary", has_text=summary).first.click()

    def reply(self, words: str) -> None:
        self.text.fill(words)
        self.button("Send").click()
        expect(self.text).to_have_value("")

    def said(self) -> list[str]:
        """Each message as `sender: text`, in order."""
        script = """items => items.map(item =>
            item.classList[1] + ": " + item.querySelector(".text").textContent)"""
        found: list[str] = self.messages.evaluate_all(script)
        return found

    def look(self, name: str, access: bool = True) -> None:
        """Keeps a picture and fails on whatever axe-core finds, or on a page wider than it is."""
        shown = WidgetPage(self.page)
        shown.screenshot(f"console/{name}")
        if access:
            shown.check_access(whole_page=True)
        assert self.page.evaluate(_TOO_WIDE) == []
