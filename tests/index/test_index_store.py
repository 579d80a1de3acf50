from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index import (
    Index,
    ModelMismatch,
    NoDocuments,
    StoreBroken,
    StoreBusy,
    StoreMissing,
    StoreUnwritable,
    build,
)
from index import store as storage
from index.reader import Reader

Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = "# Rivers\n\nRivers carry water and sand to the sea on the whole of their long way.\n"
HILLS = "# Hills\n\nHills are what remains of mountains after rain and wind had their time.\n"


@pytest.fixture
def built(folder: Folder, tmp_path: Path, words_embedder: Reader) -> Path:
    build(folder({"rivers.md": RIVERS}), tmp_path / "store", words_embedder, progress=False)
    return tmp_path / "store"


def files(store: Path) -> set[str]:
    return {path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()}


def version_folder(store: Path) -> Path:
    return store / "versions" / storage.current_version(store)


def test_build_reports_what_went_in_and_what_did_not(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    base = folder({"rivers.md": RIVERS, "empty.txt": "", "sub/hills.md": HILLS})
    report = build(base, tmp_path / "store", words_embedder, progress=False)
    assert (report.documents, report.passages, report.sentences) == (2, 2, 2)
    assert [error.document for error in report.errors] == ["empty.txt"]
    assert Index.open(tmp_path / "store", words_embedder).version == report.version


def test_manifest_is_readable_and_names_model_documents_and_files(built: Path) -> None:
    manifest = json.loads((version_folder(built) / "manifest.json").read_text())
    assert manifest["model"] == "words"
    assert manifest["dimension"] == 64
    assert list(manifest["documents"]) == ["rivers.md"]
    assert manifest["built_at"].endswith("+00:00")
    assert {"passages.npy", "sentences.npy", "passages.jsonl"} <= manifest["files"].keys()


def test_nothing_is_pickled(built: Path) -> None:
    assert {Path(name).suffix for name in files(built)} <= {
        *("", ".npy", ".json", ".jsonl", ".txt"),
        ".readings",  # of the cache: arrays and nothing else
    }


def test_same_documents_give_the_same_version_and_others_another(
    built: Path, folder: Folder, words_embedder: Reader
) -> None:
    before = Index.open(built, words_embedder).version
    assert build(folder({}), built, words_embedder, progress=False).version == before
    base = folder({"rivers.md": RIVERS.replace("sand", "mud")})
    assert build(base, built, words_embedder, progress=False).version != before


def test_only_the_version_before_is_kept(
    built: Path, folder: Folder, words_embedder: Reader
) -> None:
    first = storage.current_version(built)
    build(folder({}), built, words_embedder, progress=False)
    second = storage.current_version(built)
    assert {path.name for path in (built / "versions").iterdir()} == {first, second}
    build(folder({}), built, words_embedder, progress=False)
    third = storage.current_version(built)
    assert {path.name for path in (built / "versions").iterdir()} == {second, third}


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["_write_files", "_sync", "_point_to"])
def test_failed_build_leaves_the_old_index_and_no_rubbish(
    built: Path,
    folder: Folder,
    words_embedder: Reader,
    monkeypatch: pytest.MonkeyPatch,
    problem: BaseException,
    step: str,
) -> None:
    before, version = files(built), Index.open(built, words_embedder).version

    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr(storage, step, fail)
    expected = KeyboardInterrupt if isinstance(problem, KeyboardInterrupt) else StoreUnwritable
    with pytest.raises(expected):
        build(folder({"hills.md": HILLS}), built, words_embedder, progress=False)
    assert files(built) == before
    assert Index.open(built, words_embedder).version == version


def test_what_a_killed_build_left_is_cleared_by_the_next(
    built: Path, folder: Folder, words_embedder: Reader
) -> None:
    (built / "versions" / "making-abc").mkdir()
    (built / "current-abc").write_text("half")
    build(folder({}), built, words_embedder, progress=False)
    assert not (built / "versions" / "making-abc").exists()
    assert not (built / "current-abc").exists()


def test_second_build_at_once_is_told_so(
    built: Path, folder: Folder, words_embedder: Reader
) -> None:
    program = (
        "import fcntl, sys; handle = open(sys.argv[1], 'a'); fcntl.flock(handle, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(built / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(StoreBusy, match="another build is writing"):
            build(folder({}), built, words_embedder, progress=False)
        other.communicate(b"")
    build(folder({}), built, words_embedder, progress=False)


def test_folder_without_readable_documents_changes_nothing(
    built: Path, folder: Folder, words_embedder: Reader
) -> None:
    before = files(built)
    (folder({}) / "rivers.md").write_bytes(b"")
    with pytest.raises(NoDocuments, match=r"none of the 1 files .* rivers\.md: the file is empty"):
        build(folder({}), built, words_embedder, progress=False)
    assert files(built) == before


def test_missing_store_says_how_to_build_one(tmp_path: Path, words_embedder: Reader) -> None:
    with pytest.raises(StoreMissing, match="python -m index build"):
        Index.open(tmp_path / "none", words_embedder)


@pytest.mark.parametrize("name", ["passages.npy", "passages.jsonl", "bm25/weights.npy"])
def test_damaged_and_missing_files_are_named(
    built: Path, words_embedder: Reader, name: str
) -> None:
    path = version_folder(built) / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreBroken, match=f"{name} is not as it was written"):
        Index.open(built, words_embedder)
    path.unlink()
    with pytest.raises(StoreBroken, match=f"{name} is missing"):
        Index.open(built, words_embedder)


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"format": 99}', '{"format": 1}'])
def test_bad_manifest_is_a_broken_store(built: Path, words_embedder: Reader, text: str) -> None:
    (version_folder(built) / "manifest.json").write_text(text)
    with pytest.raises(StoreBroken):
        Index.open(built, words_embedder)


@pytest.mark.parametrize("pointer", ["", "gone", "../..", "\x00"])
def test_bad_pointer_is_a_broken_store(built: Path, words_embedder: Reader, pointer: str) -> None:
    (built / "current").write_text(pointer)
    with pytest.raises(StoreBroken, match="current"):
        Index.open(built, words_embedder)


def test_other_model_is_refused_with_both_names_and_the_command_that_mends_it(
    built: Path, other_words_embedder: Reader
) -> None:
    with pytest.raises(ModelMismatch, match="rebuild it: python -m index build") as caught:
        Index.open(built, other_words_embedder)
    assert "words-1" in str(caught.value)
    assert "words-2" in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_store_that_cannot_be_written_is_said_to_be_so(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StoreUnwritable):
        build(folder({"rivers.md": RIVERS}), tmp_path / "locked" / "store", words_embedder)


def test_store_in_the_place_of_a_file_is_unwritable(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnwritable, match="cannot be written"):
        build(folder({"rivers.md": RIVERS}), tmp_path / "file", words_embedder, progress=False)
