"""A tuned encoder as int8 ONNX, with what the index needs to read it beside it."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from index.tuning import parts
from index.tuning.model import Encoder, load_base, mean

_BESIDE = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


class _Read(nn.Module):
    """What an index asks for: states are left to the caller, who knows where sentences stand."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        states, tokens, weight, floor = self.encoder(input_ids, attention_mask, token_type_ids)
        return mean(states, attention_mask), states, tokens, weight, floor


def export(base: Path, tuned: Sequence[Path], target: Path) -> None:
    """Writes the mean of what trainings wrote, nothing where that fails; a README there stays."""
    encoder = Encoder(load_base(base))
    encoder.base.config._attn_implementation = "eager"
    parts.load(encoder, *tuned)
    encoder.eval()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "encoder"
        made.mkdir()
        _to_onnx(encoder, made / "full.onnx")
        _quantise(made / "full.onnx", made / "encoder.onnx")
        (made / "full.onnx").unlink()
        for name in _BESIDE:
            if (base / name).is_file():
                shutil.copyfile(base / name, made / name)
        numbers = {"nearness": float(encoder.nearness), "bias": float(encoder.bias)}
        (made / "late.json").write_text(json.dumps(numbers), encoding="utf-8")
        shutil.copytree(made, target, dirs_exist_ok=True)


def _to_onnx(encoder: Encoder, file: Path) -> None:
    example = torch.ones(2, 7, dtype=torch.long)
    names = ("input_ids", "attention_mask", "token_type_ids")
    shape = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Read(encoder),
            (example, example, torch.zeros_like(example)),
            str(file),
            input_names=list(names),
            output_names=["vector", "states", "tokens", "weight", "floor"],
            dynamic_axes={
                **dict.fromkeys((*names, "states", "tokens", "weight", "floor"), shape),
                "vector": {0: "texts"},
            },
            opset_version=17,
            dynamo=False,
        )


def _quantise(full: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        full,
        target,
        weight_type=QuantType.QUInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather"],
    )
