"""The people of the clinic who have an account."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from desk.database import Database
from desk.errors import InvalidInput
from desk.models import now, staff

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class Person:
    email: str
    name: str | None
    created_at: str
    active: bool


def check_email(email: str) -> str:
    """The address in small letters, without blanks round it. Raises InvalidInput."""
    address = email.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise InvalidInput(f"{email!r} is no e-mail address. One looks like name@clinic.example.")
    return address


class Staff:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, email: str, name: str | None = None) -> Person:
        """Adds a person, or makes one active again; a name replaces the one that is known."""
        address = check_email(email)
        name = (name or "").strip()[:120] or None
        with self._database.writing() as connection:
            known = _find(connection, address)
            if known is None:
                person = Person(address, name, now(), active=True)
                connection.execute(staff.insert().values(**vars(person)))
                return person
            person = Person(address, name or known.name, known.created_at, active=True)
            same = staff.c.email == address
            connection.execute(update(staff).where(same).values(**vars(person)))
            return person

    def list(self) -> tuple[Person, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(staff).order_by(staff.c.email))
            return tuple(Person(**row._mapping) for row in rows)

    def knows(self, email: str) -> bool:
        """Whether the person has an account that is active."""
        with self._database.reading() as connection:
            person = _find(connection, check_email(email))
        return person is not None and person.active


def name_of(connection: Connection, email: str) -> str | None:
    """The name that visitors see; never the address."""
    person = _find(connection, email)
    return None if person is None else person.name


def _find(connection: Connection, email: str) -> Person | None:
    row = connection.execute(select(staff).where(staff.c.email == email)).one_or_none()
    return None if row is None else Person(**row._mapping)
