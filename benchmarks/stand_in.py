"""A bare stand-in for Rasa and the action server: what is measured beside it is the desk alone.

`python -m benchmarks.stand_in --port 5005 --delay 0.03` answers every message with itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Final

REASON: Final = "stand_in"


def reply_to(message: str) -> list[dict[str, object]]:
    """What Rasa would say, the message in it: a reply in the wrong place is seen."""
    custom = {"outcome": "answer", "reason": REASON, "citations": [], "buttons": []}
    return [{"text": f"re: {message}"}, {"custom": custom}]


async def serve(port: int, delay: float) -> None:
    """HTTP/1.1 with kept connections on loopback, as little of it as a client needs."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = await reader.readexactly(_length(head))
                answer: object = "ok"
                if body:
                    await asyncio.sleep(delay)
                    answer = reply_to(json.loads(body)["message"])
                content = json.dumps(answer).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(content), content)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stand_in", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a turn takes")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.delay))


if __name__ == "__main__":
    main()
