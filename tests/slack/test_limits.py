"""Every payload stays within Slack's limits, with the longest of everything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.cases import Case, CaseEvent
from desk.messages import Message
from desk.slack import dialogs
from desk.slack.answer_blocks import fallback, reply_blocks
from desk.slack.case_card import (
    BUTTONS,
    CardView,
    card_blocks,
    card_text,
    event_line,
    withdrawn_blocks,
)
from desk.slack.elements import sections
from desk.slack.mrkdwn import escaped, pieces, plain, quoted, shortened
from tests.slack.limits import message_problems, view_problems

LONG = "The longest answer & <more> of it. " * 5_000
WIDE = "&" * 60_000  # each becomes five characters
TEXTS = st.one_of(st.text(max_size=400), st.sampled_from([LONG, WIDE, "\n" * 9000, "x" * 50_000]))


def reply(text: str, **payload: Any) -> Message:
    return Message(1, "c", None, "bot", text, payload, outcome="answer")


def problems(message: Message) -> list[str]:
    return message_problems({"text": fallback(message), "blocks": reply_blocks(message)})


@pytest.mark.parametrize("text", [LONG, WIDE, "x" * 200_000, "one two\n\n" * 9_000])
def test_the_longest_answers_fit(text: str) -> None:
    citation = dict.fromkeys(("document", "title", "section", "text", "date"), text)
    buttons = [{"title": text, "payload": text[:1999]}] * 30 + [{"title": text, "payload": text}]
    links = [{"title": text[:80], "payload": "https://clinic.example/" + "y" * 2000}] * 30
    numbers = [{"title": text, "payload": "tel:988"}] * 30
    message = reply(
        text,
        citations=[{**citation, "url": "https://clinic.example/" + "z" * 3000}] * 30,
        buttons=[*links, *buttons, *numbers],
    )
    assert problems(message) == []


def test_an_answer_of_usual_length_is_shown_whole() -> None:
    text = "\n\n".join(f"Paragraph {number} of a long answer. " * 20 for number in range(20))
    shown = "".join(block["text"]["text"] for block in reply_blocks(reply(text))[:-1])
    assert "".join(shown.split()) == "".join(text.split())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, TEXTS, TEXTS)
def test_whatever_an_answer_holds_fits(text: str, title: str, payload: str) -> None:
    message = reply(
        text or "x",
        citations=[{"title": title, "text": text, "url": payload}],
        buttons=[{"title": title or "x", "payload": payload}],
    )
    assert problems(message) == []


@pytest.mark.parametrize("state", list(BUTTONS))
@pytest.mark.parametrize("urgency", ["normal", "soon", "urgent"])
def test_every_card_fits(state: Any, urgency: Any) -> None:
    at = "2025-01-01T10:00:00.000000+00:00"
    case = Case("C-ABC234", "c", "website", state, "r" * 64, urgency, "general", at,
                assignee="a" * 254, waiting_since=at)  # fmt: skip
    view = CardView(
        case, "N" * 120, [LONG, WIDE, "x" * 9000], "S0ONCALL", "https://x/" + "l" * 900, True
    )
    assert message_problems({"text": card_text(view), "blocks": card_blocks(view)}) == []
    assert message_problems({"blocks": withdrawn_blocks("C-ABC234", "it was deleted.")}) == []


@pytest.mark.parametrize(
    "action",
    "claim release reassign note resolve hand_back leave ask_callback expire escalate miss"
    " raise".split(),
)
@pytest.mark.parametrize("text", [None, LONG, WIDE])
def test_every_line_fits(action: str, text: str | None) -> None:
    event = CaseEvent(1, "C-ABC234", "", "ann@clinic.example", action, "waiting", "waiting", text)
    line = event_line(event, "N" * 120, words=True, on_call="here")
    assert line
    assert message_problems({"text": line[:300], "blocks": sections(line, 3)}) == []


@pytest.mark.parametrize("name", ["reply", "note", "resolve", "hand_back", "rating"])
@pytest.mark.parametrize("text", ["", "x" * 3000, "&" * 3000, "\n" * 2998 + "ab", "😀" * 1500])
def test_every_dialog_fits(name: str, text: str) -> None:
    assert view_problems(dialogs.dialog(name, "C-ABC234", "C0123456789", text)) == []
    view = dialogs.dialog(name, "C-ABC234", "C0123456789", text, preview="N" * 120)
    assert view_problems(view) == []
    assert len(json.dumps(view)) < 250_000


def test_a_dialog_knows_whether_its_text_was_seen_as_a_preview() -> None:
    def back(view: dict[str, Any], text: str) -> dialogs.Submitted:
        state = {"values": {"text": {"text": {"value": text}}}}
        return dialogs.submitted({**view, "state": state})

    first = dialogs.dialog("reply", "C-ABC234", "C0STAFF")
    assert not back(first, "").previewed
    seen = dialogs.dialog("reply", "C-ABC234", "C0STAFF", "hello", preview="Ann")
    given_back = back(seen, "hello")
    assert (given_back.about, given_back.channel, given_back.previewed) == (
        "C-ABC234", "C0STAFF", True,
    )  # fmt: skip
    assert not back(seen, "hello!").previewed


@pytest.mark.parametrize(
    "sent, meant",
    [
        ("<@U0BOT> how long?", "how long?"),
        ("ask <@U0ANN> or <@U0ANN|ann>", "ask @somebody or @ann"),
        ("see <https://clinic.example|our page>, <https://x.example>", "see our page, https://x.example"),
        ("in <#C012|front-desk>", "in #front-desk"),
        ("<!here> a &lt;b&gt; &amp; c", "@here a <b> & c"),
        ("<!subteam^S0A|@nurses>", "@nurses"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("  ", ""),
    ],
)  # fmt: skip
def test_what_slack_sends_is_read_as_it_was_meant(sent: str, meant: str) -> None:
    assert plain(sent, "U0BOT") == meant


def test_neither_mentions_nor_links_come_out_of_what_somebody_wrote() -> None:
    hostile = "<!channel> <@U0ANN> <https://evil.example|our clinic> &lt;!here&gt;"
    assert "<" not in escaped(hostile)
    assert "&amp;lt;!here" in escaped(hostile)
    assert quoted("a\n> b").splitlines() == ["> a", "> &gt; b"]


@given(st.text(max_size=3000), st.integers(10, 500))
def test_pieces_lose_nothing_but_blanks(text: str, most: int) -> None:
    parts = pieces(escaped(text), most)
    assert all(0 < len(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(escaped(text).split())
    assert len(shortened(text, most)) <= most
