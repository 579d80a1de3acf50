"""Files to documents: one module a file type, chosen by suffix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.document import Block, Document
from index.errors import DocumentUnreadable
from index.loaders import docx, html, markdown, pdf, text
from index.loaders.decoding import NotText, decode
from index.loaders.header import Header, header_beside, split_header
from index.loaders.leftovers import strip_leftovers
from index.loaders.sources import SUFFIXES, Source, find_documents, open_source
from index.loaders.titles import title_from

__all__ = ["SUFFIXES", "Source", "find_documents", "load_document", "open_source"]


@dataclass(frozen=True)
class _Raw:
    """What a reader made of a file, before leftovers are taken off; `said` is what the file says
    of itself, which a header overrules."""

    blocks: Sequence[Block]
    said: dict[str, str | None] = field(default_factory=dict)
    header: Header = field(default_factory=Header)
    notes: tuple[str, ...] = ()
    headings_unmarked: bool = False


def load_document(path: Path, folder: Path, url: str | None = None) -> tuple[Document, bytes]:
    """One document and the bytes it was read from; its name is its path below the folder.

    `url` is the address that the file was saved from, if it was. Raises DocumentUnreadable with
    the name and the reason.
    """
    name = path.relative_to(folder).as_posix()
    try:
        content = _bytes(path, folder)
        beside = header_beside(path)
        return _document(name, path, _read(path, content), beside, url), content
    except NotText as error:
        raise DocumentUnreadable(name, str(error)) from error


def _bytes(path: Path, folder: Path) -> bytes:
    if path.suffix.lower() not in SUFFIXES:
        raise NotText(
            f"unknown file type {path.suffix or 'without a suffix'}; "
            f"known are {', '.join(sorted(SUFFIXES))}"
        )
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NotText("it is a link that leads out of the documents folder")
    if not path.is_file():
        raise NotText("it is not a regular file" if path.exists() else "it is a broken link")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotText(f"it cannot be read: {error.strerror}") from error
    if not content:
        raise NotText("the file is empty")
    return content


def _read(path: Path, content: bytes) -> _Raw:
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        if not content.lstrip().startswith(b"%PDF"):
            raise NotText("it is no PDF, whatever its suffix says")
        found = pdf.read_pdf(content)
        said = {"title": found.title, "author": found.author, "date": found.date}
        return _Raw(found.blocks, said, notes=found.notes, headings_unmarked=True)
    if suffix == ".docx":
        word = docx.read_docx(content)
        return _Raw(word.blocks, {"title": word.title, "author": word.author, "date": word.date})
    if suffix in (".html", ".htm"):
        page = html.read_page(decode(content))
        said = {"title": page.title, "author": page.author, "date": page.date, "url": page.url}
        return _Raw(page.blocks, said)
    header, body = split_header(decode(content))
    if suffix == ".txt":
        return _Raw(text.read_blocks(body), header=header, headings_unmarked=True)
    return _Raw(markdown.read_blocks(body), header=header)


def _document(name: str, path: Path, raw: _Raw, beside: Header, url: str | None) -> Document:
    cleaned = strip_leftovers(list(raw.blocks))
    blocks = text.mark_headings(cleaned.blocks) if raw.headings_unmarked else cleaned.blocks
    if all(block.kind == "heading" for block in blocks):
        raise NotText("nothing but headings and web page leftovers was found in it")
    found = {"author": cleaned.author, "date": cleaned.date}
    said = {key: value for key, value in raw.said.items() if value}
    meta = Header(beside.over(dict(raw.header.values))).over(found | said)
    title = meta.get("title") or _own_title(blocks, path.stem)
    return Document(
        name=name,
        title=title,
        blocks=_without_title(blocks, title),
        author=meta.get("author"),
        date=meta.get("date"),
        url=url or meta.get("url"),
        source=meta.get("source"),
        reviewed_on=meta.get("reviewed-on"),
        review_by=meta.get("review-by"),
        questions=raw.header.questions + beside.questions,
        notes=raw.notes,
    )


def _own_title(blocks: Sequence[Block], file_stem: str) -> str:
    """The heading that opens the text or that is marked as its title, else one made for it."""
    if blocks[0].kind == "heading":
        return blocks[0].text
    marked = [block.text for block in blocks if block.kind == "heading" and block.level == 1]
    if marked:
        return marked[0]
    return title_from((block.text for block in blocks), file_stem)


def _without_title(blocks: Sequence[Block], title: str) -> tuple[Block, ...]:
    return tuple(block for block in blocks if not (block.kind == "heading" and block.text == title))
