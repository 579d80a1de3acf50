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


def load(model: Any, *folders: Path) -> None:
    """Puts into the model what `save` wrote, of several folders the mean; ValueError where a folder
    holds no part, or parts of another model."""
    states = [_read(folder) for folder in folders]
    state = {name: sum(one[name] for one in states) / len(states) for name in states[0]}
    missing, unknown = model.load_state_dict(state, strict=False)
    strange = [name for name in missing if "embeddings." not in name] + list(unknown)
    if strange:
        raise ValueError(f"{folders[0]} is of another model: {', '.join(strange[:5])}")


def _read(folder: Path) -> dict[str, torch.Tensor]:
    files = sorted(folder.glob("part-*.pt"))
    if not files:
        raise ValueError(f"{folder} holds no part-N.pt; train first")
    state: dict[str, torch.Tensor] = {}
    for file in files:
        state.update(torch.load(file, map_location="cpu", weights_only=True))
    return {name: value.float() for name, value in state.items()}
