"""HTML: the main text of a page with its headings and lists, found by trafilatura."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from index.document import Block
from index.loaders.decoding import NotText

# Short pages lose their comments only when these are taken out before the extraction.
_COMMENTS = [
    f"//*[@id='{name}' or contains(concat(' ', @class, ' '), ' {name} ')]"
    for name in (
        *("comments", "comments-area", "comment-list", "commentlist", "disqus_thread"),
        *("respond", "comment-respond", "comment-form"),
    )
]


@dataclass(frozen=True)
class Page:
    """What a web page says about itself and its main text."""

    title: str | None
    author: str | None
    date: str | None
    url: str | None
    blocks: list[Block]


def read_page(html: str) -> Page:
    """The page's main text; raises NotText where there is none."""
    # Imported here: the library takes a second to load, and most documents are not HTML.
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = bare_extraction(
            html, include_comments=False, with_metadata=True, prune_xpath=_COMMENTS
        )
    except Exception as error:  # the parsers below it raise what they like on broken markup
        raise NotText(f"the page cannot be parsed: {error}") from error
    blocks = _blocks(found["body"]) if found else []
    if not found or not any(block.kind != "heading" for block in blocks):
        raise NotText("no main text was found in the page")
    return Page(found["title"], found["author"], found["date"], found["url"], blocks)


def _blocks(element: Any) -> list[Block]:
    """Blocks of trafilatura's tree: head, p, list/item, table/row/cell, quote."""
    blocks: list[Block] = []
    for child in element:
        if child.tag == "head":
            _add(blocks, "heading", child, _level(child))
        elif child.tag == "item" or child.tag == "row":
            _add(blocks, "bullet", child)
        elif child.tag in ("list", "table", "div", "quote") and len(child):
            blocks += _blocks(child)
        else:
            _add(blocks, "paragraph", child)
    return blocks


def _level(head: Any) -> int:
    mark = head.get("rend", "h2")
    return int(mark[1]) if mark[1:].isdigit() else 2


def _add(blocks: list[Block], kind: Any, element: Any, level: int = 0) -> None:
    for line in "".join(_texts(element)).split("\n\n"):
        text = " ".join(line.split())
        if text:
            blocks.append(Block(kind, text, level))


def _texts(element: Any) -> list[str]:
    """All text below an element; a line break parts blocks, a cell or an item parts words."""
    texts = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            texts.append("\n\n" if element.tag == "p" else " ")
        texts += _texts(child)
        if child.tag in ("cell", "item", "p"):
            texts.append(" ")
        texts.append(child.tail or "")
    return texts
