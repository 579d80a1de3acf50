"""How a message under review looks on a terminal of 80 columns, in plain characters."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import Final

from bot.safety.labels import BOTH
from bot.safety.queue import Item

WIDTH: Final = 78


def head(item: Item, number: int, of: int) -> str:
    """The line above a message."""
    times = f", said {item.said.times} times" if item.said.times > 1 else ""
    line = f"--- {number} of {of}: {item.concern}{times} "
    return f"\n{line:-<{WIDTH}}"


def shortened(text: str) -> str:
    """The text in one line."""
    return textwrap.shorten(_plain(text), WIDTH, placeholder=" ...")


def wrapped(text: str) -> list[str]:
    """The text's lines, none wider than the terminal."""
    paragraphs = _plain(text).split("\n")
    lines = [line for p in paragraphs for line in textwrap.wrap(p, WIDTH - 4) or [""]]
    return [f"  | {line}".rstrip() for line in lines]


def pair(item: Item) -> tuple[str, str]:
    """Label and reason that the gate gave."""
    return item.reading.verdict.label, item.reading.verdict.reason


def named(item: Item) -> str:
    """The gate's verdict in words of the policy."""
    verdict = item.reading.verdict
    return verdict.intent if verdict.intent in BOTH else " / ".join(pair(item))


def judgement(item: Item) -> str:
    """The gate's verdict, who decided, how surely, and what the visitor got."""
    reading = item.reading
    danger = "" if reading.danger is None else f", danger {reading.danger:.2f}"
    by = f"by {reading.verdict.source}, confidence {reading.verdict.confidence:.2f}{danger}"
    got = f"\n  then: {item.said.got}" if item.said.got else ""
    return f"  gate: {named(item)}\n        {by}{got}"


def _plain(text: str) -> str:
    """Without invisible characters, which may turn a line round."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cf")
