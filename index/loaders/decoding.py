"""Bytes of a file to text."""

from __future__ import annotations

import codecs
import re

_JUNK = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY_STARTS = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotText(Exception):
    """The bytes are not text; the message says why."""


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else Windows-1252; raises NotText."""
    if not content.strip():
        raise NotText("the file is empty")
    if content.startswith(_BINARY_STARTS):
        raise NotText("it is a binary file with the wrong suffix")
    text = _JUNK.sub("", _decoded(content)).replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        raise NotText("it holds control characters, so it is binary, not text")
    if not text.strip():
        raise NotText("the file is empty")
    return text


def _decoded(content: bytes) -> str:
    wide = content.startswith(_WIDE_MARKS)
    encodings = ["utf-16"] if wide else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotText(f"it is neither {' nor '.join(encodings)} text; save it as UTF-8")
