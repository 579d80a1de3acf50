"""Actions are called over a Unix socket, where the action server is on the same machine.

On loopback an HTTP call costs both sides together as much as half an answer. Here both keep one
connection, calls and what came of them cross it as lines of JSON, and the words of a message go
ahead while Rasa still reads them: what they ask for is then found when the action is called.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes. The desk lets no message through that comes near it."""
LONGEST_AHEAD: Final = 2_000
"""Letters. Longer messages are told by the call alone, if there is one."""

Run = Callable[[dict[str, Any]], Awaitable[Any]]
Begin = Callable[[str], None]

logger = logging.getLogger(__name__)


class CallFailed(Exception):
    """An action raised something, which the action server has logged, or the connection broke."""


class OwnResult(dict[str, Any]):
    """What an action of ours gave back, which need not be looked through for its form."""


class NobodyListens(ConnectionError):
    """No action server is at the socket."""


def send_ahead(text: str) -> None:
    """Tells the action servers that are connected the words of a message that may become a call."""
    for one in _open.values():
        one.send_ahead(text)


def socket_at(path: Path) -> ActionSocket:
    """Rasa's end of a socket, the same whenever it is asked for."""
    return _open.setdefault(path, ActionSocket(path))


class ActionSocket:
    """Rasa's end: one connection, any number of calls at a time. For one event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._calls: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def call(self, body: Mapping[str, Any], seconds: float) -> OwnResult:
        """What the action server makes of a call. Raises NobodyListens before it is sent, and
        CallFailed or asyncio.TimeoutError after."""
        connection = await self._connected()
        self._count += 1
        number = self._count
        done = self._calls[number] = asyncio.get_running_loop().create_future()
        try:
            connection.send({"call": number, "body": body})
            answer = await asyncio.wait_for(done, seconds)
        finally:
            del self._calls[number]
        if "error" in answer:
            raise CallFailed(answer["error"])
        return OwnResult(answer["result"])

    def send_ahead(self, text: str) -> None:
        """Without waiting, and only where the connection stands."""
        if self._connection is not None and len(text) <= LONGEST_AHEAD:
            self._connection.send({"ahead": text})

    async def _connected(self) -> _Connection:
        if self._connection is not None:
            return self._connection
        async with self._connecting:
            if self._connection is None:
                loop = asyncio.get_running_loop()
                try:
                    _, self._connection = await loop.create_unix_connection(
                        lambda: _Connection(self._take, self._lost), str(self._path)
                    )
                except OSError as error:
                    raise NobodyListens(f"{self._path}: {error}") from error
            return self._connection

    def _take(self, _: _Connection, answer: dict[str, Any]) -> None:
        waiting = self._calls.get(answer["call"])
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _lost(self) -> None:
        self._connection = None
        for waiting in self._calls.values():
            if not waiting.done():
                waiting.set_exception(CallFailed(f"{self._path}: the connection broke"))


_open: Final[dict[Path, ActionSocket]] = {}


async def serve(path: Path, run: Run, begin: Begin) -> asyncio.AbstractServer:
    """The action server's end. The folder has to be there; a file that another server left is
    taken over."""
    running: set[asyncio.Task[None]] = set()

    def take(connection: _Connection, given: dict[str, Any]) -> None:
        if "ahead" in given:
            begin(given["ahead"])
            return
        task = asyncio.create_task(_answer(connection, given["call"], run(given["body"])))
        running.add(task)  # or else it might be collected before it is done
        task.add_done_callback(running.discard)

    loop = asyncio.get_running_loop()
    return await loop.create_unix_server(lambda: _Connection(take, lambda: None), str(path))


async def _answer(connection: _Connection, number: int, result: Awaitable[Any]) -> None:
    answer: dict[str, Any] = {"call": number}
    try:
        answer["result"] = await result
    except Exception as error:  # whatever an action raises: Rasa goes on with the other turns
        logger.exception("an action failed")
        answer["error"] = type(error).__name__
    connection.send(answer)


class _Connection(asyncio.Protocol):
    """Either end of a connection: values of JSON, a line each."""

    def __init__(
        self, take: Callable[[_Connection, dict[str, Any]], None], lost: Callable[[], None]
    ) -> None:
        self._take, self._lost = take, lost
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def send(self, value: Mapping[str, Any]) -> None:
        """Nothing happens where the other side has gone."""
        if self._transport is not None:
            self._transport.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        try:
            if len(self._rest) > LONGEST_LINE:
                raise ValueError(f"a line of more than {LONGEST_LINE} bytes")
            for line in lines:
                self._take(self, json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            logger.error("the socket of the action server was sent nonsense: %r", error)
            if self._transport is not None:
                self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        self._lost()
