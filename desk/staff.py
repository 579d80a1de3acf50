"""The people of the clinic who have an account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from desk.database import Database
from desk.errors import InvalidInput, LoginRefused
from desk.models import now, staff, stamp
from desk.passwords import fits, hash_password

Role = Literal["agent", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
TRIES = 5  # wrong passwords in a row before an account is locked
LOCK_MINUTES = 15

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class Person:
    """`role` is `agent`, or `admin`, who also sees allegations and settles accounts."""

    email: str
    name: str | None
    created_at: str
    active: bool
    role: Role = "agent"
    can_log_in: bool = False

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"


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

    def add(
        self,
        email: str,
        name: str | None = None,
        role: Role | None = None,
        password: str | None = None,
    ) -> Person:
        """Adds a person, or makes one active again; what is given replaces what is known. Raises
        InvalidInput.
        """
        address = check_email(email)
        if role is not None and role not in ROLES:
            raise InvalidInput(f"role {role!r} is not one of {', '.join(ROLES)}.")
        given = {
            "name": (name or "").strip()[:120] or None,
            "role": role,
            "password_hash": None if password is None else hash_password(password),
        }
        values = {key: value for key, value in given.items() if value is not None}
        with self._database.writing() as connection:
            if _find(connection, address) is None:
                row = {"email": address, "created_at": now(), "active": True, **values}
                connection.execute(staff.insert().values(**row))
            else:
                free = {"failed_logins": 0, "locked_until": None}
                _change(connection, address, active=True, **free, **values)
            return _known(connection, address)

    def set_active(self, email: str, active: bool) -> Person:
        """Lets a person in, or keeps one out. Raises InvalidInput when there is no such account."""
        address = check_email(email)
        with self._database.writing() as connection:
            _known(connection, address)
            _change(connection, address, active=active)
            return _known(connection, address)

    def list(self) -> tuple[Person, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(staff).order_by(staff.c.email))
            return tuple(_person(row._mapping) for row in rows)

    def find(self, email: str) -> Person | None:
        with self._database.reading() as connection:
            return _find(connection, check_email(email))

    def knows(self, email: str) -> bool:
        """Whether the person has an account that is active."""
        person = self.find(email)
        return person is not None and person.active

    def log_in(self, email: str, password: str) -> Person:
        """Checks the password. Raises LoginRefused: `wrong` (whatever was wrong about it) or
        `locked`, after too many wrong ones. Takes a tenth of a second: call it in a thread.
        """
        address = email.strip().lower()
        with self._database.reading() as connection:
            row = connection.execute(select(staff).where(staff.c.email == address)).one_or_none()
        if row is not None and (row.locked_until or "") > now():
            raise LoginRefused("locked")
        if not fits(password, row.password_hash if row else None) or not row.active:
            if row is not None:
                self._count_failure(address)
            raise LoginRefused("wrong")
        with self._database.writing() as connection:
            _change(connection, address, failed_logins=0, locked_until=None)
            return _known(connection, address)

    def _count_failure(self, address: str) -> None:
        until = stamp(datetime.now(timezone.utc) + timedelta(minutes=LOCK_MINUTES))
        same = staff.c.email == address
        counted = update(staff).where(same).values(failed_logins=staff.c.failed_logins + 1)
        too_many = same & (staff.c.failed_logins >= TRIES)
        with self._database.writing() as connection:
            connection.execute(counted)
            locked = {"failed_logins": 0, "locked_until": until}
            connection.execute(update(staff).where(too_many).values(**locked))


def is_active(connection: Connection, email: str) -> bool:
    person = _find(connection, email)
    return person is not None and person.active


def name_of(connection: Connection, email: str) -> str | None:
    """The name that visitors see; never the address."""
    person = _find(connection, email)
    return None if person is None else person.name


def _find(connection: Connection, email: str) -> Person | None:
    row = connection.execute(select(staff).where(staff.c.email == email)).one_or_none()
    return None if row is None else _person(row._mapping)


def _known(connection: Connection, email: str) -> Person:
    person = _find(connection, email)
    if person is None:
        raise InvalidInput(f"{email} has no account. `python -m desk staff add {email}` makes one.")
    return person


def _change(connection: Connection, email: str, **values: object) -> None:
    connection.execute(update(staff).where(staff.c.email == email).values(**values))


def _person(row: dict[str, object]) -> Person:
    shown = {key: row[key] for key in ("email", "name", "created_at", "active", "role")}
    return Person(**shown, can_log_in=row["password_hash"] is not None)  # type: ignore[arg-type]
