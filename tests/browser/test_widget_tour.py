"""Everything a visitor can do, in every size, light and language: one walk through a conversation,
judged by axe-core and kept as pictures in var/test/screens at each step.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.desk_thread import STAFF_NAME, DeskThread
from tests.browser.host_site import HostSite
from tests.browser.views import ALL_VIEWS, View
from tests.browser.widget_page import WidgetPage

WORDS = {
    "en": {
        "launcher": "Ask a question",
        "source": "Source: What ketamine therapy is – In short",
        "no": "No, not helpful",
        "reason": "Hard to understand",
        "thanks": "Thank you.",
        "person": "Talk to a person",
        "place": "You are number",
        "call": "Ask for a call back",
        "call_send": "Ask for the call",
        "missing": "Please fill in this field.",
        "called": "Our team has your request for a call back.",
        "taken": f"{STAFF_NAME} has taken your request.",
        "writes": f"{STAFF_NAME} is writing…",
        "in_charge": f"{STAFF_NAME}, clinic team",
        "assistant": "Automated assistant",
        "insurance": "This looks like an insurance or identity number.",
        "delete": "Delete my conversation",
        "deleted": "delet",
        "keep": "Keep it",
    },
    "es": {
        "launcher": "Haz una pregunta",
        "source": "Fuente: What ketamine therapy is – In short",
        "no": "No me sirvió",
        "reason": "Difícil de entender",
        "thanks": "Gracias.",
        "person": "Hablar con una persona",
        "place": "Eres el número",
        "call": "Pedir una llamada",
        "call_send": "Pedir la llamada",
        "missing": "Por favor llena este campo.",
        "called": "Nuestro equipo tiene tu solicitud de llamada.",
        "taken": f"{STAFF_NAME} ha tomado tu solicitud.",
        "writes": f"{STAFF_NAME} está escribiendo…",
        "in_charge": f"{STAFF_NAME}, equipo de la clínica",
        "assistant": "Asistente automático",
        "insurance": "Esto parece un número de seguro o de identidad.",
        "delete": "Borrar mi conversación",
        "deleted": "borr",
        "keep": "Conservarla",
    },
}


class Tour:
    """One walk; `look` judges and keeps what is on the screen."""

    def __init__(self, widget: WidgetPage, desk: DeskThread, view: View) -> None:
        self.widget, self.desk, self.words = widget, desk, WORDS[view.language]
        self._view, self._step = view, 0

    def look(self, name: str, whole_page: bool = False) -> None:
        self._step += 1
        self.widget.screenshot(f"widget/{self._view}/{self._step:02}-{name}")
        self.widget.check_access(whole_page)

    def greet(self) -> None:
        expect(self.widget.launcher).to_have_text(self.words["launcher"])
        self.look("closed", whole_page=True)
        self.widget.open()
        expect(self.widget.panel.locator(".topics button")).to_have_count(3)
        self.look("greeting")

    def be_warned(self) -> None:
        warning = self.widget.panel.locator(".warning")
        self.widget.entry.fill("Member ID XYZ123456789, insurance")
        expect(warning).to_contain_text(self.words["insurance"])
        self.look("warning")
        self.widget.entry.fill("")
        expect(warning).to_be_empty()

    def ask(self) -> None:
        self.widget.panel.locator(".topics button").first.click()
        expect(self.widget.of("bot")).to_have_count(1)
        self.widget.panel.get_by_text(self.words["source"]).click()
        expect(self.widget.panel.locator("blockquote")).to_be_visible()
        expect(self.widget.panel.locator(".suggestions button")).to_have_count(2)
        self.look("answer")

    def rate(self) -> None:
        self.widget.button(self.words["no"]).click()
        self.look("reasons")
        self.widget.button(self.words["reason"]).click()
        expect(self.widget.panel.locator(".feedback")).to_contain_text(self.words["thanks"])
        given = self.desk.desk.feedback.list(conversation_id=self.widget.conversation_id)
        assert [(one.helpful, one.reason) for one in given] == [(False, "hard to understand")]

    def find_nothing(self) -> None:
        self.widget.ask("what about the weather")
        expect(self.widget.of("no_answer").get_by_role("button").first).to_be_visible()
        self.look("no-answer")

    def open_menu(self) -> None:
        self.widget.panel.locator(".menu > button").click()
        self.look("menu")
        self.widget.panel.locator(".menu > button").press("Escape")
        expect(self.widget.panel.locator(".menu ul")).to_be_hidden()

    def wait(self) -> None:
        self.widget.panel.locator("button.person").click()
        expect(self.widget.standing).to_contain_text(self.words["place"])
        expect(self.widget.panel.locator("button.person")).to_be_hidden()
        self.look("waiting")

    def ask_for_a_call(self) -> None:
        self.widget.button(self.words["call"]).click()
        self.widget.button(self.words["call_send"]).click()
        expect(self.widget.panel.get_by_text(self.words["missing"])).to_have_count(2)
        self.look("call-back-form")
        self.widget.panel.locator("#call-name").fill("Sam")
        self.widget.panel.locator("#call-contact").fill("555 0100")
        self.widget.button(self.words["call_send"]).click()
        expect(self.widget.standing).to_contain_text(self.words["called"])
        self.look("call-back")

    def be_answered(self) -> None:
        conversation = self.widget.conversation_id
        self.desk.claim(conversation)
        expect(self.widget.standing).to_contain_text(self.words["taken"])
        self.desk.type(conversation)
        expect(self.widget.panel.locator(".typing")).to_have_text(self.words["writes"])
        with self.widget.page.expect_request("**/typing"):
            self.widget.entry.press_sequentially("Hi")
        self.look("claimed")
        self.desk.reply(conversation, "Hello, this is Ana. What can I do for you?")
        expect(self.widget.of("staff")).to_contain_text(self.words["in_charge"])
        expect(self.widget.panel.locator(".in-charge")).to_have_text(self.words["in_charge"])
        self.look("staff")
        self.desk.resolve(conversation)
        expect(self.widget.standing).to_be_hidden()
        expect(self.widget.panel.locator(".in-charge")).to_have_text(self.words["assistant"])

    def be_in_danger(self) -> None:
        self.widget.ask("I want to end it")
        crisis = self.widget.of("crisis")
        expect(crisis.locator("a")).to_have_count(3)
        expect(crisis.get_by_role("alert")).to_be_visible()
        for line in crisis.locator("a").all():
            expect(line).to_be_in_viewport(ratio=1)
        self.look("crisis")

    def delete(self) -> None:
        self.widget.choose(self.words["delete"])
        expect(self.widget.panel.get_by_role("alertdialog")).to_be_visible()
        self.look("delete")
        yes = self.widget.panel.get_by_role("alertdialog").get_by_role("button").first
        yes.click()
        expect(self.widget.messages.last).to_contain_text(self.words["deleted"])
        assert self.widget.kept() == {}
        self.look("deleted")


STEPS: list[Callable[[Tour], None]] = [
    Tour.greet,
    Tour.be_warned,
    Tour.ask,
    Tour.rate,
    Tour.find_nothing,
    Tour.open_menu,
    Tour.wait,
    Tour.ask_for_a_call,
    Tour.be_answered,
    Tour.be_in_danger,
    Tour.delete,
]


@pytest.mark.parametrize("view", ALL_VIEWS, ids=str)
def test_a_visitor_can_do_everything(
    visit: Visits, desk: DeskThread, site: HostSite, view: View
) -> None:
    """In English on the demonstration page, in Spanish on a site of another origin."""
    url = f"{desk.url}/" if view.language == "en" else site.page("/es", desk.url, lang="es")
    widget = visit(url, view)
    tour = Tour(widget, desk, view)
    for step in STEPS:
        step(tour)
    assert widget.page.url == url
