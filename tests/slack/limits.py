"""Slack's documented limits on what an app may send; each problem found is a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
TEXT_CHARS = 40_000
_TEXTS = {"header": 150}


def message_problems(body: Mapping[str, Any]) -> list[str]:
    """Of the arguments of chat.postMessage and its like."""
    text, blocks = body.get("text") or "", body.get("blocks") or []
    problems = [] if text or blocks else ["neither text nor blocks"]
    if len(text) > TEXT_CHARS:
        problems.append(f"text of {len(text)} characters")
    return [*problems, *_blocks(blocks, MESSAGE_BLOCKS)]


def view_problems(view: Mapping[str, Any]) -> list[str]:
    problems = []
    for name, most in (("title", 24), ("submit", 24), ("close", 24)):
        if name in view:
            problems += _text(view[name], most, name, plain=True)
    if "title" not in view:
        problems.append("a view without a title")
    if len(view.get("private_metadata", "")) > 3000:
        problems.append("private_metadata too long")
    if len(view.get("callback_id", "")) > 255:
        problems.append("callback_id too long")
    if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
        problems.append("an input without submit")
    return [*problems, *_blocks(view["blocks"], VIEW_BLOCKS)]


def _blocks(blocks: Any, most: int) -> list[str]:
    problems = [f"{len(blocks)} blocks"] if len(blocks) > most else []
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        problems.append("a block_id twice")
    if any(len(one) > 255 for one in ids):
        problems.append("block_id too long")
    for number, block in enumerate(blocks):
        problems += [f"block {number}: {one}" for one in _block(block)]
    return problems


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind == "section":
        yield from _section(block)
    elif kind == "header":
        yield from _text(block["text"], 150, "header", plain=True)
    elif kind == "context":
        if not 1 <= len(block["elements"]) <= 10:
            yield f"{len(block['elements'])} elements of a context"
        for element in block["elements"]:
            yield from _text(element, 3000, "context")
    elif kind == "actions":
        yield from _actions(block["elements"])
    elif kind == "input":
        yield from _input(block)
    elif kind != "divider":
        yield f"an unknown type {kind!r}"


def _section(block: Mapping[str, Any]) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "a section without text"
    if "text" in block:
        yield from _text(block["text"], 3000, "section")
    fields = block.get("fields", [])
    if len(fields) > 10 or ("fields" in block and not fields):
        yield f"{len(fields)} fields"
    for one in fields:
        yield from _text(one, 2000, "field")


def _actions(elements: Any) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} elements of actions"
    ids = [element["action_id"] for element in elements]
    if len(ids) != len(set(ids)):
        yield "an action_id twice"
    for element in elements:
        if element["type"] != "button":
            yield f"an unknown element {element['type']!r}"
            continue
        yield from _text(element["text"], 75, "button", plain=True)
        for name, most in (("value", 2000), ("url", 3000), ("action_id", 255)):
            if name in element and not 1 <= len(element[name]) <= most:
                yield f"{name} of {len(element[name])} characters"
        if element.get("style") not in (None, "primary", "danger"):
            yield "a style that does not exist"
        if len(element.get("accessibility_label", "")) > 75:
            yield "accessibility_label too long"
        if "url" in element and not element["url"].startswith(("http://", "https://")):
            yield "a url that opens no page"


def _input(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _text(block["label"], 2000, "label", plain=True)
    if "hint" in block:
        yield from _text(block["hint"], 2000, "hint", plain=True)
    element = block["element"]
    if element["type"] != "plain_text_input":
        yield f"an unknown input {element['type']!r}"
    most = element.get("max_length", 3000)
    if not 1 <= most <= 3000:
        yield f"max_length {most}"
    if len(element.get("initial_value", "")) > 3000:
        yield "initial_value too long"


def _text(text: Mapping[str, Any], most: int, where: str, *, plain: bool = False) -> list[str]:
    problems = []
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if text.get("type") not in kinds:
        problems.append(f"{where} of type {text.get('type')!r}")
    if not 1 <= len(text.get("text", "")) <= most:
        problems.append(f"{where} of {len(text.get('text', ''))} characters")
    allowed = {"type", "text", "emoji" if text.get("type") == "plain_text" else "verbatim"}
    problems += [f"{where} with {name!r}" for name in set(text) - allowed]
    return problems
