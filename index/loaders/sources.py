"""Where documents come from: a folder, or a list of addresses whose pages were saved as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from index.errors import DocumentUnreadable, NoDocuments
from index.loaders.decoding import NotText, decode
from index.loaders.header import is_header

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx"})
_SCHEMES = ("http://", "https://")


@dataclass(frozen=True)
class Source:
    """Files below a folder, in a stable order; `address` says where a file was saved from."""

    folder: Path
    files: tuple[Path, ...]
    address: dict[Path, str]
    errors: tuple[DocumentUnreadable, ...] = ()


def find_documents(where: Path) -> list[Path]:
    """The files of `open_source`."""
    return list(open_source(where).files)


def open_source(where: Path) -> Source:
    """The documents of a folder, or of a file that lists addresses; raises NoDocuments.

    A line of such a list is an address and, after a space, the file that its page was saved as;
    where the file is not named it is looked for under the names that download programs give.
    Nothing is ever fetched.
    """
    if where.is_file():
        return _listed(where)
    if not where.is_dir():
        raise NoDocuments(f"{where} does not exist; name a folder of documents or a list")
    files = sorted(path for path in where.rglob("*") if _is_document(path, where))
    if not files:
        raise NoDocuments(
            f"{where} holds no documents; put {', '.join(sorted(SUFFIXES))} files there"
        )
    return Source(where, tuple(files), {})


def _is_document(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not path.is_dir() and not hidden and not is_header(path)


def _listed(where: Path) -> Source:
    try:
        lines = decode(where.read_bytes()).split("\n")
    except (NotText, OSError) as error:
        raise NoDocuments(f"the list {where} cannot be read: {error}") from error
    address: dict[Path, str] = {}
    errors: list[DocumentUnreadable] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _entry(line, where.parent)
        if isinstance(found, str):
            errors.append(DocumentUnreadable(f"{where.name} line {number}", found))
        else:
            address.setdefault(found[1], found[0])
    if not address:
        reason = f": {errors[0]}" if errors else ""
        raise NoDocuments(
            f"{where} is a file, not a folder, and lists no address with its saved file{reason}"
        )
    return Source(where.parent, tuple(address), address, tuple(errors))


def _entry(line: str, folder: Path) -> tuple[str, Path] | str:
    """Address and file of a line, or what is wrong with it."""
    url, _, name = line.strip().partition(" ")
    name = name.strip()
    if not url.lower().startswith(_SCHEMES):
        return f"{url!r} is no web address; write http://... or https://... and the saved file"
    tried = [name] if name else list(_names(url))
    for path in _below(folder, tried):
        if path.is_file():
            return url, path
    return f"no file was saved for {url}; looked for {', '.join(tried[:4])} in {folder}"


def _below(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        path = folder / name
        if path.resolve().is_relative_to(folder.resolve()):
            yield path


def _names(url: str) -> Iterator[str]:
    """What a page may have been saved as: by its host and path, or by its last part alone."""
    parts = urlsplit(url)
    path = unquote(parts.path).strip("/")
    for base in (f"{parts.netloc}/{path}".strip("/"), path, path.rpartition("/")[2]):
        if not base:
            continue
        if Path(base).suffix.lower() in SUFFIXES:
            yield base
        yield from (f"{base}{suffix}" for suffix in (".html", ".htm", ".pdf", ".md", ".txt"))
        yield f"{base}/index.html"
