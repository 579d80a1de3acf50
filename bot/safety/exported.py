"""Visitors' messages from a file that `python -m desk export` wrote."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


class ReviewProblem(Exception):
    """The review cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Said:
    """What visitors wrote: once, however often it was said.

    `before` is what was said just before it, as "who: text"; `got` the outcome and the reason that
    it got at the time. Both come from its first occurrence and may be empty.
    """

    text: str
    before: str = ""
    got: str = ""
    times: int = 1


def key_of(text: str) -> str:
    """Equal for texts that differ in capitals and blanks alone."""
    return " ".join(text.casefold().split())


def read_export(path: Path) -> list[Said]:
    """Every different message of the visitors, in the order of the file; raises ReviewProblem."""
    try:
        # Not splitlines: a visitor's text may hold other characters that count as a line's end.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ReviewProblem(f"{path} cannot be read: {why}.") from error
    found: dict[str, Said] = {}
    for number, line in enumerate(lines, start=1):
        for said in _said(_messages(line, f"{path}:{number}")) if line.strip() else ():
            key = key_of(said.text)
            known = found.get(key)
            found[key] = replace(known, times=known.times + 1) if known else said
    if not found:
        raise ReviewProblem(f"{path} holds no message of a visitor. Export more days?")
    return list(found.values())


def not_in(said: Sequence[Said], reviewed: Container[str]) -> list[Said]:
    """Those whose key is not among the reviewed."""
    return [message for message in said if key_of(message.text) not in reviewed]


def _messages(line: str, place: str) -> list[Mapping[str, Any]]:
    try:
        messages = json.loads(line)["messages"]
        for message in messages:
            if not all(isinstance(message[key], str) for key in ("from", "text")):
                raise TypeError("a message's from and text must be texts")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReviewProblem(
            f"{place} is no conversation as `python -m desk export` writes it"
            f" ({type(error).__name__}: {error})."
        ) from error
    return list(messages)


def _said(messages: Sequence[Mapping[str, Any]]) -> Iterator[Said]:
    for number, message in enumerate(messages):
        text = _clean(message["text"]).strip()
        if message["from"] == "visitor" and text:
            before = messages[number - 1] if number else None
            after = messages[number + 1] if number + 1 < len(messages) else {}
            yield Said(
                text,
                f"{before['from']}: {_clean(before['text'])}" if before else "",
                _got(after),
            )


def _got(reply: Mapping[str, Any]) -> str:
    named = [reply.get("outcome"), reply.get("reason")] if reply.get("from") == "bot" else []
    return ", ".join(str(value) for value in named if value)


def _clean(text: str) -> str:
    """Without what a terminal would obey or a file cannot hold."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
