"""The parts of the turn benchmark that compute, and its short form with real processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks import figures, stock, turn
from benchmarks.contenders import Post
from benchmarks.errors import BenchmarkFailed
from benchmarks.figures import BEGIN, END, Latency, Measured, Memory
from benchmarks.timing import timed

ROOT = Path(__file__).parents[2]
MEASURED = Measured(
    latency={"ours, REST": Latency(0.020, 0.030), "stock, REST": Latency(0.100, 0.120)},
    memory={
        "ours": {"Rasa": Memory(600_000_000, 500_000_000), "desk": Memory(100_000_000, None)},
        "stock": {"Rasa": Memory(1_400_000_000, 1_300_000_000)},
    },
    stock="stock, REST",
)


class Fake:
    """Answers every question with a fixed reply, and remembers what happened."""

    def __init__(self, name: str, log: list[str], reply: httpx.Response | None = None) -> None:
        self.name = name
        self.log = log
        self.reply = reply or httpx.Response(200, json="answer")

    def begin(self) -> None:
        self.log.append(f"{self.name} begins")

    def another(self) -> Fake:
        return Fake(self.name, self.log, self.reply)

    def post(self, question: str) -> Post:
        return Post("http://nowhere", {"text": question})

    def ask(self, question: str) -> httpx.Response:
        self.log.append(self.name)
        return self.reply

    def answered(self, body: Any) -> bool:
        return body == "answer"


def test_percentiles_lie_between_the_neighbouring_turns() -> None:
    assert figures.latency([n / 100 for n in range(101)]) == Latency(0.5, 0.95)


def test_one_slow_turn_in_a_hundred_leaves_the_95th_percentile_alone() -> None:
    assert figures.latency([0.02] * 99 + [9.0]).p95 == pytest.approx(0.02)


def test_the_block_leads_with_how_much_longer_the_stock_bot_takes() -> None:
    headline = figures.block(MEASURED, "A machine.").splitlines()[0]
    assert "5.0 times as long at p50 and 4.0 times at p95 (ours, REST)" in headline
    assert "2.0 times the memory" in headline


def test_the_block_names_every_contender_process_and_the_machine() -> None:
    lines = figures.block(MEASURED, "A machine.").splitlines()
    assert "| ours, REST | 20.0 ms | 30.0 ms | 5.0 | 4.0 |" in lines
    assert "| stock: Rasa | 1,400 MB | 1,300 MB |" in lines
    assert lines[-1] == "A machine."


def test_a_sum_with_an_unreadable_part_is_left_open() -> None:
    assert "| **ours, sum** | 700 MB | – |" in figures.block(MEASURED, "").splitlines()


def test_without_the_stock_bot_nothing_is_compared() -> None:
    alone = Measured(
        {"ours, REST": Latency(0.02, 0.03)}, {"ours": MEASURED.memory["ours"]}, stock=None
    )
    block = figures.block(alone, "A machine.")
    assert block.startswith("| an answered question |")
    assert "| ours, REST | 20.0 ms | 30.0 ms | – | – |" in block


def test_only_what_is_between_the_marks_changes() -> None:
    readme = f"# Title\n\n{BEGIN}\nold\n{END}\n\nmore\n"
    once = figures.replaced(readme, "new\n")
    assert once == f"# Title\n\n{BEGIN}\nnew\n{END}\n\nmore\n"
    assert figures.replaced(once, "new") == once


@pytest.mark.parametrize("readme", ["", f"{BEGIN}\n", f"{END}\n{BEGIN}\n"])
def test_a_readme_without_the_marks_is_refused(readme: str) -> None:
    with pytest.raises(BenchmarkFailed, match="needs a line"):
        figures.replaced(readme, "new")


def test_the_readme_has_the_marks() -> None:
    assert figures.replaced((ROOT / "README.md").read_text("utf-8"), "x")


def test_contenders_take_turns_at_being_first() -> None:
    log: list[str] = []
    seconds = turn.time_turns([Fake("a", log), Fake("b", log)], 3)
    assert log == ["a begins", "b begins", "a", "b", "b", "a", "a", "b"]
    assert {name: len(taken) for name, taken in seconds.items()} == {"a": 3, "b": 3}


def test_a_conversation_ends_after_ten_turns() -> None:
    log: list[str] = []
    turn.time_turns([Fake("a", log)], 21)
    assert [n for n, entry in enumerate(log) if entry == "a begins"] == [0, 11, 22]


@pytest.mark.parametrize("reply", [
    httpx.Response(200, json="no idea"),
    httpx.Response(503, json="answer"),
])  # fmt: skip
def test_a_turn_without_an_answer_stops_the_run(reply: httpx.Response) -> None:
    with pytest.raises(BenchmarkFailed, match=r"a did not answer 'Why\?'"):
        timed(Fake("a", [], reply), "Why?")


def test_the_sample_is_english_general_and_the_same_every_time() -> None:
    def nlu(intent: str, language: str) -> dict[str, Any]:
        lines = "".join(f"- {language} {intent} {n}\n" for n in range(30))
        return {"intent": intent, "metadata": {"language": language}, "examples": lines}

    general = [nlu(f"general_{n:02}", language) for n in range(14) for language in ("en", "es")]
    documents = [{"nlu": [*general, nlu("crisis_suicide", "en")]}]
    sample = stock.sample(documents)
    assert list(sample) == [f"general_{n:02}" for n in range(12)]
    assert all(len(set(texts)) == 25 for texts in sample.values())
    assert all(text.startswith("en general") for texts in sample.values() for text in texts)
    assert sample == stock.sample(documents)


def test_too_few_examples_for_a_fair_stock_bot_are_refused() -> None:
    with pytest.raises(BenchmarkFailed, match="for 0 intents"):
        stock.sample([{"nlu": [{"intent": "general_uses", "examples": "- one\n"}]}])


@pytest.mark.processes
def test_the_short_form_times_ours_with_real_processes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--short"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| ours, through the desk |" in done.stdout
    assert "| ours: action server |" in done.stdout
    assert "| turn 120 against turn 5 |" in done.stdout
    short = ROOT / "var" / "bench" / "short"
    assert {"figures.json", "report.md", "turns.png", "visitors.png"} <= {
        file.name for file in short.iterdir()
    }
