"""A page with the widget on it, as tests drive it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

SCREENS = Path(__file__).parents[2] / "var" / "test" / "screens"
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


class WidgetPage:
    """`page` is Playwright's; locators reach into the shadow root by themselves."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.locator("clinic-chat .launcher")
        self.panel = page.locator("clinic-chat dialog")
        self.entry = page.locator("clinic-chat textarea")
        self.messages = page.locator("clinic-chat .log ol > li")
        self.line = page.locator("clinic-chat .line")
        self.standing = page.locator("clinic-chat .standing")

    def open(self) -> WidgetPage:
        self.launcher.click()
        expect(self.panel).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.entry.fill(text)
        self.entry.press("Enter")

    def ask(self, text: str) -> None:
        """Says it, and waits for one more reply of the assistant."""
        before = self.of("bot").count()
        self.say(text)
        expect(self.of("bot")).to_have_count(before + 1)

    def of(self, sender: str) -> Locator:
        return self.page.locator(f"clinic-chat .log ol > li.{sender}")

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def choose(self, name: str) -> None:
        """An entry of the menu."""
        self.panel.locator(".menu > button").click()
        self.panel.locator(".menu ul").get_by_role("button", name=name).click()

    def said(self) -> list[str]:
        """What stands in the bubbles, each as `who: text`, in order."""
        script = """items => items.map(item => {
            const texts = [...item.querySelectorAll(":scope > div > p:not(.who)")];
            return item.classList[0] + ": " + texts.map(one => one.textContent).join(" ");
        })"""
        found: list[str] = self.messages.evaluate_all(script)
        return found

    def kept(self) -> dict[str, Any]:
        """What this browser stores for the page."""
        found: dict[str, str] = self.page.evaluate("() => ({...localStorage})")
        return {name.rsplit(" ", 1)[-1]: json.loads(value) for name, value in found.items()}

    @property
    def conversation_id(self) -> str:
        found: str = self.kept()["conversation"]["conversation_id"]
        return found

    def check_access(self, whole_page: bool = False) -> None:
        """Fails on whatever axe-core finds."""
        context = None if whole_page else [["clinic-chat"]]
        found = Axe().run(self.page, context=context, options=_RULES).response["violations"]
        nodes = [(one["id"], node) for one in found for node in one["nodes"]]
        told = [(rule, node["target"], node["failureSummary"]) for rule, node in nodes]
        assert told == []

    def screenshot(self, name: str) -> None:
        """Kept for people to look at."""
        path = SCREENS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, animations="disabled")
