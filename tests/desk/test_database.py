from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import bindparam, literal_column, select

from desk.database import Database
from desk.errors import DatabaseError
from desk.messages import Reply, ensure_conversation
from desk.models import conversations, metadata
from desk.store import Store
from desk.turn_queue import TurnQueue


def test_migrating_an_empty_database_gives_the_tables_of_the_models(empty_url: str) -> None:
    database = Database(empty_url)
    assert database.migrate()
    assert not database.migrate()
    ours = {"include_object": lambda _object, name, *_: name != "sqlite_sequence"}
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, metadata) == []
    database.close()


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    """Each has its own engine, as each process has."""
    databases = [Database(empty_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(Database.migrate, databases)) == [False, False, False, True]
    for database in databases:
        database.close()


@pytest.mark.parametrize(
    "url,named",
    [
        ("mysql://desk:hidden@host/desk", "mysql"),
        ("sqlite://", "no file"),
        ("hidden", "cannot be read"),
    ],
)
def test_a_wrong_url_is_refused_with_what_is_allowed(url: str, named: str) -> None:
    with pytest.raises(DatabaseError, match=named) as raised:
        Database(url)
    assert "postgresql://" in str(raised.value)
    assert "hidden" not in str(raised.value)


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    database = Database("postgresql://desk:hidden@127.0.0.1:9/desk")
    with pytest.raises(DatabaseError, match=r"127\.0\.0\.1:9") as raised:
        Store(database).check()
    assert "hidden" not in str(raised.value) + repr(database)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"x" * 4096)
    with pytest.raises(DatabaseError, match=r"desk\.db"):
        Store(Database(f"sqlite:///{path}")).check()


def test_an_error_of_the_database_shows_nothing_that_somebody_wrote(database: Database) -> None:
    store = Store(database)
    queue = TurnQueue(database)
    turn = queue.receive(store.start("website").id, "m1", "hello").message
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE case_events")
        connection.exec_driver_sql("ALTER TABLE messages RENAME TO moved")
    with pytest.raises(DatabaseError) as raised:
        queue.finish(turn, [Reply("my private words")])
    shown = f"{raised.value} {raised.value.__cause__}"
    assert "private" not in shown


def test_a_query_of_every_turn_sees_what_was_committed_and_names_its_errors(
    database: Database,
) -> None:
    query = select(conversations.c.channel).where(
        conversations.c.id == bindparam("one"), conversations.c.channel != "b"
    )
    assert list(database.rows(query, one="c1")) == []
    with database.writing() as connection:
        ensure_conversation(connection, "c1", "website")
        assert list(database.rows(query, one="c1")) == []
    assert [tuple(row) for row in database.rows(query, one="c1")] == [("website",)]
    broken = select(literal_column("no_such")).select_from(conversations)
    with pytest.raises(DatabaseError, match="no_such"):
        database.rows(broken)
    assert [tuple(row) for row in database.rows(query, one="c1")] == [("website",)]


def test_a_turn_ends_once(database: Database) -> None:
    """Two processes that take up the same pending turn give one reply."""
    store = Store(database)
    queue, other = TurnQueue(database), TurnQueue(database)
    turn = queue.receive(store.start("website").id, "m1", "hello").message
    assert store.replies(turn) is None
    assert queue.finish(turn, [Reply("first")]).replies
    assert other.finish(turn, [Reply("second")]).replies is None
    assert [reply.text for reply in store.replies(turn) or ()] == ["first"]
    assert other.abandoned() == []


def test_ids_rise_within_a_conversation_in_the_order_of_the_commits(database: Database) -> None:
    """Whoever has read up to an id never misses a lower one."""
    store = Store(database)
    conversation, queue = store.start("website").id, TurnQueue(database)
    seen = [0]

    def write(number: int) -> None:
        queue.receive(conversation, f"m{number}", "text")

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(40)]
        while not all(done.done() for done in writing):
            seen += [message.id for message in store.messages(conversation, after=seen[-1])]
    seen += [message.id for message in store.messages(conversation, after=seen[-1])]
    assert seen[1:] == [message.id for message in store.messages(conversation)]
    assert len(seen) == 41
