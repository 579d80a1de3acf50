from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.array_writer import ArrayWriter, mapped
from index.rows import Rows, RowsWriter
from index.spans import best_of, owners_of, rows_of


def vectors(count: int, size: int = 64, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.int64])
def test_array_written_in_parts_is_read_as_one(tmp_path: Path, dtype: type) -> None:
    parts = [np.arange(6, dtype=dtype).reshape(2, 3), np.arange(3, dtype=dtype).reshape(1, 3)]
    with ArrayWriter(tmp_path / "a.npy", dtype) as writer:
        for part in parts:
            writer.add(part)
    found = mapped(tmp_path / "a.npy")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.concatenate(parts))


def test_rows_of_another_shape_are_refused(tmp_path: Path) -> None:
    with ArrayWriter(tmp_path / "a.npy", np.int8) as writer:
        writer.add(np.zeros((2, 3)))
        with pytest.raises(ValueError, match=r"shape \(4,\) after rows of shape \(3,\)"):
            writer.add(np.zeros((1, 4)))


def test_array_of_no_rows_keeps_its_shape(tmp_path: Path) -> None:
    with ArrayWriter(tmp_path / "a.npy", np.float32) as writer:
        writer.add(np.zeros((0, 3)))
    assert mapped(tmp_path / "a.npy").shape == (0, 3)


@pytest.mark.parametrize(("small", "off"), [(False, 0.0), (True, 0.002)])
def test_vectors_come_back_as_they_were_or_nearly(tmp_path: Path, small: bool, off: float) -> None:
    given = vectors(50)
    writer = RowsWriter(tmp_path, "some", small)
    writer.add(given[:30])
    writer.add(given[30:])
    writer.close()
    rows = Rows.load(tmp_path, "some")
    chosen = np.array([49, 0, 7, 7])
    assert (rows.count, rows.dimension) == (50, 64)
    np.testing.assert_allclose(rows.take(chosen), given[chosen], atol=off)
    np.testing.assert_allclose(rows.dots(chosen, given[3]), given[chosen] @ given[3], atol=3 * off)
    assert (rows.whole is None) is small
    blocks = list(rows.blocks(20))
    assert [start for start, _ in blocks] == [0, 20, 40]
    np.testing.assert_allclose(np.concatenate([block for _, block in blocks]), given, atol=off)


def test_spans_are_laid_end_to_end_and_found_back() -> None:
    first = np.array([0, 2, 2, 5, 6])
    rows, counts = rows_of(first, np.array([2, 1, 0]))
    assert rows.tolist() == [2, 3, 4, 0, 1]
    assert counts.tolist() == [3, 0, 2]
    assert owners_of(first, rows).tolist() == [2, 2, 2, 0, 0]
    best = best_of(np.array([1, 5, 2, 4, 3], np.float32), counts, -1.0)
    assert best.tolist() == [5, -1, 4]
