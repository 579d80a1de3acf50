"""Parts that end are started again, after pauses that grow."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from deploy.parts import Part, actions, desk, environment, module_part, parts, rasa, write_endpoints
from deploy.supervise import PartFailed, Watch, check_ports, start, stop, wait_until_up

DESK = Part("desk", (), 1, "")
RASA = Part("Rasa", (), 2, "")


class Process:
    """Runs until it is given a status."""

    status: int | None = None

    def poll(self) -> int | None:
        return self.status


class Machine:
    """A clock that is set by hand, and what was started and said."""

    def __init__(self, *wanted: Part) -> None:
        self.now = 0.0
        self.started: list[str] = []
        self.said: list[str] = []
        self.running: dict[str, Process] = {part.name: Process() for part in wanted}
        self.watch = Watch(self.running, wanted, self.start, lambda: self.now, self.said.append)  # type: ignore[arg-type]

    def start(self, part: Part) -> subprocess.Popen[bytes]:
        self.started.append(part.name)
        return Process()  # type: ignore[return-value]

    def end(self, name: str, at: float) -> None:
        self.running[name].status = 1
        self.look(at)

    def look(self, at: float) -> None:
        self.now = at
        self.watch.look()


def test_a_part_that_runs_is_left_alone() -> None:
    machine = Machine(DESK, RASA)
    machine.look(1000)
    assert (machine.started, machine.said) == ([], [])


def test_a_part_that_ended_is_said_and_started_again_after_a_pause() -> None:
    machine = Machine(DESK, RASA)
    machine.end("Rasa", at=100)
    assert machine.said == [
        "The Rasa ended with status 1; starting it again in 1 s. Until then visitors get the safe"
        " text."
    ]
    machine.look(100.9)
    assert machine.started == []
    machine.look(101)
    machine.look(102)
    assert machine.started == ["Rasa"] and len(machine.said) == 1


def test_the_pause_doubles_up_to_a_minute_and_is_short_again_after_a_steady_time() -> None:
    machine = Machine(DESK)
    now, pauses = 100.0, []
    for _ in range(8):
        machine.end("desk", now)
        pauses.append(float(machine.said[-1].split(" in ")[1].split()[0]))
        now += pauses[-1]
        machine.look(now)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    machine.end("desk", now + 60)
    assert machine.said[-1].endswith("in 1 s.")


def test_one_part_waiting_does_not_hold_up_another() -> None:
    machine = Machine(DESK, RASA)
    machine.end("Rasa", at=10)
    machine.end("desk", at=10.5)
    machine.look(11.2)
    assert machine.started == ["Rasa"]


def test_every_part_is_on_loopback_and_knows_its_port() -> None:
    for part in (*parts(8123), rasa(1), actions(2), desk(3)):
        assert part.health.startswith(f"http://127.0.0.1:{part.port}/")
    assert environment()["SANIC_HOST"] == "127.0.0.1"


def test_endpoints_differ_in_the_address_alone(tmp_path: Path) -> None:
    ours = yaml.safe_load(Path("endpoints.yml").read_text("utf-8"))
    written = yaml.safe_load(write_endpoints(tmp_path, 4711).read_text("utf-8"))
    assert written["action_endpoint"].pop("url") == "http://127.0.0.1:4711/webhook"
    assert written["action_endpoint"].pop("socket") in actions(4711, tmp_path).command
    del ours["action_endpoint"]["url"]
    assert ours["action_endpoint"].pop("socket") in parts(8000)[1].command
    assert written == ours


def test_a_taken_port_is_said_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        part = Part("desk", (), taken.getsockname()[1], "")
        with pytest.raises(PartFailed, match="or choose another PORT="):
            check_ports([part])


def test_a_part_that_ends_while_starting_is_named() -> None:
    part = module_part("desk", 1, "/", "this.is.no.module")
    running = {"desk": start(part, os.environ)}
    with pytest.raises(PartFailed, match="the desk stopped while starting"):
        wait_until_up(running, [part])


def test_a_killed_process_comes_back_and_stops_with_the_rest(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ("http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path))
    part = module_part("page", port, "/", *command)
    running = {"page": start(part, os.environ)}
    try:
        wait_until_up(running, [part])
        first = running["page"]
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(10)
        watch = Watch(running, [part], lambda part: start(part, os.environ), say=lambda _: None)
        deadline = time.monotonic() + 30
        while running["page"] is first and time.monotonic() < deadline:
            watch.look()
            time.sleep(0.05)
        wait_until_up(running, [part])
    finally:
        stop(running)
    assert running["page"] is not first and running["page"].poll() is not None


def test_the_supervisor_needs_a_number_for_a_port() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.run"],
        env={**os.environ, "PORT": "many"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "PORT must be a number, not 'many'\n")
