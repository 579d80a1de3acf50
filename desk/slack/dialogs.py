"""The dialogs that buttons open. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.slack.elements import Block, context, sections
from desk.slack.mrkdwn import quoted

REPLY, NOTE, RESOLVE, HAND_BACK, RATING = "reply", "note", "resolve", "hand_back", "rating"
INPUT_CHARS = 3000


@dataclass(frozen=True)
class _Form:
    title: str
    submit: str
    label: str
    hint: str
    optional: bool = False


_FORMS = {
    REPLY: _Form("Reply to the visitor", "Preview", "Reply", "The visitor reads it as it is."),
    NOTE: _Form("Note for staff", "Keep", "Note", "No visitor ever sees it."),
    RESOLVE: _Form("Resolve the case", "Resolve", "What came of it", "For staff only.", True),
    HAND_BACK: _Form(
        "Hand back",
        "Send, hand back",
        "Last sentence to the visitor",
        "Then the assistant is back.",
    ),
    RATING: _Form("What was wrong?", "Send", "Reason", "No names and no health details.", True),
}


def dialog(name: str, about: str, channel: str, text: str = "", preview: str = "") -> Block:
    """A dialog about a case or a reply. With a `preview` (who says it) it shows what will be sent,
    and sends it once it is submitted unchanged.
    """
    form = _FORMS[name]
    shown = [*_preview(text, preview), _input(form, text)]
    return {
        "type": "modal",
        "callback_id": f"{name}_dialog",
        "private_metadata": f"{about} {channel} {_print(text) if preview else '-'}",
        "title": {"type": "plain_text", "text": form.title},
        "submit": {"type": "plain_text", "text": "Send" if preview else form.submit},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": shown,
    }


@dataclass(frozen=True)
class Submitted:
    """What came back: which dialog, about what, opened in which channel, with which text, and
    whether just that text was seen as a preview.
    """

    name: str
    about: str
    channel: str
    text: str
    previewed: bool


def submitted(view: Mapping[str, Any]) -> Submitted:
    about, channel, seen = str(view["private_metadata"]).split(" ")
    given = view["state"]["values"]["text"]["text"].get("value")
    text = str(given or "").strip()
    name = str(view["callback_id"]).removesuffix("_dialog")
    return Submitted(name, about, channel, text, seen == _print(text))


def _preview(text: str, who: str) -> list[Block]:
    if not who:
        return []
    return [
        context(f"The visitor will read, from *{who}*:"),
        *sections(quoted(text), 10),
        context("Send it, or change it below and look again."),
    ]


def _input(form: _Form, text: str) -> Block:
    field: Block = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": INPUT_CHARS,
        "focus_on_load": True,
    }
    return {
        "type": "input",
        "block_id": "text",
        "optional": form.optional,
        "label": {"type": "plain_text", "text": form.label},
        "hint": {"type": "plain_text", "text": form.hint},
        "element": field | ({"initial_value": text} if text else {}),
    }


def _print(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
