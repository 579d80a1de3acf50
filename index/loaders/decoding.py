"""Bytes of a file to text."""

from __future__ import annotations

import codecs
import re

_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
_JUNK = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY_STARTS = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotText(Exception):
    """The bytes are not text; the message says why."""


# UTF-8 that was once read as Windows-1252 and saved so: its quotes and accents come as these.
_GARBLED = re.compile("â€[™œ\u009d“”˜¦]|Ã[©¨¡³±¼¶¤]|Â[ ·°®]")
# The first lines of a page name its encoding.
_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]*\b(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.I)


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16, what a web page declares, else Windows-1252.

    Text that was garbled by an earlier wrong reading is set right. Raises NotText.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise NotText("the file is empty")
    if content.startswith(_BINARY_STARTS):
        raise NotText("it is a binary file with the wrong suffix")
    text = tidy(_ungarbled(_decoded(content))).replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        raise NotText("it holds control characters, so it is binary, not text")
    if not text.strip():
        raise NotText("the file is empty")
    return text


def tidy(text: str) -> str:
    """The text without characters that cannot be seen, and with letters that were set as one
    (\ufb01) apart."""
    for joined, apart in _LIGATURES.items():
        text = text.replace(joined, apart)
    return _JUNK.sub("", text).replace("\u00a0", " ")


def _decoded(content: bytes) -> str:
    encodings = _encodings(content)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise NotText(f"it is neither {' nor '.join(encodings)} text; save it as UTF-8")


def _encodings(content: bytes) -> list[str]:
    if content.startswith(_WIDE_MARKS):
        return ["utf-16"]
    sample = content[:2000]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[offset::2].count(0) > 0.8 * len(sample[offset::2]):
            return [encoding]
    declared = _DECLARED.search(sample)
    named = [declared[1].decode("ascii", "ignore").lower()] if declared else []
    return list(dict.fromkeys(["utf-8-sig", *named, "cp1252"]))


def _ungarbled(text: str) -> str:
    if not _GARBLED.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
