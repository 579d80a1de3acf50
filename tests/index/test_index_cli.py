from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import index.__main__ as cli
from index.reader import Reader

ROOT = Path(__file__).parents[2]
Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = "# Rivers\n\nRivers carry water and sand to the sea on the whole of their long way.\n"
KEYS = ["passage_id", "document", "title", "section", "text", "score"]


@pytest.fixture(autouse=True)
def _fake_model(monkeypatch: pytest.MonkeyPatch, words_embedder: Reader) -> None:
    monkeypatch.setattr(cli, "load_reader", lambda *_: words_embedder)


@pytest.fixture
def store(folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    path = str(tmp_path / "store")
    base = folder({"rivers.md": RIVERS})
    assert cli.main(["build", "--documents", str(base), "--store", path]) == 0
    capsys.readouterr()
    return path


def test_build_shows_progress_and_names_what_is_left_out(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = folder({"rivers.md": RIVERS, "empty.txt": ""})
    assert cli.main(["build", "--documents", str(base), "--store", str(tmp_path / "s")]) == 0
    out, err = capsys.readouterr()
    assert "indexed 1 documents as 1 passages" in out
    assert "left out: empty.txt: the file is empty" in err
    assert "documents:" in err


def test_build_fails_with_one_line_where_nothing_can_be_read(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = folder({"empty.txt": ""})
    assert cli.main(["build", "--documents", str(base), "--store", str(tmp_path / "s")]) == 1
    last = capsys.readouterr().err.strip().split("\n")[-1]
    assert last.startswith("error: none of the 1 files")


def test_search_prints_one_json_object(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["search", "--store", store, "--top", "2", "--json", "sand and water"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["question", "passages", "answerable"]
    assert list(answer["passages"][0]) == KEYS
    assert answer["question"] == "sand and water"


def test_search_prints_text_for_people(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["search", "--store", store, "sand and water"]) == 0
    out = capsys.readouterr().out
    assert "Rivers  [rivers.md]" in out
    assert "Rivers carry water" in out


def test_file_of_questions_gives_one_object_a_line_and_goes_on_after_an_empty_one(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "questions").write_text("sand?\n\nwater?\n")
    assert cli.main(["search", "--store", store, "--questions", str(tmp_path / "questions")]) == 0
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["question"], third["question"]) == ("sand?", "water?")
    assert second["question"] == ""
    assert "holds no word" in second["error"]


def test_questions_come_from_standard_input_too(
    store: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("sand?\n"))
    assert cli.main(["search", "--store", store, "--questions", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == "sand?"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search", "--store", "nowhere", "sand"], "there is no index in nowhere"),
        (["search", "--store", "STORE", "??"], "holds no word"),
        (["search", "--store", "STORE", "--questions", "nowhere"], "cannot be read: No such file"),
    ],
)
def test_failure_is_one_clear_line(
    store: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([store if one == "STORE" else one for one in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dig"],
        ["search"],
        ["search", "one", "--questions", "file"],
        ["search", "--top", "0", "one"],
        ["search", "--top", "x", "one"],
    ],
)
def test_wrong_usage_exits_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_interrupt_says_that_nothing_changed(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "build", interrupted)
    assert cli.main(["build", "--store", store]) == 130
    assert "unchanged" in capsys.readouterr().err


def test_setting_that_cannot_be_used_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INDEX_THREADS", "-1")
    assert cli.main(["search", "sand"]) == 1
    assert capsys.readouterr().err.startswith("error: INDEX_THREADS is '-1'")


def test_real_process_writes_nothing_but_json_to_stdout(tmp_path: Path) -> None:
    """The whole way with the default model, as an outside program runs it."""
    environment = {**os.environ, "INDEX_MODELS_DIR": str(ROOT / "var" / "models")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "index", *arguments, "--store", str(tmp_path / "store")],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )

    assert run("build").stdout.startswith("indexed ")
    found = run("search", "--json", "Is nausea common?")
    assert json.loads(found.stdout)["answerable"] is True
    assert found.stderr == ""
