"""Every page of the console with things on it: judged by axe-core, no wider than the screen, kept
as pictures in var/test/screens; and hostile text on each shows as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from desk.messages import Reply
from tests.browser.conftest import Visits
from tests.browser.desk_thread import DeskThread
from tests.browser.rasa_stand_in import CITATION, HOSTILE, RasaStandIn
from tests.browser.staff_page import ANN, BEN, NAMES, PASSWORD, StaffPage
from tests.browser.views import View

VIEWS = {
    "desktop-light": View("desktop", "light").context,
    "desktop-dark": View("desktop", "dark").context,
    "phone-320": {**View("phone", "light").context, "viewport": {"width": 320, "height": 640}},
}
PAGES = {
    "queue": "",
    "allegations": "/allegations",
    "callbacks": "/callbacks",
    "missed": "/missed",
    "search": "/search",
    "unanswered": "/gaps",
    "documents": "/documents",
    "figures": "/figures?days=7",
    "canned": "/canned",
    "accounts": "/accounts",
    "account": "/account",
    "help": "/help",
    "nothing": "/nothing-here",
}


@pytest.fixture(scope="module")
def hostile(rasa: RasaStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskThread]:
    """A desk that is full, much of it written by somebody who means harm."""
    folder = tmp_path_factory.mktemp("hostile")
    _index(folder / "index")
    with DeskThread(folder, rasa.url) as desk:
        object.__setattr__(desk.desk.settings, "index_store", folder / "index")
        desk.desk.staff.add(ANN, NAMES[ANN], "admin", PASSWORD)
        desk.desk.staff.add(BEN, HOSTILE[:120], "agent", PASSWORD)
        desk.desk.sessions.start(BEN, HOSTILE)
        _fill(desk)
        yield desk


def _index(store: Path) -> None:
    """An index's files, as far as the console reads them."""
    folder = store / "versions" / "v1"
    folder.mkdir(parents=True)
    (store / "current").write_text("v1\n")
    passage = {"document": HOSTILE[:40], "title": HOSTILE[:300], "url": "javascript:hacked=1"}
    known = {"document": "known.md", "title": "What it is", "reviewed_on": "2026-01-05"}
    lines = [json.dumps(one) for one in (passage, {**known, "url": "https://clinic.example/"})]
    (folder / "passages.jsonl").write_text("\n".join(lines) + "\n")
    manifest = {
        "version": "abc123",
        "built_at": "2026-11-01T10:00:00+00:00",
        "model": "all-MiniLM-L6-v2",
        "passages": 2,
        "documents": {HOSTILE[:40]: "", "known.md": "", "empty.md": ""},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _fill(desk: DeskThread) -> None:
    parts = desk.desk
    for number, (reason, urgency, queue) in enumerate(
        [
            ("suicide", "urgent", "general"),
            ("side_effect_now", "soon", "general"),
            ("dosing", "normal", "general"),
            ("abuse", "urgent", "allegations"),
            ("scheduling", "normal", "general"),
        ]
    ):
        talk = parts.store.start("website", "en").id
        words = HOSTILE if reason == "suicide" else HOSTILE[:300]
        asked = parts.store.keep(talk, "m1", f"{number} {words}")
        trace = {"verdict": {"label": HOSTILE[:90], "scores": [0.4, None, True]}}
        payload = {
            "outcome": "no_answer",
            "reason": "other",
            "citations": [{**CITATION, "title": HOSTILE[:200], "url": "javascript:hacked=1"}],
            "buttons": [{"title": HOSTILE[:80], "payload": "javascript:hacked=1"}],
            "trace": trace,
        }
        parts.store.answer(asked, Reply(words, payload))
        reply = parts.store.messages(talk)[-1]
        parts.feedback.give(talk, reply.id, False, HOSTILE[:400])
        case = parts.cases.open(
            talk, channel="website", reason=reason, urgency=urgency, queue=queue
        )
        parts.cases.note(case.case_id, words, BEN)
        if reason == "dosing":
            parts.cases.ask_callback(case.case_id, HOSTILE[:100], HOSTILE[:200], HOSTILE[:200])
        if reason == "side_effect_now":
            parts.cases.claim(case.case_id, ANN)
            parts.cases.reply(case.case_id, words, ANN)
        if reason == "scheduling":
            parts.cases.claim(case.case_id, BEN)
            parts.cases.resolve(case.case_id, BEN, words)
    parts.canned.save(HOSTILE[:80], "en", HOSTILE[:4000])


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_is_fit_for_everybody(hostile: DeskThread, visit: Visits, view: str) -> None:
    shown = visit(f"{hostile.url}/staff", **VIEWS[view])
    console = StaffPage(shown.page, hostile.url)
    access = "320" not in view  # what axe-core finds does not depend on the width
    console.look(f"pages-{view}/log-in", access)
    console.log_in()
    for name, path in PAGES.items():
        console.go(path).look(f"pages-{view}/{name}", access)
    console.go("/search").page.get_by_label("Words in a conversation").fill("onerror")
    console.button("Search").click()
    expect(console.page.locator(".found li")).not_to_have_count(0)
    console.look(f"pages-{view}/found", access)
    for case in hostile.desk.cases.list("all"):
        console.go(f"/cases/{case.case_id}")
        for number in range(console.page.locator("main details").count()):
            console.page.locator("main details").nth(number).evaluate("one => one.open = true")
        console.look(f"pages-{view}/case-{case.reason}", access)
        assert "onerror" not in console.page.title()
    assert console.page.evaluate("window.hacked") is None
    hrefs = console.page.locator("a[href]").evaluate_all("all => all.map(one => one.protocol)")
    assert set(hrefs) <= {"http:", "https:"}


def test_the_page_never_runs_what_somebody_wrote(hostile: DeskThread, visit: Visits) -> None:
    """Also when it comes live, into a page that is open."""
    console = StaffPage(visit(f"{hostile.url}/staff").page, hostile.url).log_in()
    (case,) = [one for one in hostile.desk.cases.list("open") if one.reason == "side_effect_now"]
    console.go(f"/cases/{case.case_id}")
    before = console.messages.count()
    hostile.desk.store.keep(case.conversation_id, "live-1", HOSTILE)
    expect(console.messages).to_have_count(before + 1)
    assert HOSTILE[:60] in (console.messages.last.text_content() or "")
    assert console.page.evaluate("window.hacked") is None
    assert console.page.locator("#log img, #log script").count() == 0


def test_a_page_zoomed_to_320_pixels_in_dark_plots_in_readable_colours(
    hostile: DeskThread, visit: Visits
) -> None:
    shown = visit(f"{hostile.url}/staff", **VIEWS["desktop-dark"])
    console = StaffPage(shown.page, hostile.url).log_in().go("/figures?days=7")
    expect(console.page.locator(".plot .bar").first).to_be_visible()
    colours = console.page.evaluate("""() => {
        const of = selector => document.querySelector(selector);
        return [getComputedStyle(of(".plot .bar")).fill, getComputedStyle(of(".plot text")).fill,
                getComputedStyle(of("figure")).backgroundColor];
    }""")
    assert colours == ["rgb(127, 208, 196)", "rgb(169, 183, 178)", "rgb(29, 36, 34)"]
