"""Calls over a Unix socket, both ends in one loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.rasa.action_socket import (
    ActionSocket,
    CallFailed,
    NobodyListens,
    send_ahead,
    serve,
    socket_at,
)


async def echo(body: dict[str, Any]) -> dict[str, Any]:
    await asyncio.sleep(body.get("wait", 0))
    if "fails" in body:
        raise LookupError("what a visitor said")
    return {"said": body["text"]}


async def ended(server: asyncio.AbstractServer, socket: ActionSocket) -> None:
    """Closes both ends, and waits for them."""
    server.close()
    if socket._connection is not None and socket._connection._transport is not None:
        socket._connection._transport.close()
    await server.wait_closed()
    await asyncio.sleep(0.01)


def talk(folder: Path, talk_to: Callable[[ActionSocket], Awaitable[Any]]) -> tuple[Any, list[str]]:
    """What came of talking to a server that echoes, and the words that went ahead."""
    ahead: list[str] = []

    async def both() -> Any:
        path = folder / "actions.sock"
        server = await serve(path, echo, ahead.append)
        socket = ActionSocket(path)
        try:
            return await talk_to(socket)
        finally:
            await ended(server, socket)

    return asyncio.run(both()), ahead


def test_every_call_gets_its_own_result_whatever_the_order(tmp_path: Path) -> None:
    texts = ["slow", "¿y después?\nnext line", "long" * 100_000, ""]

    async def at_once(socket: ActionSocket) -> Any:
        calls = ({"text": text, "wait": 0.05 * (text == "slow")} for text in texts)
        return await asyncio.gather(*(socket.call(body, 5) for body in calls))

    assert talk(tmp_path, at_once)[0] == [{"said": text} for text in texts]


def test_an_action_that_fails_fails_alone_and_its_message_stays_in_its_process(
    tmp_path: Path,
) -> None:
    async def fails_first(socket: ActionSocket) -> Any:
        with pytest.raises(CallFailed) as failure:
            await socket.call({"fails": True}, 5)
        assert str(failure.value) == "LookupError"
        return await socket.call({"text": "next"}, 5)

    assert talk(tmp_path, fails_first)[0] == {"said": "next"}


def test_a_call_that_takes_too_long_is_given_up_and_its_late_result_ignored(
    tmp_path: Path,
) -> None:
    async def slow(socket: ActionSocket) -> Any:
        with pytest.raises(asyncio.TimeoutError):
            await socket.call({"text": "slow", "wait": 0.05}, 0.01)
        await asyncio.sleep(0.1)
        return await socket.call({"text": "next"}, 5)

    assert talk(tmp_path, slow)[0] == {"said": "next"}


def test_where_nobody_listens_the_caller_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "left behind").touch()
    for name in ("nothing", "left behind"):
        with pytest.raises(NobodyListens):
            asyncio.run(ActionSocket(tmp_path / name).call({"text": "hi"}, 5))


def test_a_broken_connection_fails_the_calls_on_it_and_the_next_call_connects_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "actions.sock"

    async def restarted() -> Any:
        connected = asyncio.Event()

        async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.set()
            await asyncio.sleep(0.02)
            writer.close()

        old = await asyncio.start_unix_server(hang_up, path)
        socket = ActionSocket(path)
        calls = await asyncio.gather(
            *(socket.call({"text": "lost"}, 5) for _ in range(3)), return_exceptions=True
        )
        old.close()
        server = await serve(path, echo, lambda _: None)
        try:
            return calls, await socket.call({"text": "kept"}, 5)
        finally:
            await ended(server, socket)

    calls, after = asyncio.run(restarted())
    assert [type(one) for one in calls] == [CallFailed] * 3
    assert after == {"said": "kept"}


@pytest.mark.parametrize("nonsense", [b"no json\n", b'["a list"]\n', b'{"no": "call"}\n'])
def test_nonsense_ends_its_connection_and_no_other(tmp_path: Path, nonsense: bytes) -> None:
    async def beside(socket: ActionSocket) -> Any:
        await socket.call({"text": "before"}, 5)
        reader, writer = await asyncio.open_unix_connection(tmp_path / "actions.sock")
        writer.write(nonsense)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        return await socket.call({"text": "after"}, 5)

    assert talk(tmp_path, beside)[0] == {"said": "after"}


def test_the_words_of_a_message_go_ahead_once_there_is_a_connection(tmp_path: Path) -> None:
    async def ahead(socket: ActionSocket) -> Any:
        socket.send_ahead("too early")
        await socket.call({"text": "hi"}, 5)
        socket.send_ahead("what is ketamine?")
        socket.send_ahead("long" * 1_000)
        return await socket.call({"text": "long" * 3_000_000}, 5)

    assert talk(tmp_path, ahead)[1] == ["what is ketamine?"]


def test_all_sockets_in_use_are_told(tmp_path: Path) -> None:
    path = tmp_path / "actions.sock"
    ahead: list[str] = []

    async def both() -> None:
        server = await serve(path, echo, ahead.append)
        await socket_at(path).call({"text": "hi"}, 5)
        assert socket_at(path) is socket_at(path)
        send_ahead("how long does it last?")
        await socket_at(path).call({"text": "hi"}, 5)
        await ended(server, socket_at(path))

    asyncio.run(both())
    assert ahead == ["how long does it last?"]
