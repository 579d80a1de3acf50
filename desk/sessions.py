"""Staff who are logged in to the console. A session's token is in the browser's cookie alone; the
table has its hash.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import select, update

from desk.database import Database
from desk.models import now, sessions, staff, stamp
from desk.staff import Person, Staff

HOURS = 12  # from the log-in, whatever happens
IDLE_HOURS = 2  # from the last request
SEEN_MINUTES = 1  # how exactly `last_seen_at` is kept, so that reading a page writes nothing


@dataclass(frozen=True)
class Session:
    """`id` names it in the list of sessions and opens nothing."""

    id: str
    email: str
    created_at: str
    last_seen_at: str
    expires_at: str
    revoked_at: str | None
    user_agent: str


class Sessions:
    """Raises DatabaseError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._staff = Staff(database)

    def start(self, email: str, user_agent: str = "") -> str:
        """The token of a new session of a person who has logged in."""
        token = secrets.token_urlsafe(32)
        begun = datetime.now(timezone.utc)
        session = Session(
            id=secrets.token_hex(6),
            email=email,
            created_at=stamp(begun),
            last_seen_at=stamp(begun),
            expires_at=stamp(begun + timedelta(hours=HOURS)),
            revoked_at=None,
            user_agent=user_agent[:200],
        )
        with self._database.writing() as connection:
            row = {**vars(session), "token_hash": _hash(token)}
            connection.execute(sessions.insert().values(**row))
        return token

    def check(self, token: str, *, touch: bool = True) -> tuple[Session, Person] | None:
        """Whose session it is; None when it is unknown, over, revoked, or the account closed. What
        a page asks by itself does not `touch` the session: nobody is at work because of it.
        """
        wanted = (
            select(sessions)
            .join(staff, staff.c.email == sessions.c.email)
            .where(sessions.c.token_hash == _hash(token), sessions.c.revoked_at.is_(None))
            .where(sessions.c.expires_at > now(), staff.c.active)
            .where(sessions.c.last_seen_at > _ago(hours=IDLE_HOURS))
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        session = _session(row._mapping)
        if touch and session.last_seen_at < _ago(minutes=SEEN_MINUTES):
            self._seen(session.id)
        person = self._staff.find(session.email)
        return None if person is None else (session, person)

    def list(self, email: str | None = None) -> tuple[Session, ...]:
        """Sessions that are open, of one person or of all, the newest first."""
        wanted = select(sessions).where(
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > now(),
            sessions.c.last_seen_at > _ago(hours=IDLE_HOURS),
        )
        if email is not None:
            wanted = wanted.where(sessions.c.email == email)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(sessions.c.created_at.desc()))
            return tuple(_session(row._mapping) for row in rows)

    def revoke(self, session_id: str) -> bool:
        """Ends a session; False when it was over."""
        return self._revoke(sessions.c.id == session_id)

    def revoke_all(self, email: str) -> bool:
        """Ends every session of a person; False when there was none."""
        return self._revoke(sessions.c.email == email)

    def _revoke(self, which: object) -> bool:
        ended = update(sessions).where(which, sessions.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            return bool(connection.execute(ended.values(revoked_at=now())).rowcount)

    def _seen(self, session_id: str) -> None:
        same = sessions.c.id == session_id
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(same).values(last_seen_at=now()))


def _ago(**much: float) -> str:
    return stamp(datetime.now(timezone.utc) - timedelta(**much))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _session(row: dict[str, object]) -> Session:
    return Session(**{key: row[key] for key in Session.__dataclass_fields__})  # type: ignore[arg-type]
