from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index import LiveIndex, build
from index.reader import Reader

Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = (
    "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."
)
WINDS = "Winds carry dust and seeds over the hills, and they shape the dunes along the whole coast."


@pytest.fixture
def store(folder: Folder, tmp_path: Path, words_embedder: Reader) -> Path:
    build(
        folder({"rivers.md": RIVERS, "winds.md": WINDS}),
        tmp_path / "store",
        words_embedder,
        progress=False,
    )
    return tmp_path / "store"


def documents(live: LiveIndex) -> set[str]:
    return {one.passage.document for one in live.current().search("what do they carry").passages}


def test_removed_document_is_gone_with_the_next_question(
    store: Path, folder: Folder, words_embedder: Reader
) -> None:
    live = LiveIndex(store, words_embedder)
    before = live.current()
    assert documents(live) == {"rivers.md", "winds.md"}
    base = folder({})
    (base / "winds.md").unlink()
    report = build(base, store, words_embedder, progress=False)
    assert documents(live) == {"rivers.md"}
    assert live.current().version == report.version
    # A search that had begun before ends on the index it began with.
    assert len(before.search("what do they carry").passages) == 2


def test_the_same_index_stays_open_while_nothing_is_built(
    store: Path, words_embedder: Reader
) -> None:
    live = LiveIndex(store, words_embedder)
    assert live.current() is live.current()


def test_new_index_that_cannot_be_used_leaves_the_old_one_answering(
    store: Path,
    folder: Folder,
    words_embedder: Reader,
    other_words_embedder: Reader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = LiveIndex(store, words_embedder)
    build(folder({}), store, other_words_embedder, progress=False)
    with caplog.at_level(logging.ERROR):
        assert documents(live) == documents(live) == {"rivers.md", "winds.md"}
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    (store / "current").unlink()
    assert documents(live) == {"rivers.md", "winds.md"}
    build(folder({"winds.md": WINDS.replace("dust", "ash")}), store, words_embedder, progress=False)
    texts = [one.passage.text for one in live.current().search("what carries ash").passages]
    assert any("ash" in text for text in texts)


def test_questions_are_answered_all_through_several_builds(
    store: Path, folder: Folder, words_embedder: Reader
) -> None:
    live = LiveIndex(store, words_embedder)
    stop = threading.Event()
    failures: list[BaseException] = []
    answered = [0]

    def ask() -> None:
        while not stop.is_set():
            try:
                assert live.current().search("what do rivers carry").passages
                answered[0] += 1
            except BaseException as error:  # any failure is a dropped turn
                failures.append(error)
                return

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for number in range(4):
            base = folder({"rivers.md": RIVERS.replace("sand", f"sand {number}")})
            report = build(base, store, words_embedder, progress=False)
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert failures == []
    assert answered[0] > 0
    assert live.current().version == report.version
