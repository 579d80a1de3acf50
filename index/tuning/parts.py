"""A tuned encoder on disk, in half precision and without the word vectors, which tuning leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import torch

PART_BYTES: Final = 15_000_000


def save(model: Any, folder: Path) -> None:
    """Writes part-N.pt files of at most PART_BYTES each."""
    folder.mkdir(parents=True, exist_ok=True)
    part: dict[str, torch.Tensor] = {}
    size, number = 0, 0
    for name, value in model.state_dict().items():
        if "embeddings." in name:
            continue
        value = value.detach().cpu().half()
        if part and size + value.nbytes > PART_BYTES:
            torch.save(part, folder / f"part-{number}.pt")
            part, size, number = {}, 0, number + 1
        part[name] = value
        size += value.nbytes
    torch.save(part, folder / f"part-{number}.pt")


def load(model: Any, folder: Path) -> None:
    """Puts into the model what `save` wrote; ValueError where the folder holds no part."""
    files = sorted(folder.glob("part-*.pt"))
    if not files:
        raise ValueError(f"{folder} holds no part-N.pt; train first")
    state: dict[str, torch.Tensor] = {}
    for file in files:
        state.update(torch.load(file, map_location="cpu", weights_only=True))
    missing, unknown = model.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
    strange = [name for name in missing if "embeddings." not in name] + list(unknown)
    if strange:
        raise ValueError(f"{folder} is of another model: {', '.join(strange[:5])}")
