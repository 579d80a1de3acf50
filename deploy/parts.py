"""The three parts that make up the assistant: how each is started, and how it says it is up."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

import yaml

ROOT: Final = Path(__file__).parents[1]
RASA_PORT: Final = 5005
ACTIONS_PORT: Final = 5055
MODEL: Final = "models/assistant.tar.gz"


@dataclass(frozen=True)
class Part:
    """One process: what starts it, the port it listens on, the address that tells it is up."""

    name: str
    command: tuple[str, ...]
    port: int
    health: str


def parts(port: int) -> tuple[Part, ...]:
    """The three parts; only the desk is for visitors, the others stay on loopback."""
    return rasa(RASA_PORT), actions(ACTIONS_PORT), desk(port)


def rasa(port: int, endpoints: Path = Path("endpoints.yml")) -> Part:
    """Our Rasa server, on loopback."""
    command = ("bot.rasa", "run", "--model", MODEL, "--endpoints", str(endpoints))
    return module_part("Rasa", port, "/", *command, "-i", "127.0.0.1", "-p", str(port))


def actions(port: int, sockets: Path = Path("var")) -> Part:
    """Our action server; `environment` puts it on loopback."""
    listens = ("-p", str(port), "--socket", str(action_socket(sockets, port)))
    return module_part("action server", port, "/health", "bot.rasa.action_server", *listens)


def action_socket(folder: Path, port: int) -> Path:
    """Where the action server on a port listens for calls from its own machine."""
    return folder / f"actions-{port}.sock"


def desk(port: int) -> Part:
    """The desk; its environment names its port."""
    return module_part("desk", port, "/healthz", "desk", "serve")


def module_part(name: str, port: int, health: str, *module: str) -> Part:
    """A part that `python -m` starts and that answers `health` on loopback."""
    command = (sys.executable, "-m", *module)
    return Part(name, command, port, f"http://127.0.0.1:{port}{health}")


def write_endpoints(folder: Path, actions_port: int) -> Path:
    """Our endpoints.yml with the action server on another port, its socket in the folder."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
    endpoints["action_endpoint"]["socket"] = str(action_socket(folder, actions_port))
    file = folder / "endpoints.yml"
    file.write_text(yaml.safe_dump(endpoints), "utf-8")
    return file


def is_up(part: Part) -> bool:
    """Whether a part answers its health address with 200."""
    try:
        with urlopen(part.health, timeout=3) as answer:  # noqa: S310  # loopback http
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def quiet() -> dict[str, str]:
    """The environment of any Rasa assistant here: loopback, offline, without chatter."""
    return {
        **{
            "SANIC_HOST": "127.0.0.1",
            "RASA_TELEMETRY_ENABLED": "false",
            "HF_HUB_OFFLINE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TOKENIZERS_PARALLELISM": "false",
            "PYTHONWARNINGS": "ignore",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "LOG_LEVEL": "WARNING",
        },
        **os.environ,
    }


def environment() -> dict[str, str]:
    """The environment of our parts: one compute thread each.

    The matrices of a turn are small: more threads would only wait for each other, loudly, and take
    the cores from the other parts. Fewer memory arenas keep what threads freed in one place.
    """
    return {
        **{"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
        **quiet(),
    }
