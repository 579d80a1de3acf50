"""One database: SQLite for one machine, PostgreSQL for more."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic.util.exc import CommandError
from sqlalchemy import create_engine, event
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql import Select

from desk import migrations
from desk.errors import DatabaseError, DatabaseNotMigrated
from desk.notices import Notice

BUSY_SECONDS = 10
COPY_SECONDS = 5.0  # how often SQLite's log is copied into the database
MOST_PAGES = 20_000  # of a log that nobody copies; the next commit does
ALLOWED = "Allowed: sqlite:///path/to/file.db or postgresql://user:password@host/name."


def parse_url(database_url: str) -> URL:
    """The URL, checked. Raises DatabaseError, which names the URL without its password."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # an unreadable URL may hold a password: not shown
        raise DatabaseError(f"DATABASE_URL cannot be read. {ALLOWED}") from None
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseError(f"DATABASE_URL {shown!r} is of another kind of database. {ALLOWED}")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseError(f"DATABASE_URL {shown!r} names no file to share. {ALLOWED}")
    return url


class Database:
    """Connections to the database; opens nothing before its first use."""

    def __init__(self, database_url: str) -> None:
        self._url = parse_url(database_url)
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._one_writer = threading.Lock()
        self._next_copy = 0.0
        self._watching: Any = None  # SQLite: the connection that sees whether others wrote
        self.on_commit: Callable[[list[Notice]], None] | None = None
        """SQLite: gets the notices of each transaction of this process."""

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    @property
    def is_sqlite(self) -> bool:
        return bool(self._url.get_backend_name() == "sqlite")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. Raises DatabaseError."""
        with self._translated(), self._ready().begin() as connection:
            yield connection

    def rows(self, query: Select, **values: Any) -> Sequence[Any]:
        """The rows of a single query that is asked at every turn: on SQLite without the steps of a
        transaction, which take ten times as long. Raises DatabaseError.
        """
        if not self.is_sqlite:
            with self.reading() as connection:
                return list(connection.execute(query, values))
        asked = _compiled(query)
        given = asked.construct_params(values)
        with self._translated(), closing(self._watcher().cursor()) as cursor:
            found: Sequence[Any] = cursor.execute(
                str(asked), [given[name] for name in asked.positiontup]
            ).fetchall()
            return found

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end, undone by an error. Raises DatabaseError."""
        engine = self._ready().execution_options(writes=True)
        with self._translated(), self._turn_to_write(), engine.connect() as connection:
            notices: list[Notice] = []
            connection.info["notices"] = notices
            with connection.begin():
                yield connection
        if notices and self.on_commit is not None:
            self.on_commit(notices)

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """SQLite has one writer at a time, and lets others sleep between their tries; those of
        this process wait for each other here instead, and go on at once.
        """
        if self.is_sqlite:
            with self._one_writer:
                yield
        else:
            yield

    def migrate(self) -> bool:
        """Brings the tables up to date; False where they were. Safe from several processes."""
        with self._translated(), self._opening:
            engine = self._open()
            changed = _migrate(engine)
            self._engine = engine
            return changed

    def listening(self, channel: str) -> Any:
        """PostgreSQL: a driver connection of its own that hears a channel. Raises DatabaseError."""
        with self._translated():
            connection = self._ready().raw_connection()
            connection.detach()  # not the pool's any more: whoever asked closes it
            driver = connection.dbapi_connection
            driver.set_session(autocommit=True)
            with driver.cursor() as cursor:
                cursor.execute(f'LISTEN "{channel}"')
            return driver

    def flush(self) -> None:
        """SQLite: has the disk keep what was committed, which a commit by itself leaves to the
        operating system; so a power cut, not a kill, takes the last moment at most. From time to
        time the log is copied into the database too, or else a turn's commit would have to.
        """
        log = Path(f"{self._url.database}-wal")
        with self._translated(), suppress(FileNotFoundError), log.open("rb+") as file:
            os.fsync(file.fileno())
        if time.monotonic() >= self._next_copy:
            self._next_copy = time.monotonic() + COPY_SECONDS
            self._watch("PRAGMA wal_checkpoint(PASSIVE)")

    def data_version(self) -> int:
        """SQLite: changes whenever any connection has written. Raises DatabaseError."""
        version: int = self._watch("PRAGMA data_version")
        return version

    def _watch(self, pragma: str) -> Any:
        """The first value of a pragma, asked on a connection that never writes."""
        with self._translated(), closing(self._watcher().cursor()) as cursor:
            return cursor.execute(pragma).fetchone()[0]

    def _watcher(self) -> Any:
        if self._watching is None:
            self._watching = self._ready().raw_connection()
        return self._watching

    def close(self) -> None:
        """Closes every connection."""
        if self._watching is not None:
            self._watching.close()
            self._watching = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _ready(self) -> Engine:
        """The engine, once the tables are known to be right. A SQLite file is made and migrated
        without asking; another database is only looked at.
        """
        if self._engine is not None:
            return self._engine
        if self.is_sqlite:
            self.migrate()
        else:
            with self._translated(), self._opening:
                engine = self._open()
                _check(engine)
                self._engine = engine
        return self._ready()

    def _open(self) -> Engine:
        if self._engine is not None:
            return self._engine
        return _sqlite_engine(self._url) if self.is_sqlite else _server_engine(self._url)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            shown = self._url.render_as_string(hide_password=True)
            raise DatabaseError(f"The database {shown} failed: {_first_line(error)}") from error
        except CommandError as error:
            raise DatabaseNotMigrated(
                f"The database does not fit this version of the program: {error}."
            ) from error


@lru_cache
def _compiled(query: Select) -> Any:
    """What SQLite's driver is asked."""
    return query.compile(dialect=sqlite_dialect())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _migrate(engine: Engine) -> bool:
    with engine.connect() as connection:
        if migrations.is_current(connection):
            return False
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(19691020)")
        if migrations.is_current(connection):  # another process was faster
            return False
        migrations.upgrade(connection)
        return True


def _check(engine: Engine) -> None:
    with engine.connect() as connection:
        if not migrations.is_current(connection):
            raise DatabaseNotMigrated(
                "The database has not the tables of this version. Run `python -m desk migrate`."
            )


def _server_engine(url: URL) -> Engine:
    return create_engine(url, future=True, hide_parameters=True, pool_pre_ping=True)


def _sqlite_engine(url: URL) -> Engine:
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,  # parameters are what visitors wrote, and errors end up in logs
        poolclass=QueuePool,
        max_overflow=40,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see _begin_sqlite
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # see Database.flush
    connection.execute(f"PRAGMA wal_autocheckpoint = {MOST_PAGES}")
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except connection.OperationalError:  # this one switch does not wait for other processes
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _begin_sqlite(connection: Connection) -> None:
    """Writers queue at the start: a reader that turns into a writer may fail at once instead."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
