"""Parts that are killed or fail during traffic: every message is there once and in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desk import processes
from tests.desk.postgres_server import PostgresServer
from tests.desk.processes import Process, check, talk

pytestmark = pytest.mark.processes


@pytest.fixture
def rasa(tmp_path: Path) -> Iterator[Process]:
    rasa = processes.stand_in(tmp_path)
    rasa.start()
    yield rasa
    rasa.kill()


@pytest.fixture
def make_desk(tmp_path: Path, rasa: Process) -> Iterator[Callable[..., Process]]:
    made: list[Process] = []

    def make(database_url: str, **environ: str) -> Process:
        made.append(processes.desk(tmp_path, rasa, database_url, **environ))
        return made[-1]

    yield make
    for process in made:
        process.kill()


@pytest.fixture
def own_server(free_port: int) -> Iterator[PostgresServer]:
    server = PostgresServer(free_port)
    server.start()
    yield server
    server.remove()


def test_a_desk_that_is_killed_loses_nothing(
    make_desk: Callable[..., Process], sqlite_url: str
) -> None:
    desk = make_desk(sqlite_url)
    desk.start()

    def kill_twice() -> None:
        for _ in range(2):
            desk.kill()
            desk.start()

    check(talk([desk], kill_twice))


def test_one_of_two_desks_is_killed_and_the_other_goes_on(
    make_desk: Callable[..., Process], empty_server_url: str
) -> None:
    """A visitor's messages go to both in turn, and still one turn is in flight at a time."""
    first, second = make_desk(empty_server_url), make_desk(empty_server_url)
    first.start()
    second.start()

    def kill_one() -> None:
        first.kill()
        time.sleep(1)
        first.start()

    check(talk([first, second], kill_one))


def test_rasa_is_killed_and_comes_back(
    make_desk: Callable[..., Process], sqlite_url: str, rasa: Process
) -> None:
    desk = make_desk(sqlite_url)
    desk.start()

    def kill_rasa() -> None:
        rasa.kill()
        time.sleep(1)
        rasa.start()

    check(talk([desk], kill_rasa), answered=False)


def test_postgresql_is_killed_and_comes_back(
    make_desk: Callable[..., Process], own_server: PostgresServer
) -> None:
    desk = make_desk(own_server.url)
    desk.start()

    def kill_server() -> None:
        own_server.kill()
        time.sleep(1)
        own_server.start()

    check(talk([desk], kill_server))


def test_a_full_disk_is_a_refusal_and_nothing_is_lost_when_there_is_room_again(
    make_desk: Callable[..., Process], sqlite_url: str
) -> None:
    desk = make_desk(sqlite_url)
    desk.start()  # makes the tables
    desk.kill()
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    tables = sum(file.stat().st_size for file in database.parent.glob(f"{database.name}*"))
    desk.start(file_bytes=tables + 64 * 1024)  # the tables may still be in the write-ahead log

    def make_room() -> None:
        time.sleep(3)
        desk.kill()
        desk.start()

    people = talk([desk], make_room, messages=25, pause=0.1)
    assert "disk" in desk.log or "full" in desk.log
    check(people)


def test_a_database_that_is_read_only_for_a_while_is_a_refusal(
    make_desk: Callable[..., Process], own_server: PostgresServer
) -> None:
    desk = make_desk(own_server.url)
    desk.start()

    def for_a_while() -> None:
        own_server.set("default_transaction_read_only", "on")
        time.sleep(1.5)
        own_server.set("default_transaction_read_only", "off")

    people = talk([desk], for_a_while)
    assert "read-only" in desk.log
    check(people)
