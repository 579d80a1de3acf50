"""Who hears of a change, within a process and across processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from desk.cases import Cases
from desk.database import Database
from desk.notices import QUEUED_NOTICES, Notice, Notices, Subscription, announce
from desk.store import Store

ANN = "ann@clinic.example"


async def until(heard: Subscription, wanted: Callable[[Notice], bool]) -> Notice:
    for _ in range(100):
        notice = await heard.get(0.2)
        if notice is not None and wanted(notice):
            return notice
    raise AssertionError("not heard")


async def started(database: Database) -> Notices:
    """Hearing what other processes say."""
    notices = Notices(database)
    with notices.subscribe() as heard:
        await notices.start()
        await until(heard, lambda notice: notice.kind == "resync")
    return notices


def is_case(conversation: str) -> Callable[[Notice], bool]:
    return lambda notice: (notice.kind, notice.conversation_id) == ("case", conversation)


@pytest.mark.parametrize("same_process", [True, False])
def test_a_change_is_heard_by_who_listens_to_the_conversation_or_to_all(
    database: Database, empty_url: str, same_process: bool
) -> None:
    writer = database if same_process else Database(empty_url)

    async def run() -> None:
        notices = await started(database)
        with (
            notices.subscribe() as everything,
            notices.subscribe("c1") as mine,
            notices.subscribe("c2") as other,
        ):
            case = Cases(writer).open("c1", channel="website", reason="dosing")
            assert (await until(mine, is_case("c1"))).case_id == case.case_id
            assert (await until(everything, is_case("c1"))).case_id == case.case_id
            Store(writer).keep("c1", "m1", "hello")
            await until(mine, lambda notice: notice.kind == "message")
            assert await other.get(0.1) is None
        assert notices.listeners == 0
        await notices.stop()

    asyncio.run(run())
    writer.close()


def test_what_is_undone_is_not_told(database: Database) -> None:
    async def run() -> None:
        notices = await started(database)
        with notices.subscribe() as heard:
            with pytest.raises(RuntimeError), database.writing() as connection:
                announce(connection, Notice("message", "c1"))
                raise RuntimeError
            assert await heard.get(0.5) is None
        await notices.stop()

    asyncio.run(run())


def test_who_is_typing_is_told_and_stored_nowhere(database: Database) -> None:
    async def run() -> None:
        notices = await started(database)
        typing = Notice("typing", "c1", who="Ann", typing=True)
        with notices.subscribe("c1") as heard:
            await asyncio.to_thread(notices.say, typing)
            assert await until(heard, lambda notice: notice.kind == "typing") == typing
        await notices.stop()

    asyncio.run(run())


def test_a_listener_that_does_not_read_is_told_to_look_again(database: Database) -> None:
    subscription = Subscription()
    for _ in range(QUEUED_NOTICES + 1):
        subscription.put(Notice("message", "c1"))

    async def read() -> list[Notice]:
        return await subscription.news(0)

    assert asyncio.run(read()) == [Notice("resync")]


def test_a_server_that_went_away_is_listened_to_again(
    postgresql: str, empty_url: str, monkeypatch: Any
) -> None:
    if empty_url.startswith("sqlite"):
        pytest.skip("SQLite has no server")
    monkeypatch.setattr("desk.notice_sources.AGAIN_SECONDS", 0.1)
    database = Database(empty_url)
    database.migrate()

    async def run() -> None:
        notices = Notices(database)
        with notices.subscribe() as heard:
            await notices.start()
            await until(heard, lambda notice: notice.kind == "resync")
            with database.writing() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE query LIKE 'LISTEN%%'"
                )
            await until(heard, lambda notice: notice.kind == "resync")
            Cases(database).open("c1", channel="website", reason="dosing")
            await until(heard, is_case("c1"))
        await notices.stop()

    asyncio.run(run())
    database.close()
