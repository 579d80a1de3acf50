"""Tokens of all passages in one byte a number, on disk and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.late import Array, ReadTokens
from index.token_store import TokenStore, TokenWriter

NOTHING: Array = np.zeros((0, 4), np.float32)


def read_tokens(count: int, seed: int) -> ReadTokens:
    tokens = np.random.default_rng(seed).normal(size=(count, 6))
    tokens = tokens / np.linalg.norm(tokens, axis=1, keepdims=True)
    belongs = np.sort(np.arange(count) % 3 - 1).astype(np.int16)
    return ReadTokens(NOTHING, NOTHING, NOTHING, tokens.astype(np.float32), belongs)


PASSAGES = [read_tokens(7, 1), read_tokens(0, 2), read_tokens(3, 3)]


def stored(folder: Path, passages: Sequence[ReadTokens] = PASSAGES) -> TokenStore:
    writer = TokenWriter(folder)
    for passage in passages:
        writer.add(passage)
    writer.close()
    return TokenStore.load(folder)


@pytest.mark.parametrize("numbers", [[0], [1], [2], [2, 0], [0, 1, 2]])
def test_passages_get_their_tokens_back_to_a_half_step(numbers: list[int], tmp_path: Path) -> None:
    tokens, belongs, counts = stored(tmp_path).of_passages(np.array(numbers))
    wanted = [PASSAGES[number] for number in numbers]
    assert tokens.dtype == np.float32 and counts.tolist() == [len(one.tokens) for one in wanted]
    expected = np.concatenate([one.tokens for one in wanted])
    np.testing.assert_allclose(tokens, expected, atol=0.5 / 127 + 1e-6)
    assert belongs.tolist() == [n for one in wanted for n in one.belongs.tolist()]


def test_a_number_takes_a_byte_and_is_mapped_not_read(tmp_path: Path) -> None:
    tokens = stored(tmp_path).tokens
    assert tokens.dtype == np.int8 and isinstance(tokens.base, np.memmap)


def test_models_without_tokens_store_none(tmp_path: Path) -> None:
    none = ReadTokens(NOTHING, NOTHING, NOTHING, NOTHING, np.zeros(0, np.int16))
    tokens, belongs, counts = stored(tmp_path, [none, none]).of_passages(np.array([1, 0]))
    assert not len(tokens) and not len(belongs) and counts.tolist() == [0, 0]


def test_a_file_that_is_damaged_or_missing_is_an_error(tmp_path: Path) -> None:
    stored(tmp_path)
    (tmp_path / "tokens.npy").write_bytes(b"not an array")
    with pytest.raises(ValueError):
        TokenStore.load(tmp_path)
    (tmp_path / "tokens.npy").unlink()
    with pytest.raises(OSError):
        TokenStore.load(tmp_path)
