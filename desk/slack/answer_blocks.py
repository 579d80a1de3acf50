"""A reply of the assistant, of staff or of the desk, as Slack shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.messages import DANGER_OUTCOMES, Message
from desk.slack.elements import (
    FALLBACK_CHARS,
    MESSAGE_BLOCKS,
    VALUE_CHARS,
    Block,
    actions,
    button,
    context,
    sections,
)
from desk.slack.mrkdwn import escaped, quoted, shortened

SUGGEST = "ask_suggestion"
RATE_UP, RATE_DOWN = "rate_up", "rate_down"
OPEN_LINK = "open_link"  # a button that only opens an address still has to be acknowledged
_CITED = 8  # passages under one answer
_SAID_BY = {"bot": "Assistant", "system": "The clinic"}


def reply_blocks(message: Message) -> list[Block]:
    """Text, citations, links and suggestions, and thumbs under what the assistant answered."""
    payload = message.payload
    below = [
        *_citations(payload.get("citations") or ()),
        *_buttons(payload.get("buttons") or ()),
        *_thumbs(message),
    ]
    above = [context(f"*{escaped(_speaker(message))}*")] if message.sender != "bot" else []
    room = MESSAGE_BLOCKS - len(above) - len(below)
    return [*above, *sections(escaped(message.text), room), *below]


def fallback(message: Message) -> str:
    """The text that notifications and screen readers get."""
    return shortened(escaped(message.text), FALLBACK_CHARS)


def is_danger(message: Message) -> bool:
    return message.outcome in DANGER_OUTCOMES


def _speaker(message: Message) -> str:
    if message.sender == "staff":
        return str(message.payload.get("name") or "The clinic's team")
    return _SAID_BY[message.sender]


def _citations(citations: Sequence[Mapping[str, Any]]) -> list[Block]:
    return [context(_citation(number, one)) for number, one in enumerate(citations[:_CITED], 1)]


def _citation(number: int, citation: Mapping[str, Any]) -> str:
    """`[1] Title, section (date)`, linked where it has an address, and the passage itself."""
    title = escaped(str(citation.get("title") or citation.get("document") or "Source"))
    url = str(citation.get("url") or "")
    if url.startswith(("https://", "http://")) and not set(url) & set("<>|"):
        title = f"<{url}|{title}>"
    section, date = (escaped(str(citation.get(key) or "")) for key in ("section", "date"))
    head = f"[{number}] {title}{f', {section}' if section else ''}{f' ({date})' if date else ''}"
    passage = quoted(shortened(str(citation.get("text") or ""), 500))
    return f"{head}\n{passage}" if passage else head


def _buttons(given: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Addresses become links, numbers a line to read, what can be asked a button."""
    links, numbers, suggestions = [], [], []
    for place, one in enumerate(given):
        title, payload = str(one.get("title", "")), str(one.get("payload", ""))
        if payload.startswith(("tel:", "sms:")):
            numbers.append(f"*{escaped(title)}*")
        elif payload.startswith(("https://", "http://")):
            links.append(button(title, f"{OPEN_LINK}_{place}", url=payload))
        elif 0 < len(payload) <= VALUE_CHARS:
            suggestions.append(button(title, f"{SUGGEST}_{place}", payload))
    return [
        *([context(" · ".join(numbers))] if numbers else []),
        *actions("suggestions", [*links, *suggestions]),
    ]


def _thumbs(message: Message) -> list[Block]:
    if message.sender != "bot" or message.outcome not in ("answer", "no_answer"):
        return []
    value = str(message.id)
    up = button(":thumbsup:", RATE_UP, value)
    down = button(":thumbsdown:", RATE_DOWN, value)
    return actions("rating", [_named(up, "Helpful"), _named(down, "Not helpful")])


def _named(block: Block, label: str) -> Block:
    return block | {"accessibility_label": label}
