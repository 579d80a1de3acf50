"""Prepares the fast int8 form of a sentence-transformers model, and opens those that need torch.

Loads nothing heavy before it is called: what runs every day does not.
"""

from __future__ import annotations

import logging
import platform
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelUnavailable
from index.onnx_embedder import onnx_file

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_LIBRARIES = ("transformers", "sentence_transformers", "optimum", "onnxruntime", "torch")


def open_model(folder: Path, threads: int) -> SentenceTransformer:
    """The model in the folder: its ONNX file where it has one, torch otherwise."""
    with _quiet(folder):
        from sentence_transformers import SentenceTransformer

        file = onnx_file(folder)
        if file is None:
            import torch

            torch.set_num_threads(threads)
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        return SentenceTransformer(
            str(folder),
            backend="onnx",
            device="cpu",
            local_files_only=True,
            model_kwargs={
                "file_name": file.relative_to(folder).as_posix(),
                "provider": "CPUExecutionProvider",
                "session_options": _session_options(threads),
            },
        )


def quantised(source: Path, models_dir: Path, weights: str) -> Path:
    """The folder of the int8 ONNX form of `source`, made on first use and kept.

    `weights` is the fingerprint of the source: other weights get another folder.
    """
    # avx2 runs on any x86 processor of the last decade, so the file can be copied about.
    kind = "arm64" if platform.machine() in ("arm64", "aarch64") else "avx2"
    target = models_dir / f"{weights[:12]}-int8-{kind}"
    if target.is_dir():
        return target
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=models_dir))
    except OSError as error:
        raise ModelUnavailable(
            f"the model cannot be prepared in {models_dir}: {error.strerror}; "
            "set INDEX_MODELS_DIR to a folder that can be written"
        ) from error
    try:
        _export(source, making, kind)
        making.chmod(0o755)
        _move(making, target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return target


def _export(source: Path, making: Path, kind: Any) -> None:
    with _quiet(source):
        from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

        model = SentenceTransformer(
            str(source),
            backend="onnx",
            device="cpu",
            local_files_only=True,
            model_kwargs={"export": True, "provider": "CPUExecutionProvider"},
        )
        model.save_pretrained(str(making), create_model_card=False)
        export_dynamic_quantized_onnx_model(model, kind, str(making))
        (making / "onnx" / "model.onnx").unlink()


def _move(making: Path, target: Path) -> None:
    try:
        making.replace(target)
    except OSError:
        # Another process was quicker; its result is the same.
        if not target.is_dir():
            raise


def _session_options(threads: int) -> Any:
    from onnxruntime import SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


@contextmanager
def _quiet(folder: Path) -> Iterator[None]:
    """Holds back the libraries' chatter, and translates what they raise."""
    # transformers sets its own log level while it is imported, so it goes first.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers  # noqa: F401
    levels = {name: logging.getLogger(name).level for name in _LIBRARIES}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in _LIBRARIES:
                logging.getLogger(name).setLevel(logging.ERROR)
            yield
    except Exception as error:  # the libraries below raise all kinds for a bad model folder
        raise ModelUnavailable(
            f"the model in {folder} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
