"""What the measurements compute from times, and how bots for comparison are made."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from benchmarks import cold_start, encoding, load, report, results, selector, stock, training
from benchmarks.contenders import OursOverRest, StockOverRest
from benchmarks.encoding import Encoded
from benchmarks.errors import BenchmarkFailed
from benchmarks.figures import Latency, Measured, Memory
from benchmarks.load import Load
from benchmarks.long_conversation import Long
from benchmarks.results import DESK, REST, STOCK, Results

RESULTS = Results(
    setting="A machine.",
    turn=Measured(
        {REST: Latency(0.01, 0.02), DESK: Latency(0.015, 0.04), STOCK: Latency(0.1, 0.12)},
        {"ours": {"Rasa": Memory(300, 1)}, "stock": {"Rasa": Memory(1000, 1)}},
        stock=STOCK,
    ),
    long=Long({REST: [0.01] * 117 + [0.02] * 5, STOCK: [0.1] * 122}),
    queued={REST: 0.001, STOCK: 1.0},
    loads={8: {REST: Load([0.1] * 200, 2.0), STOCK: Load([0.8] * 20, 2.0)}},
    start={cold_start.OURS: 5.0, cold_start.STOCK: 20.0},
    training={training.OURS: 30.0, training.STOCK: 40.0},
    encoded=Encoded(
        5,
        {encoding.TORCH: 0.08, encoding.OURS: 0.02, encoding.ALL_CORES: 0.01},
        {encoding.TORCH: 0.02, encoding.OURS: 0.01},
        0.98,
        0.994,
    ),
)


def test_every_goal_is_compared_with_what_was_measured() -> None:
    found = {goal.what: (goal.found, goal.reached) for goal in results.goals(RESULTS)}
    assert found == {
        "turn 120 against turn 5": ("2.00 times", False),
        "a queued message waits": ("1.0 ms", True),
        "added by the desk, p95": ("20.0 ms", False),
        "answered question, p50, stock ÷ ours": ("10.00", True),
        "answered question, p95, stock ÷ ours": ("6.00", True),
        "turns a second with 8 visitors, ours ÷ stock": ("10.00", True),
        "memory of all processes, ours ÷ stock": ("0.30", True),
        "cold start to first answer, ours ÷ stock": ("0.25", True),
        "training on the same data, ours ÷ stock": ("0.75", False),
        "encoding documents, torch ÷ ours": ("8.00", True),
        "cosine to the original vectors": ("0.9940", True),
    }


def test_the_report_says_which_goals_are_missed_and_ends_with_the_machine() -> None:
    lines = report.block(RESULTS).splitlines()
    assert "| turn 120 against turn 5 | <= 1.5 times | 2.00 times | **no** |" in lines
    assert f"| 8: {REST} | 100.0 | 100 ms | 10.0 |" in lines
    assert "| our pipeline | 30.0 s | 1.3 |" in lines
    assert lines[-1] == "A machine."


def test_without_the_others_nothing_is_said_of_them() -> None:
    alone = replace(
        RESULTS,
        turn=Measured({REST: Latency(1, 1), DESK: Latency(1, 1)}, {"ours": {}}, stock=None),
        start={cold_start.OURS: 5.0},
        training=None,
        encoded=None,
    )
    assert {goal.what for goal in results.goals(alone)} == {
        "turn 120 against turn 5",
        "a queued message waits",
        "added by the desk, p95",
    }


def test_every_single_turn_is_kept(tmp_path: Path) -> None:
    results.save(RESULTS, tmp_path / "out" / "figures.json")
    kept = json.loads((tmp_path / "out" / "figures.json").read_text("utf-8"))
    assert len(kept["long"]["turns"][STOCK]) == 122
    assert len(kept["loads"]["8"][REST]["taken"]) == 200


@contextmanager
def rasa(answer: str) -> Iterator[str]:
    """A server that answers every question with one text."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps([{"text": answer}]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_every_visitor_asks_and_every_turn_counts() -> None:
    with rasa("known") as url:
        contender = StockOverRest(url, frozenset({"known"}))
        loads = load.measure([contender], visitors=(1, 3), seconds=0.2, rounds=2)
    assert set(loads) == {1, 3}
    for found in (loads[1][STOCK], loads[3][STOCK]):
        assert len(found.taken) >= 2 * load.FEWEST
        assert found.rate == len(found.taken) / found.wall > 0


def test_a_wrong_answer_under_load_stops_the_run() -> None:
    with rasa("no idea") as url, pytest.raises(BenchmarkFailed, match="under load"):
        load.measure([StockOverRest(url, frozenset())], visitors=(2,), seconds=1, rounds=1)


def test_nobody_there_stops_the_run() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(BenchmarkFailed, match="met"):
        load.measure([OursOverRest(url)], visitors=(1,), seconds=1, rounds=1)


def trainer(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, str]]:
    """In place of Rasa: remembers what was to be trained."""
    trained: list[tuple[Path, str]] = []

    def train(folder: Path, module: str, environ: object) -> float:
        trained.append((folder, module))
        (folder / stock.MODEL).parent.mkdir()
        (folder / stock.MODEL).touch()
        return 12.5

    monkeypatch.setattr(training, "_train", train)
    return trained


def test_a_bot_is_trained_again_only_when_it_is_made_of_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = trainer(monkeypatch)
    for texts in (["one"], ["one"], ["two"]):
        assert training.stock(tmp_path, lambda f, t=texts: stock.generate(f, t)) == 12.5  # type: ignore[misc]
    assert trained == [(tmp_path / "bot", "rasa")] * 2


def test_our_pipeline_gets_the_stock_bots_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = trainer(monkeypatch)
    training.stock(tmp_path / "stock", lambda folder: stock.generate(folder, ["one"]))
    training.ours(tmp_path / "ours", lambda folder: stock.generate(folder, ["one"]))
    assert [module for _, module in trained] == ["rasa", "bot.rasa"]
    ours, theirs = (folder for folder, _ in reversed(trained))
    for file in ("data/nlu.yml", "data/rules.yml", "domain.yml"):
        assert (ours / file).read_bytes() == (theirs / file).read_bytes()
    encoder = yaml.safe_load((ours / "config.yml").read_text("utf-8"))["pipeline"][0]["model"]
    assert Path(encoder).is_absolute() and Path(encoder).is_dir()


def test_the_selector_has_one_answer_for_each_of_twelve_kinds(tmp_path: Path) -> None:
    said = selector.generate(tmp_path, [f"answer {n}" for n in range(40)])
    domain = yaml.safe_load((tmp_path / "domain.yml").read_text("utf-8"))
    nlu = yaml.safe_load((tmp_path / "data" / "nlu.yml").read_text("utf-8"))["nlu"]
    assert (len(said), len(nlu)) == (12, 13)  # and greetings
    assert {f"utter_{one['intent']}" for one in nlu} == set(domain["responses"])
