"""Files to documents: one module a file type, chosen by suffix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.document import Block, Document
from index.errors import DocumentUnreadable, NoDocuments
from index.loaders import html, markdown, text
from index.loaders.decoding import NotText, decode
from index.loaders.leftovers import strip_leftovers
from index.loaders.titles import title_from

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".html", ".htm"})


def find_documents(folder: Path) -> list[Path]:
    """All files below the folder in a stable order, hidden ones left out; raises NoDocuments."""
    if not folder.is_dir():
        reason = "is a file, not a folder" if folder.exists() else "does not exist"
        raise NoDocuments(f"{folder} {reason}; name a folder of documents")
    files = sorted(
        path
        for path in folder.rglob("*")
        if not path.is_dir()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not files:
        raise NoDocuments(
            f"{folder} holds no documents; put {', '.join(sorted(SUFFIXES))} files there"
        )
    return files


def load_document(path: Path, folder: Path) -> tuple[Document, bytes]:
    """One document and the bytes it was read from; its name is its path below the folder.

    Raises DocumentUnreadable with the name and the reason.
    """
    name = path.relative_to(folder).as_posix()
    try:
        content = _read(path, folder)
        return _document(name, path, decode(content)), content
    except NotText as error:
        raise DocumentUnreadable(name, str(error)) from error


def _read(path: Path, folder: Path) -> bytes:
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
        return path.read_bytes()
    except OSError as error:
        raise NotText(f"it cannot be read: {error.strerror}") from error


def _document(name: str, path: Path, content: str) -> Document:
    meta: dict[str, str] = {}
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        page = html.read_page(content)
        said = {"title": page.title, "author": page.author, "date": page.date, "url": page.url}
        meta = {key: value for key, value in said.items() if value}
        raw = page.blocks
    elif suffix == ".txt":
        raw = text.read_blocks(content)
    else:
        meta, body = markdown.split_front_matter(content)
        raw = markdown.read_blocks(body)
    cleaned = strip_leftovers(raw)
    blocks = text.mark_headings(cleaned.blocks) if suffix == ".txt" else cleaned.blocks
    if all(block.kind == "heading" for block in blocks):
        raise NotText("nothing but headings and web page leftovers was found in it")
    title = meta.get("title") or _own_title(blocks, path.stem)
    return Document(
        name=name,
        title=title,
        blocks=_without_title(blocks, title),
        author=meta.get("author") or cleaned.author,
        date=meta.get("date") or cleaned.date,
        url=meta.get("url"),
        source=meta.get("source"),
        reviewed_on=meta.get("reviewed-on"),
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
