"""Markdown below its header."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.document import Block

_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})\s+(?P<text>.+?)\s*#*\s*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?P<text>\S.*)")
_TABLE_RULE = re.compile(r"[\s|:-]+")
_DROPPED = re.compile(r"<!--.*?-->|^(```|~~~).*?^\1[^\n]*$|^\[[^\]]+\]:\s+\S+.*$", re.S | re.M)
_INLINE = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])"), r"\1"),
    (re.compile(r"<(https?://[^>]+)>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^>]*>"), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"`([^`]+)`"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|<>-])"), r"\1"),
)


def read_blocks(text: str) -> list[Block]:
    """Headings, paragraphs and bullets of a Markdown text without its header."""
    blocks = []
    for kind, level, raw in _raw_blocks(_DROPPED.sub("", text)):
        plain = _plain(raw)
        if plain:
            blocks.append(Block(kind, plain, level))  # type: ignore[arg-type]
    return blocks


def _raw_blocks(text: str) -> Iterator[tuple[str, int, str]]:
    kind, gathered = "paragraph", ""
    for line in text.split("\n"):
        line = re.sub(r"^\s*>\s?", "", line)
        heading, bullet = _HEADING.fullmatch(line), _BULLET.match(line)
        underline = _UNDERLINE.fullmatch(line)
        if gathered and kind == "paragraph" and underline:
            yield "heading", 1 if "=" in line else 2, gathered
            gathered = ""
            continue
        row = "|" in line and line.strip().startswith("|")
        if heading or bullet or row or not line.strip() or underline:
            if gathered:
                yield kind, 0, gathered
            kind, gathered = "paragraph", ""
        if heading:
            yield "heading", len(heading["marks"]), heading["text"]
        elif bullet:
            kind, gathered = "bullet", bullet["text"]
        elif row and not _TABLE_RULE.fullmatch(line):
            yield "bullet", 0, " – ".join(cell.strip() for cell in line.strip(" |").split("|"))
        elif line.strip() and not underline and not row:
            gathered = f"{gathered} {line.strip()}".strip()
    if gathered:
        yield kind, 0, gathered


def _plain(text: str) -> str:
    for pattern, plain in _INLINE:
        text = pattern.sub(plain, text)
    return " ".join(text.split())
