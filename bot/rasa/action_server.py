"""`python -m bot.rasa.action_server`: the action server, and a socket for calls from this machine.

Beside the socket it is `rasa run actions`: the same addresses, on the same port.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, Final

from rasa_sdk import endpoint, utils
from rasa_sdk.constants import DEFAULT_SERVER_PORT
from rasa_sdk.executor import ActionExecutor

from bot.rasa import pinned
from bot.rasa.action_socket import serve
from bot.rasa.garbage import look_less_often

PACKAGE: Final = "bot.actions"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.rasa.action_server", description=__doc__)
    parser.add_argument("-p", "--port", type=int, default=DEFAULT_SERVER_PORT)
    parser.add_argument("--socket", type=Path, help="where to listen for calls beside the port")
    options = parser.parse_args(arguments)
    try:
        pinned.require()
    except pinned.RasaUnknown as problem:
        print(problem, file=sys.stderr)
        return 1
    utils.configure_colored_logging(None)
    utils.update_sanic_log_level()
    executor = ActionExecutor()
    endpoint.ActionExecutor = lambda: executor  # that of the socket and of the port are one
    app = endpoint.create_app(PACKAGE)
    if options.socket is not None:
        options.socket.parent.mkdir(parents=True, exist_ok=True)

        async def listen(*_: Any) -> None:
            before = os.umask(0o177)  # a socket for nobody else
            try:
                await serve(options.socket, executor.run, lambda text: begin(executor, text))
            finally:
                os.umask(before)

        app.register_listener(listen, "before_server_start")
    look_less_often()
    app.run(os.environ.get("SANIC_HOST", "127.0.0.1"), options.port, workers=1)
    return 0


def begin(executor: ActionExecutor, text: str) -> None:
    """Tells the words of a message to the actions that can begin before they are called."""
    for action in executor.actions.values():
        begins = getattr(getattr(action, "__self__", None), "begin", None)
        if begins is not None:
            begins(text)


if __name__ == "__main__":
    sys.exit(main())
