"""Several of each process behind nginx, with PostgreSQL and Redis, all on loopback and free ports.

The servers come from Debian's packages (postgresql, redis-server, nginx); nginx runs with
deploy/nginx.conf, Rasa with deploy/endpoints.yml.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.errors import BenchmarkFailed
from benchmarks.processes import ROOT, address, free_port
from deploy import parts as deployed
from deploy.parts import Part, environment
from deploy.supervise import PartFailed, Process, stop, wait_until_up

POSTGRES_PLACES: Final = "/usr/lib/postgresql/*/bin"
SERVER_SECONDS: Final = 30
STOP_SECONDS: Final = 40
KINDS: Final = ("desks", "rasas", "actions")


@dataclass(frozen=True)
class Cluster:
    """Running processes; `url` is where visitors come in."""

    url: str
    parts: Mapping[str, Part]
    processes: dict[str, Process]
    environ: Mapping[str, Mapping[str, str]]
    folder: Path

    def restart(self, name: str) -> None:
        """Ends one of our processes gently and starts it again; back when it is up."""
        process = self.processes[name]
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise BenchmarkFailed(f"{name} did not end within {STOP_SECONDS} s") from error
        self.start(name)
        self.wait(name)

    def start(self, name: str) -> None:
        """Starts one of our processes."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.parts[name].command,
                cwd=ROOT,
                env=dict(self.environ[name]),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, *names: str) -> None:
        """Waits until our processes are up; raises BenchmarkFailed."""
        try:
            wait_until_up(self.processes, [self.parts[name] for name in names])
        except PartFailed as error:
            logs = {name: (self.folder / f"{name}.log").read_text("utf-8") for name in names}
            ends = "\n".join(f"{name}: {log[-1500:]}" for name, log in logs.items())
            raise BenchmarkFailed(f"{error}\n{ends}") from error


@contextmanager
def running(folder: Path, count: int) -> Iterator[Cluster]:
    """`count` of each of our processes; raises BenchmarkFailed, also where a server is missing."""
    servers: dict[str, Process] = {}
    ours: dict[str, Process] = {}
    try:
        database, redis = _postgres(folder, servers), _redis(folder, servers)
        fronts = {kind: free_port() for kind in KINDS}
        ports = {kind: [free_port() for _ in range(count)] for kind in KINDS}
        common = {
            **environment(),
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "RASA_URL": address(fronts["rasas"]),
            "ACTIONS_URL": f"{address(fronts['actions'])}/health",
            "ACTION_ENDPOINT": f"{address(fronts['actions'])}/webhook",
            "HOST": "127.0.0.1",
            "DESK_RATE_LIMIT": "0",
            "DESK_SECRET": secrets.token_hex(),
        }
        _migrate(common)
        _nginx(folder, servers, fronts, ports)
        parts, environ = _parts(ports, common, folder)
        cluster = Cluster(address(fronts["desks"]), parts, ours, environ, folder)
        for name in parts:
            cluster.start(name)
        cluster.wait(*parts)
        yield cluster
    finally:
        stop(ours)
        stop(servers)


def _parts(
    ports: Mapping[str, list[int]], common: Mapping[str, str], folder: Path
) -> tuple[dict[str, Part], dict[str, Mapping[str, str]]]:
    parts: dict[str, Part] = {}
    environ: dict[str, Mapping[str, str]] = {}
    endpoints = ROOT / "deploy" / "endpoints.yml"
    for kind, given in ports.items():
        for number, port in enumerate(given, start=1):
            part = {
                "desks": lambda p=port: deployed.desk(p),
                "rasas": lambda p=port: deployed.rasa(p, endpoints),
                "actions": lambda p=port: deployed.actions(p, folder),
            }[kind]()
            part = replace(part, name=f"{part.name} {number}")
            parts[part.name] = part
            environ[part.name] = {**common, "PORT": str(port)}
    return parts, environ


def _migrate(environ: Mapping[str, str]) -> None:
    command = (sys.executable, "-m", "desk", "migrate")
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        raise BenchmarkFailed(f"`desk migrate` failed: {done.stderr.strip()}")


def _postgres(folder: Path, servers: dict[str, Process]) -> str:
    data, port = folder / "postgres", free_port()
    data.mkdir()
    as_whom: tuple[str, ...] = ()
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(data, "postgres")
        folder.chmod(0o755)
        as_whom = (_found("runuser"), "-u", "postgres", "--")
    initdb, server = _found("initdb", POSTGRES_PLACES), _found("postgres", POSTGRES_PLACES)
    make = (*as_whom, initdb, "-D", str(data / "db"), "-U", "clinic", "--auth=trust", "-E", "UTF8")
    done = subprocess.run(make, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise BenchmarkFailed(f"initdb failed: {done.stderr.strip()}")
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": data}
    given = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    _server("postgres", (*as_whom, server, "-D", str(data / "db"), *given), folder, servers)
    ready = (_found("pg_isready", POSTGRES_PLACES), "-h", "127.0.0.1", "-p", str(port))
    _until(ready, "PostgreSQL")
    return f"postgresql://clinic@127.0.0.1:{port}/postgres"


def _redis(folder: Path, servers: dict[str, Process]) -> str:
    port = free_port()
    command = (_found("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "")
    _server("redis", (*command, "--dir", str(folder)), folder, servers)
    _until((_found("redis-cli"), "-p", str(port), "ping"), "Redis")
    return f"redis://127.0.0.1:{port}/0"


def _nginx(
    folder: Path,
    servers: dict[str, Process],
    fronts: Mapping[str, int],
    ports: Mapping[str, list[int]],
) -> None:
    """deploy/nginx.conf on other ports, in front of our processes."""
    config = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    for kind, usual in zip(KINDS, (8080, 5005, 5055), strict=True):
        config = config.replace(f"listen {usual};", f"listen 127.0.0.1:{fronts[kind]};")
    place = folder / "nginx"
    (place / "logs").mkdir(parents=True)
    head = f"daemon off; pid {place}/pid; error_log {place}/error.log;\n"
    (place / "nginx.conf").write_text(head + config, "utf-8")
    (place / "upstreams.conf").write_text(_upstreams(ports), "utf-8")
    command = (_found("nginx"), "-p", str(place), "-c", str(place / "nginx.conf"))
    done = subprocess.run((*command, "-t"), capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise BenchmarkFailed(f"nginx refuses its configuration: {done.stderr.strip()}")
    _server("nginx", command, folder, servers)


def _upstreams(ports: Mapping[str, list[int]]) -> str:
    """deploy/upstreams.conf with our servers in place of the container's."""
    lines: list[str] = []
    kind = ""
    for line in (ROOT / "deploy" / "upstreams.conf").read_text("utf-8").splitlines():
        if line.startswith("upstream "):
            kind = line.split()[1]
        if not line.strip().startswith("server "):
            lines.append(line)
        elif kind:
            rest = line.split(maxsplit=2)[2]
            lines += [f"    server 127.0.0.1:{port} {rest}" for port in ports[kind]]
            kind = ""
    return "\n".join(lines) + "\n"


def _server(name: str, command: tuple[str, ...], folder: Path, servers: dict[str, Process]) -> None:
    with (folder / f"{name}.log").open("wb") as log:
        servers[name] = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def _until(check: tuple[str, ...], what: str) -> None:
    deadline = time.monotonic() + SERVER_SECONDS
    while subprocess.run(check, capture_output=True, timeout=10).returncode != 0:
        if time.monotonic() > deadline:
            raise BenchmarkFailed(f"{what} did not start within {SERVER_SECONDS} seconds")
        time.sleep(0.1)


def _found(program: str, places: str = "") -> str:
    """The program's path; raises BenchmarkFailed where it is not installed."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    found = shutil.which(program, path=path)
    if found is None and places:
        root, _, pattern = places.partition("/*")
        folders = sorted(Path(root).glob(f"*{pattern}"), reverse=True)
        found = next((f for place in folders if (f := shutil.which(program, path=place))), None)
    if found is None:
        raise BenchmarkFailed(
            f"{program} is not installed; on Debian: apt install postgresql redis-server nginx"
        )
    return found
