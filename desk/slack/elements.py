"""The few pieces of Block Kit that are used here, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desk.slack.mrkdwn import SECTION_CHARS, pieces, shortened

Block = dict[str, Any]

BUTTON_CHARS = 75
VALUE_CHARS = 2000
MESSAGE_BLOCKS = 50
FALLBACK_CHARS = 3000  # of the text beside the blocks, which notifications show


def sections(text: str, most: int = MESSAGE_BLOCKS, *, verbatim: bool = False) -> list[Block]:
    """As many sections as the text needs, at most so many; `verbatim` makes no link of anything
    in it.
    """
    parts = pieces(text)
    if len(parts) > most:
        parts = [*parts[: most - 1], shortened(" ".join(parts[most - 1 :]), SECTION_CHARS)]
    kind = {"type": "mrkdwn", **({"verbatim": True} if verbatim else {})}
    return [{"type": "section", "text": {**kind, "text": part}} for part in parts]


def context(*lines: str) -> Block:
    elements = [{"type": "mrkdwn", "text": shortened(line, 2000)} for line in lines if line]
    return {"type": "context", "elements": elements[:10]}


def header(text: str) -> Block:
    shown = shortened(text, 150)
    return {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": True}}


def fields(*texts: str) -> Block:
    shown = [{"type": "mrkdwn", "text": shortened(text, 2000)} for text in texts if text]
    return {"type": "section", "fields": shown[:10]}


def button(title: str, action: str, value: str = "", *, style: str = "", url: str = "") -> Block:
    made: Block = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": shortened(title, BUTTON_CHARS), "emoji": True},
    }
    optional = {"value": value, "style": style, "url": url}
    return made | {name: given for name, given in optional.items() if given}


def actions(block_id: str, buttons: Sequence[Block]) -> list[Block]:
    """A row of buttons, or nothing where there is none."""
    if not buttons:
        return []
    return [{"type": "actions", "block_id": block_id, "elements": list(buttons)[:25]}]
