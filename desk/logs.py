"""The desk's log: one JSON object a line, with ids and counts. What somebody wrote is never in it:
no call hands a text over, and errors of the database hide their parameters.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone

CHATTY = ("httpx", "httpcore", "alembic", "multipart", "asyncio")
_ALWAYS = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "color_message"})


class JsonLines(logging.Formatter):
    """What is given as `extra` becomes fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _ALWAYS}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a terminal: the same, to be read by people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        fields = [f"{key}={value}" for key, value in vars(record).items() if key not in _ALWAYS]
        return " ".join([super().format(record), *fields])


def set_up_logs(form: str) -> None:
    """`json`, `text`, or `auto`: text at a terminal and JSON elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(PlainLines() if text else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
