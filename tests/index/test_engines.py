from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from index import EngineMismatch, EngineUnavailable, Index, Reader, build
from index import __main__ as cli
from index.engines import FaissEngine, load_engine
from index.qdrant import QdrantEngine
from index.settings import load_settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "index" / "documents"
QUESTIONS = ROOT / "evaluation" / "questions" / "development.jsonl"
Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = (
    "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."
)


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    made = QdrantClient(":memory:")
    yield made
    made.close()


def names(client: QdrantClient) -> set[str]:
    return {one.name for one in client.get_collections().collections}


def test_qdrant_finds_and_scores_as_faiss_does(
    tmp_path: Path, reader: Reader, client: QdrantClient
) -> None:
    qdrant = QdrantEngine(lambda: client)
    build(DOCUMENTS, tmp_path / "faiss", reader, progress=False, engine=FaissEngine())
    build(DOCUMENTS, tmp_path / "qdrant", reader, progress=False, engine=qdrant)
    one = Index.open(tmp_path / "faiss", reader, FaissEngine())
    other = Index.open(tmp_path / "qdrant", reader, qdrant)
    assert one.version == other.version
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines()[:60]:
        question = json.loads(line)["question"]
        first, second = one.search(question, 10), other.search(question, 10)
        assert [p.passage for p in first.passages] == [p.passage for p in second.passages]
        assert [p.score for p in first.passages] == [p.score for p in second.passages]
        assert first.confidence == second.confidence


def test_index_of_another_engine_is_refused_with_what_to_do(
    folder: Folder, tmp_path: Path, words_embedder: Reader, client: QdrantClient
) -> None:
    build(folder({"r.md": RIVERS}), tmp_path / "store", words_embedder, False, FaissEngine())
    with pytest.raises(EngineMismatch, match="built for faiss, but INDEX_ENGINE is qdrant; set"):
        Index.open(tmp_path / "store", words_embedder, QdrantEngine(lambda: client))


def test_collections_of_versions_out_of_use_are_removed(
    folder: Folder, tmp_path: Path, words_embedder: Reader, client: QdrantClient
) -> None:
    engine, base = QdrantEngine(lambda: client), folder({"r.md": RIVERS})
    client.create_collection("of-somebody-else", vectors_config={})
    seen = []
    for _ in range(3):
        build(base, tmp_path / "store", words_embedder, False, engine)
        seen.append(names(client))
    assert seen[0] < seen[1]
    assert seen[0] & seen[2] == {"of-somebody-else"}
    assert len(seen[2]) == len(seen[1])


def test_what_a_killed_build_left_in_qdrant_is_removed_by_the_next(
    folder: Folder, tmp_path: Path, words_embedder: Reader, client: QdrantClient
) -> None:
    engine, base = QdrantEngine(lambda: client), folder({"r.md": RIVERS})
    store = tmp_path / "store"
    killed = store / "versions" / "making-abc"
    killed.mkdir(parents=True)
    (killed / "engine.json").write_text('{"engine": "qdrant", "number": "42"}')
    client.create_collection("faq-42-passages", vectors_config={})
    build(base, store, words_embedder, False, engine)
    assert "faq-42-passages" not in names(client)


def test_missing_vectors_are_said(
    folder: Folder, tmp_path: Path, words_embedder: Reader, client: QdrantClient
) -> None:
    engine = QdrantEngine(lambda: client)
    build(folder({"r.md": RIVERS}), tmp_path / "store", words_embedder, False, engine)
    for name in names(client):
        client.delete(name, points_selector=[0])
    with pytest.raises(EngineUnavailable, match="holds 0 vectors, the index has 1"):
        Index.open(tmp_path / "store", words_embedder, engine)


def test_server_that_is_not_there_is_an_unavailable_engine_and_the_old_index_stays(
    folder: Folder, tmp_path: Path, words_embedder: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, store = folder({"r.md": RIVERS}), tmp_path / "store"
    before = build(base, store, words_embedder, False, FaissEngine()).version
    monkeypatch.setenv("INDEX_ENGINE", "qdrant")
    monkeypatch.setenv("QDRANT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("QDRANT_API_KEY", "secret-key")
    with pytest.raises(EngineUnavailable, match="QDRANT_URL") as raised:
        build(base, store, words_embedder, progress=False)
    assert "secret-key" not in str(raised.value)
    assert Index.open(store, words_embedder, FaissEngine()).version == before


def test_one_setting_switches_the_engine(
    folder: Folder,
    tmp_path: Path,
    words_embedder: Reader,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "load_reader", lambda *_: words_embedder)
    monkeypatch.setenv("INDEX_ENGINE", "qdrant")
    monkeypatch.setenv("QDRANT_URL", f"file:{tmp_path / 'qdrant'}")
    base, store = folder({"r.md": RIVERS}), tmp_path / "store"
    assert cli.main(["build", "--documents", str(base), "--store", str(store)]) == 0
    assert cli.main(["search", "--store", str(store), "--json", "what do rivers carry"]) == 0
    assert RIVERS in capsys.readouterr().out
    engine = load_engine(load_settings())
    assert isinstance(engine, QdrantEngine)
