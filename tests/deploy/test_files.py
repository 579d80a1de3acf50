"""The files for several of each process agree with each other and with what they start."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import cluster
from benchmarks.errors import BenchmarkFailed

DEPLOY = Path(__file__).parents[2] / "deploy"
UPSTREAM = re.compile(r"server ([\w.-]+):(\d+)")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_every_server_of_nginx_is_a_service_that_listens_there(compose: dict[str, Any]) -> None:
    servers = UPSTREAM.findall((DEPLOY / "upstreams.conf").read_text("utf-8"))
    assert len(servers) == 6
    for name, port in servers:
        service = compose["services"][name]
        where = [*service["command"], service["environment"].get("PORT")]
        assert port in where, name


def test_the_services_ask_nginx_where_it_listens(compose: dict[str, Any]) -> None:
    listens = set(re.findall(r"listen (\d+);", (DEPLOY / "nginx.conf").read_text("utf-8")))
    environment = compose["services"]["desk-1"]["environment"]
    asked = {
        port
        for name in ("RASA_URL", "ACTIONS_URL", "ACTION_ENDPOINT")
        for port in re.findall(r"nginx:(\d+)", environment[name])
    }
    door = compose["services"]["nginx"]["ports"][0].rpartition(":")[2]
    assert {*asked, door} == listens == {"5005", "5055", "8080"}


def test_only_nginx_is_open_to_the_world(compose: dict[str, Any]) -> None:
    open_to_all = [name for name, service in compose["services"].items() if "ports" in service]
    assert open_to_all == ["nginx"]


def test_no_secret_stands_in_a_file(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if name.endswith(("PASSWORD", "SECRET")):
                assert re.fullmatch(r"\$\{\w+:\?\}", value), name


def test_rasa_gets_every_variable_that_its_endpoints_name(compose: dict[str, Any]) -> None:
    named = re.findall(r"\$\{(\w+)\}", (DEPLOY / "endpoints.yml").read_text("utf-8"))
    assert named and set(named) <= set(compose["services"]["rasa-1"]["environment"])


def test_ports_and_servers_of_a_trial_take_the_place_of_the_containers() -> None:
    text = cluster._upstreams({"desks": [1, 2], "rasas": [3], "actions": [4, 5, 6]})
    assert [int(port) for _, port in UPSTREAM.findall(text)] == [1, 2, 3, 4, 5, 6]
    assert text.count("keepalive_timeout 2s;") == 3


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    try:
        nginx = cluster._found("nginx")
    except BenchmarkFailed:
        pytest.skip("no nginx is installed")
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; error_log stderr;\n{text}", "utf-8")
    servers = cluster._upstreams({"desks": [1, 2], "rasas": [3, 4], "actions": [5, 6]})
    (tmp_path / "upstreams.conf").write_text(servers, "utf-8")
    done = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
