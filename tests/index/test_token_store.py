"""Tokens of all passages in one byte a number, on disk and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.late import Array, ReadTokens
from index.token_store import TokenStore

NOTHING: Array = np.zeros((0, 4), np.float32)


def read_tokens(count: int, seed: int) -> ReadTokens:
    tokens = np.random.default_rng(seed).normal(size=(count, 6))
    tokens = tokens / np.linalg.norm(tokens, axis=1, keepdims=True)
    belongs = np.sort(np.arange(count) % 3 - 1).astype(np.int16)
    return ReadTokens(NOTHING, NOTHING, NOTHING, tokens.astype(np.float32), belongs)


PASSAGES = [read_tokens(7, 1), read_tokens(0, 2), read_tokens(3, 3)]


@pytest.mark.parametrize("number", range(len(PASSAGES)))
def test_a_passage_gets_its_tokens_back_to_a_half_step(number: int, tmp_path: Path) -> None:
    TokenStore.of(PASSAGES).save(tmp_path)
    tokens, belongs = TokenStore.load(tmp_path).of_passage(number)
    wanted = PASSAGES[number]
    assert tokens.shape == wanted.tokens.shape and tokens.dtype == np.float32
    np.testing.assert_allclose(tokens, wanted.tokens, atol=0.5 / 127 + 1e-6)
    assert belongs.tolist() == wanted.belongs.tolist()


def test_a_number_takes_a_byte_and_is_mapped_not_read(tmp_path: Path) -> None:
    TokenStore.of(PASSAGES).save(tmp_path)
    loaded = TokenStore.load(tmp_path)
    assert loaded.tokens.dtype == np.int8 and isinstance(loaded.tokens, np.memmap)


def test_models_without_tokens_store_none(tmp_path: Path) -> None:
    none = ReadTokens(NOTHING, NOTHING, NOTHING, NOTHING, np.zeros(0, np.int16))
    TokenStore.of([none, none]).save(tmp_path)
    tokens, belongs = TokenStore.load(tmp_path).of_passage(1)
    assert tokens.shape == (0, 4) and not len(belongs)
    assert TokenStore.of([]).starts.tolist() == [0]


def test_a_file_that_is_damaged_or_missing_is_an_error(tmp_path: Path) -> None:
    TokenStore.of(PASSAGES).save(tmp_path)
    (tmp_path / "tokens.npy").write_bytes(b"not an array")
    with pytest.raises(ValueError):
        TokenStore.load(tmp_path)
    (tmp_path / "tokens.npy").unlink()
    with pytest.raises(OSError):
        TokenStore.load(tmp_path)
