"""Canned replies: sentences that staff say often, kept by admins."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from desk.clean import clean
from desk.database import Database
from desk.errors import InvalidInput
from desk.models import canned_replies, now
from desk.texts import LANGUAGES

SIZES = {"title": 80, "text": 4000}


@dataclass(frozen=True)
class CannedReply:
    id: int
    title: str
    language: str
    text: str


class Canned:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, language: str | None = None) -> tuple[CannedReply, ...]:
        """Every one by title; those in the visitor's language first where it is known."""
        table = canned_replies.c
        wanted = select(table.id, table.title, table.language, table.text).order_by(table.title)
        with self._database.reading() as connection:
            found = [CannedReply(**row._mapping) for row in connection.execute(wanted)]
        return tuple(sorted(found, key=lambda one: language not in (None, one.language)))

    def save(self, title: str, language: str, text: str, reply_id: int | None = None) -> None:
        """Adds one, or changes the one of that id. Raises InvalidInput."""
        if language not in LANGUAGES:
            raise InvalidInput(f"language {language!r} is not one of {', '.join(LANGUAGES)}.")
        values = {
            "title": _checked("title", title),
            "language": language,
            "text": _checked("text", text),
            "changed_at": now(),
        }
        step = canned_replies.insert().values(**values)
        if reply_id is not None:
            same = canned_replies.c.id == reply_id
            step = update(canned_replies).where(same).values(**values)
        with self._database.writing() as connection:
            if connection.execute(step).rowcount != 1:
                raise InvalidInput("This canned reply has been removed meanwhile.")

    def remove(self, reply_id: int) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(canned_replies).where(canned_replies.c.id == reply_id))


def _checked(name: str, value: str) -> str:
    text = clean(value).strip()
    if not text:
        raise InvalidInput(f"The {name} is empty.")
    if len(text) > SIZES[name]:
        raise InvalidInput(f"The {name} has {len(text)} characters, {SIZES[name]} are allowed.")
    return text
