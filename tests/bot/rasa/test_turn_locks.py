"""The lock store: one message of a conversation at a time, in order, without waiting for a poll."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import read_endpoint_config

from bot.rasa.turn_locks import TurnLocks

ROOT = Path(__file__).parents[3]


def test_messages_of_a_conversation_follow_each_other_in_order() -> None:
    locks, log = TurnLocks(), list[str]()

    async def message(name: str) -> None:
        async with locks.lock("c-1"):
            log.append(f"{name} begins")
            await asyncio.sleep(0)
            log.append(f"{name} ends")

    async def talk() -> None:
        await asyncio.gather(*(message(name) for name in "abc"))

    asyncio.run(talk())
    assert log == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_the_next_message_starts_in_the_same_moment() -> None:
    """Counted in rounds of the event loop, because seconds depend on the machine."""
    locks = TurnLocks()

    async def talk() -> int:
        started = asyncio.Event()

        async def second() -> None:
            async with locks.lock("c-1"):
                started.set()

        async with locks.lock("c-1"):
            waiting = asyncio.create_task(second())
            for _ in range(10):
                await asyncio.sleep(0)
            assert not started.is_set()
        rounds = 0
        while not started.is_set():
            rounds += 1
            await asyncio.sleep(0)
        await waiting
        return rounds

    assert asyncio.run(talk()) < 10


def test_other_conversations_do_not_wait() -> None:
    locks = TurnLocks()

    async def talk() -> None:
        async with locks.lock("c-1"), locks.lock("c-2"):
            pass

    asyncio.run(asyncio.wait_for(talk(), 5))


def test_waiting_has_an_end() -> None:
    locks = TurnLocks()

    async def talk() -> None:
        async with locks.lock("c-1"):
            with pytest.raises(LockError, match=r"c-1: the message before took longer than 0\.01"):
                async with locks.lock("c-1", lock_lifetime=0.01):
                    pass
        async with locks.lock("c-1", lock_lifetime=0.01):
            pass

    asyncio.run(talk())


def test_a_message_that_fails_lets_the_next_one_start() -> None:
    locks = TurnLocks()

    async def talk() -> None:
        with pytest.raises(ZeroDivisionError):
            async with locks.lock("c-1"):
                raise ZeroDivisionError
        async with locks.lock("c-1", lock_lifetime=0.01):
            pass

    asyncio.run(talk())


def test_locks_of_quiet_conversations_are_not_kept() -> None:
    locks = TurnLocks()

    async def talk() -> None:
        async with locks.lock("c-1"):
            assert list(locks._locks) == ["c-1"]

    asyncio.run(talk())
    assert not list(locks._locks)


def test_endpoints_yml_names_it() -> None:
    endpoint = read_endpoint_config(str(ROOT / "endpoints.yml"), "lock_store")
    assert isinstance(LockStore.create(endpoint), TurnLocks)
