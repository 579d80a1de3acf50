"""Conversations out of the database, redacted, one JSON object a line."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.engine import Row

from desk.database import Database
from desk.errors import InvalidInput
from desk.models import cases, conversations, messages
from desk.parts import SECRET_FILE
from desk.redact import redact
from desk.settings import load_settings
from desk.website.tokens import load_secret

WARNING = (
    "Redaction is not perfect: what you hold is still health data. Keep it as you keep a record,"
    " and delete it when you are done."
)
_PSEUDONYM_LENGTH = 12


def run(database: Database, options: Namespace) -> None:
    """The command `export`. Raises InvalidInput, DatabaseError."""
    since, until = options.since, options.until or datetime.now(timezone.utc).date()
    if since > until:
        raise InvalidInput(f"--since {since} is after --until {until}.")
    if options.out is not None:
        _check_target(options.out, options.force)
    secret = load_settings().secret.get_secret_value() or load_secret(SECRET_FILE)
    lines = [
        json.dumps(conversation, ensure_ascii=False)
        for conversation in exported(database, since, until, secret, options.with_allegations)
    ]
    if options.out is None:
        print(*lines, sep="\n", end="\n" if lines else "")
    else:
        _write(options.out, lines)
    left_out = "" if options.with_allegations else " Those with an allegation are left out."
    print(f"{len(lines)} conversations from {since} to {until}.{left_out}", file=sys.stderr)
    print(WARNING, file=sys.stderr)


def exported(
    database: Database, since: date, until: date, secret: str, with_allegations: bool = False
) -> Iterator[dict[str, Any]]:
    """Each conversation with its messages of those days (UTC, both included), oldest first.

    Staff's notes are no messages and never among them. A conversation that ever had a case in the
    allegations queue is left out unless asked for: that queue is not for everybody's eyes.
    """
    wanted = (
        select(messages)
        .join(conversations)
        .where(messages.c.created_at >= since.isoformat())
        .where(messages.c.created_at < (until + timedelta(days=1)).isoformat())
        .order_by(conversations.c.created_at, conversations.c.id, messages.c.id)
    )
    if not with_allegations:
        same = cases.c.conversation_id == conversations.c.id
        wanted = wanted.where(~exists().where(same, cases.c.queue == "allegations"))
    with database.reading() as connection:
        rows = connection.execute(wanted)
        for conversation_id, said in groupby(rows, key=lambda row: str(row.conversation_id)):
            yield {
                "conversation": _pseudonym(conversation_id, secret),
                "messages": [_message(row) for row in said],
            }


def _pseudonym(conversation_id: str, secret: str) -> str:
    """The same for the same conversation, and nobody without the secret can tell which it is."""
    key, value = secret.encode(), f"desk.export:{conversation_id}".encode()
    return hmac.new(key, value, hashlib.sha256).hexdigest()[:_PSEUDONYM_LENGTH]


def _message(row: Row) -> dict[str, Any]:
    return {
        "from": row.sender,
        "text": redact(row.text),
        "outcome": row.payload.get("outcome"),
        "reason": row.payload.get("reason"),
        "at": row.created_at[:10],
    }


def _check_target(path: Path, force: bool) -> None:
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InvalidInput(f"--out {path} is no file in a folder that exists.")
    if path.exists() and not force:
        raise InvalidInput(f"{path} is there already. --force overwrites it.")


def _write(path: Path, lines: Sequence[str]) -> None:
    """Puts the file in place whole, readable by its owner alone. Raises InvalidInput."""
    try:
        _replace(path, (f"{line}\n" for line in lines))
    except OSError as error:
        raise InvalidInput(f"--out {path} cannot be written: {error.strerror}.") from error


def _replace(path: Path, lines: Iterable[str]) -> None:
    handle, making = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:  # mkstemp gives the mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        Path(making).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(making).unlink()
        raise
