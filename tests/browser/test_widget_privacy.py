"""Before the first message nothing is kept and nothing of the visitor is sent; what should not be
written at all is pointed out in the browser alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from desk.website.widget_files import FOLDER
from tests.browser.conftest import Visits
from tests.browser.desk_thread import DeskThread
from tests.browser.host_site import HostSite
from tests.browser.modules import call

STORED = """async () => ({
  local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie,
  databases: await indexedDB.databases(), caches: await caches.keys(),
})"""
NOTHING = {"local": {}, "session": {}, "cookies": "", "databases": [], "caches": []}
SAFE = [
    "What is ketamine?",
    "Is my name kept?",
    "I am a nurse and have a question about ketamine",
    "My depression is bad, what can I do? I am 34",
    "Does insurance pay for it?",
    "Call me at 555 010 1234",
    "My name is Sam, when are you open?",
    "I am Very Sad Today",
    "¿Cuánto cuesta? ¿Lo paga el seguro?",
    "In 2023 the FDA warned, what about 20231010?",
    "I want to die, my name is Sam",
]
NUMBERS = [
    "My member ID is XYZ123456789",
    "insurance card 9988-7766-5544",
    "Medicare 1EG4-TE5-MK73",
    "ssn 123-45-6789",
    "123-45-6789",
    "ABC123456789",
    "mi póliza es 4455667788",
    "número de afiliado 12345678",
]
NAMES = [
    "My name is Sam Miller and I have depression",
    "I'm Sam Miller, on 20 mg of medication",
    "Me llamo Ana y tengo ansiedad",
    "Soy Ana Torres, tomo medicamentos",
    "patient: Miller, dose 40",
]


def test_before_the_first_message_nothing_is_kept_or_sent(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.entry.press_sequentially("my secret, not sent")
    widget.page.locator("clinic-chat .menu > button").click()
    widget.page.keyboard.press("Escape")
    widget.button("Close").click()
    widget.page.reload()
    widget.open()
    assert widget.page.evaluate(STORED) == NOTHING
    assert widget.page.context.cookies() == []
    sent = [(one.method, urlsplit(one.url).path) for one in visit.requests]
    assert {method for method, _ in sent} == {"GET"}
    assert not [path for _, path in sent if path.startswith("/api/") and path != "/api/clinic"]
    assert "secret" not in " ".join(one.url for one in visit.requests)


def test_nothing_stays_when_the_chat_is_ended(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.ask("What is ketamine?")
    assert set(widget.kept()) == {"conversation", "seen"}
    assert "ketamine" not in str(widget.kept())
    widget.choose("End the chat")
    widget.panel.get_by_role("alertdialog").get_by_role("button").first.click()
    expect(widget.messages.last).to_contain_text("You ended the chat")
    assert widget.page.evaluate(STORED) == NOTHING


def test_no_word_of_it_is_in_an_address_a_title_or_a_header(
    visit: Visits, desk: DeskThread, site: HostSite
) -> None:
    widget = visit(site.page("/words", desk.url)).open()
    widget.ask("zebra")
    widget.panel.locator("button.person").click()
    expect(widget.messages).to_have_count(4)
    assert widget.page.title() == "A clinic"
    assert "zebra" not in widget.page.url
    conversation, token = widget.conversation_id, widget.kept()["conversation"]["token"]
    for request in visit.requests:
        assert "zebra" not in request.url
        assert token not in request.url
        assert "cookie" not in request.headers
        assert request.headers.get("referer", "") in ("", f"{site.url}/", f"{site.url}/words")
        assert conversation not in request.headers.get("referer", "")


def test_the_visitor_can_take_the_conversation_along(visit: Visits, desk: DeskThread) -> None:
    widget = visit(desk.url).open()
    widget.ask("What is ketamine?")
    for entry, name in {
        "Save the conversation as text": "conversation.txt",
        "Save everything kept about it": "conversation.json",
    }.items():
        with widget.page.expect_download() as download:
            widget.choose(entry)
        assert download.value.suggested_filename == name
        assert "What is ketamine?" in download.value.path().read_text("utf-8")


def test_a_warning_shows_while_typing_and_keeps_nobody_from_sending(
    visit: Visits, desk: DeskThread
) -> None:
    widget = visit(desk.url).open()
    widget.entry.fill("My name is Sam Miller and I have depression")
    expect(widget.panel.locator(".warning")).to_contain_text("a name together with health details")
    assert not [one for one in visit.requests if one.method != "GET"]
    widget.entry.press("Enter")
    expect(widget.of("bot")).to_have_count(1)


@pytest.mark.parametrize(
    "texts,warning",
    [(SAFE, None), (NUMBERS, "insurance"), (NAMES, "name")],
    ids=["safe", "numbers", "names"],
)
def test_what_had_better_be_left_out_is_seen(
    browser: Browser, texts: list[str], warning: str | None
) -> None:
    page = browser.new_page()
    found = call(page, FOLDER / "privacy.js", "warningFor", *([text] for text in texts))
    page.close()
    assert dict(zip(texts, found, strict=True)) == dict.fromkeys(texts, warning)
