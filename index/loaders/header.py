"""What a document says of itself: a YAML header above its text, or in a file beside it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from index.document import AskedQuestion
from index.loaders.decoding import NotText, decode

BESIDE = (".yml", ".yaml")
"""`leaflet.pdf.yml` holds the header of `leaflet.pdf`, which has no room for one of its own."""

_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_KEYS = ("title", "source", "url", "author", "date", "reviewed-on", "review-by")
_DATES = frozenset({"date", "reviewed-on", "review-by"})


@dataclass(frozen=True)
class Header:
    """The keys that a header gave, dates as ISO, and its questions."""

    values: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[AskedQuestion, ...] = ()

    def over(self, other: Mapping[str, str | None]) -> dict[str, str]:
        """Its values and, for keys that it lacks, those of another."""
        return {key: value for key, value in {**other, **self.values}.items() if value}


def split_header(text: str) -> tuple[Header, str]:
    """The header above a text, empty where there is none, and the text below; raises NotText."""
    found = _FRONT.match(text)
    if found is None:
        return Header(), text
    return read_header(found["yaml"], 2), text[found.end() :]


def header_beside(path: Path) -> Header:
    """The header in the file beside a document; raises NotText where it cannot be read."""
    for suffix in BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            return read_header(decode(beside.read_bytes()), 1)
    return Header()


def is_header(path: Path) -> bool:
    """Whether a file is the header of the document beside it, not a document."""
    return path.suffix.lower() in BESIDE and path.with_suffix("").is_file()


def read_header(text: str, first_line: int = 1) -> Header:
    """Keys and questions from YAML; raises NotText naming the key or the line."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + first_line
        raise NotText(f"its header is not valid YAML near line {line}") from error
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise NotText("its header is not a list of keys and values")
    known = {key: _written(key, values.get(key)) for key in _KEYS}
    questions = tuple(_questions(values.get("questions")))
    return Header({key: value for key, value in known.items() if value}, questions)


def _written(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        value = value.date()
    written = str(value).strip()
    if key in _DATES:
        try:
            datetime.date.fromisoformat(written)
        except ValueError as error:
            raise NotText(f"its {key} is {written!r}; write it as YYYY-MM-DD") from error
    return written


def _questions(value: object) -> Iterator[AskedQuestion]:
    """A list of questions, or lists of them under the headings whose text answers them."""
    by_section = value if isinstance(value, Mapping) else {"": value or []}
    for section, asked in by_section.items():
        for one in asked if isinstance(asked, list) else [asked]:
            if not isinstance(one, str):
                raise NotText(
                    f"its questions hold {one!r}; write a list of questions in quotes, "
                    "or such lists under the headings that answer them"
                )
            if one.strip():
                yield AskedQuestion(" ".join(one.split()), str(section).strip())
