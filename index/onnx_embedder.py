"""Texts to vectors with nothing but onnxruntime and a tokenizer: no torch, no transformers.

For the plain kind of sentence-transformers model: a transformer stored as ONNX, mean or CLS
pooling, vectors of length 1. Others go through the library itself (index.onnx_model).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_POOLINGS: Final = ("mean", "cls")
_INPUTS: Final = {"input_ids", "attention_mask", "token_type_ids"}
_UNLIMITED: Final = 1_000_000  # what tokenizers without a limit name is far above this


@dataclass(frozen=True)
class Plan:
    """How a model folder is run."""

    model: Path
    tokenizer: Path
    pooling: str
    dimension: int
    most_tokens: int


def read_plan(folder: Path) -> Plan | None:
    """How to run the model of a folder; None where it is not of the plain kind.

    Raises ModelUnavailable where its files cannot be read.
    """
    try:
        return _read_plan(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(
            f"the model in {folder} cannot be loaded: {type(error).__name__}: {error}"
        ) from error


class OnnxEmbedder:
    """An ONNX model behind the Embedder protocol, safe for several threads."""

    def __init__(self, name: str, fingerprint: str, plan: Plan, threads: int = 1) -> None:
        """`threads` texts are encoded at once, each on one core. Raises ModelUnavailable."""
        self.name = name
        self.fingerprint = fingerprint
        self._plan = plan
        self._threads = threads
        self._tokenizer = open_tokenizer(plan.tokenizer, plan.most_tokens)
        self._session = open_session(plan.model)
        self._inputs = [given.name for given in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimension).

        Each text is run by itself: int8 scales depend on all that runs together, so in company a
        text would get another vector than alone; nothing is padded; and on a CPU batches are no
        faster.
        """
        vectors = np.zeros((len(texts), self._plan.dimension), np.float32)

        def put(place: int) -> None:
            vectors[place] = self._encode(texts[place])

        if self._threads == 1 or len(texts) < 2:
            for place in range(len(texts)):
                put(place)
            return vectors
        # The longest first, so that no thread is left alone with one at the end.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        with ThreadPoolExecutor(min(self._threads, len(texts))) as pool:
            for _ in pool.map(put, order):
                pass
        return vectors

    def knows(self, word: str) -> bool:
        """Whether a word is whole in the model's vocabulary, as the common words are."""
        return self._tokenizer.token_to_id(word) is not None

    def _encode(self, text: str) -> NDArray[np.float32]:
        tokens = np.array([self._tokenizer.encode(text).ids], np.int64)
        given = {
            "input_ids": tokens,
            "attention_mask": np.ones_like(tokens),
            "token_type_ids": np.zeros_like(tokens),
        }
        (states,), *_ = self._session.run(None, {name: given[name] for name in self._inputs})
        pooled = states[0] if self._plan.pooling == "cls" else states.mean(axis=0)
        vector: NDArray[np.float32] = pooled / max(float(np.linalg.norm(pooled)), 1e-12)
        return vector


def onnx_file(folder: Path) -> Path | None:
    """The smallest ONNX file: where there are several, the others are less quantised."""
    files = sorted(folder.glob("onnx/*.onnx"), key=lambda file: (file.stat().st_size, file.name))
    return files[0] if files else None


def _read_plan(folder: Path) -> Plan | None:
    model, tokenizer = onnx_file(folder), folder / "tokenizer.json"
    if model is None or not tokenizer.is_file():
        return None
    kinds = [str(module["type"]).rpartition(".")[2] for module in _json(folder / "modules.json")]
    pooling = _json(folder / "1_Pooling" / "config.json") if kinds[1:2] == ["Pooling"] else {}
    encoder = _json(folder / "sentence_bert_config.json")
    plain = (
        kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and _pooling(pooling) in _POOLINGS
        and not encoder.get("do_lower_case")
        and not _json(folder / "config_sentence_transformers.json").get("default_prompt_name")
    )
    if not plain:
        return None
    return Plan(
        model=model,
        tokenizer=tokenizer,
        pooling=_pooling(pooling),
        dimension=int(pooling.get("embedding_dimension") or pooling["word_embedding_dimension"]),
        most_tokens=_most_tokens(folder, encoder),
    )


def _pooling(config: dict[str, Any]) -> str:
    """The one way of pooling; more than one are joined with a plus sign."""
    if "pooling_mode" in config:
        return str(config["pooling_mode"])
    modes = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    chosen = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
    return "+".join(modes.get(key, key) for key in chosen)


def _most_tokens(folder: Path, encoder: dict[str, Any]) -> int:
    limits = (
        encoder.get("max_seq_length"),
        _json(folder / "tokenizer_config.json").get("model_max_length"),
        _json(folder / "config.json").get("max_position_embeddings"),
    )
    return min(int(limit) for limit in limits if limit and limit < _UNLIMITED)


def open_tokenizer(file: Path, most_tokens: int) -> Tokenizer:
    """Cuts texts off after so many tokens; raises ModelUnavailable."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exceptions
        raise ModelUnavailable(f"{file} cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(most_tokens)
    return tokenizer


def open_session(file: Path) -> InferenceSession:
    """On one core; raises ModelUnavailable."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library raises all kinds for a bad file
        raise ModelUnavailable(f"{file} cannot be loaded: {error}") from error
    unknown = {given.name for given in session.get_inputs()} - _INPUTS
    if unknown:
        raise ModelUnavailable(
            f"{file} wants {', '.join(sorted(unknown))} beside {', '.join(sorted(_INPUTS))}; "
            "name a model of the BERT kind in INDEX_MODEL"
        )
    return session


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
