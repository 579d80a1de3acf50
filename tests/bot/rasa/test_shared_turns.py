"""The tracker store for several Rasa servers, with a real Redis where one is installed."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import read_endpoint_config

from bot.rasa.shared_turns import SharedTurns
from tests.bot.rasa.test_recent_turns import conversation, turn

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no redis-server is installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = (server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        client, deadline = redis.Redis(port=port), time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "Redis did not start"
                time.sleep(0.05)
        client.close()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def done(store: SharedTurns, work: Coroutine[Any, Any, Any]) -> Any:
    async def run() -> Any:
        try:
            return await work
        finally:
            await store._redis.connection_pool.disconnect()

    return asyncio.run(run())


def test_another_server_knows_what_was_said(domain: Domain, url: str) -> None:
    events = [*turn(0), SlotSet("danger_seen", True), *conversation(9)]
    one, other = SharedTurns(domain, host=url), SharedTurns(domain, host=url)
    done(one, one.save(DialogueStateTracker.from_events("c-1", events, domain.slots)))
    found = done(other, other.retrieve("c-1"))
    asked = [event.text for event in found.events if isinstance(event, UserUttered)]
    assert asked == ["question 6", "question 7", "question 8"]
    assert found.get_slot("danger_seen") is True
    assert found.latest_message.intent == {"name": "general_what_is"}
    assert done(other, other.keys()) == ["c-1"]


def test_an_unknown_conversation_is_new(domain: Domain, url: str) -> None:
    store = SharedTurns(domain, host=url)
    assert done(store, store.retrieve("nobody")) is None


def test_a_silent_conversation_is_forgotten(domain: Domain, url: str) -> None:
    store = SharedTurns(domain, host=url, days=2)
    done(store, store.save(DialogueStateTracker.from_events("c-2", turn(0), domain.slots)))
    assert 0 < redis.Redis.from_url(url).ttl("turns:c-2") <= 2 * 86_400


def test_a_missing_redis_is_said_at_once(domain: Domain) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        store = SharedTurns(domain, host=f"redis://127.0.0.1:{probe.getsockname()[1]}/0")
    with pytest.raises(redis.ConnectionError):
        done(store, store.retrieve("c-1"))


def test_the_address_must_be_given(domain: Domain) -> None:
    with pytest.raises(ValueError, match="url is missing"):
        SharedTurns(domain)


def test_the_endpoints_for_several_servers_name_it(
    domain: Domain, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setenv("ACTION_ENDPOINT", "http://127.0.0.1:1/webhook")
    endpoint = read_endpoint_config(str(ROOT / "deploy" / "endpoints.yml"), "tracker_store")
    assert isinstance(TrackerStore.create(endpoint, domain), SharedTurns)
