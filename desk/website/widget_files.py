"""The widget as browsers fetch it: `widget.js`, and behind its button one module and one style.

The modules in `widget/` are plain ES modules. They are handed out joined into one, in the order of
their imports, so that a phone on a bad line waits for one answer and not for twenty; nothing is
compiled, and lines that hold only a comment stay here.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "widget"
ENTRY = "panel.js"
LAUNCHER = "widget.js"
STYLE = "panel.css"
_VERSION_LETTERS = 12

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) )", re.MULTILINE)
_LINE_COMMENT = re.compile(r"^[ ]*(?://|/\*\*).*\n|^\s*\n", re.MULTILINE)
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"^\s+", re.MULTILINE)


@dataclass(frozen=True)
class WidgetFile:
    """One file, ready to be sent."""

    content: bytes
    zipped: bytes
    media_type: str
    etag: str


class WidgetFiles:
    """`version` names the content of all files together: it changes when one of them does."""

    def __init__(self, folder: Path = FOLDER) -> None:
        module = _bare(joined(folder, ENTRY), _LINE_COMMENT)
        style = _bare((folder / STYLE).read_text("utf-8"), _STYLE_COMMENT)
        launcher = _bare((folder / LAUNCHER).read_text("utf-8"), _LINE_COMMENT)
        self.version = _digest(module + style + launcher)[:_VERSION_LETTERS]
        self.launcher = _file(launcher.replace("/VERSION", f"/{self.version}"), "text/javascript")
        self.parts = {
            ENTRY: _file(module, "text/javascript"),
            STYLE: _file(style, "text/css"),
        }


def joined(folder: Path, entry: str) -> str:
    """The module `entry` with everything it imports before it; only `entry` exports."""
    texts: dict[str, str] = {}
    _visit(folder, entry, texts)
    *imported, last = texts.values()
    return "".join([*(_EXPORT.sub("", text) for text in imported), last])


def _visit(folder: Path, name: str, texts: dict[str, str]) -> None:
    text = (folder / name).read_text("utf-8")
    for needed in _IMPORT.findall(text):
        if needed not in texts:
            _visit(folder, needed, texts)
    texts[name] = _IMPORT.sub("", text)


def _bare(text: str, comment: re.Pattern[str]) -> str:
    return _INDENT.sub("", comment.sub("", text))


def _file(text: str, media_type: str) -> WidgetFile:
    content = text.encode()
    zipped = gzip.compress(content, compresslevel=9, mtime=0)
    return WidgetFile(content, zipped, media_type, f'"{_digest(text)[:32]}"')


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
