from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import nearest
from index.nearest import Coded, Flat, all_compared, open_nearest, recall_of, write_codes
from index.rows import Rows, RowsWriter


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    """Vectors round some centres, as texts lie round their subjects."""
    centres = np.random.default_rng(0).normal(size=(50, 128))
    chance = np.random.default_rng(seed)
    made = centres[chance.integers(50, size=count)] + chance.normal(scale=0.6, size=(count, 128))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def kept(folder: Path, vectors: NDArray[np.float32], small: bool) -> Rows:
    writer = RowsWriter(folder, "some", small)
    writer.add(vectors)
    writer.close()
    return Rows.load(folder, "some")


def test_few_vectors_are_compared_exactly(tmp_path: Path) -> None:
    vectors, question = clustered(300, 1), clustered(1, 2)[0]
    found = open_nearest(tmp_path, "some", kept(tmp_path, vectors, small=False))
    assert isinstance(found, Flat)
    expected = np.argsort(-(vectors @ question))[:10]
    assert found.nearest(question, 10).tolist() == expected.tolist()
    assert len(found.nearest(question, 1000)) == 300


def test_no_vectors_give_none(tmp_path: Path) -> None:
    rows = kept(tmp_path, np.zeros((0, 128), np.float32), small=False)
    assert open_nearest(tmp_path, "some", rows).nearest(clustered(1, 2)[0], 5).tolist() == []


@pytest.mark.parametrize("coded_most", [100_000, 1_000])
def test_codes_find_what_comparing_all_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coded_most: int
) -> None:
    monkeypatch.setattr(nearest, "CODED_MOST", coded_most)
    vectors, questions = clustered(12_000, 1), clustered(60, 2)
    rows = kept(tmp_path, vectors, small=True)
    measured = write_codes(tmp_path, "some", rows, clustered(40, 3), threads=1)
    found = open_nearest(tmp_path, "some", rows)
    assert isinstance(found, Coded)
    exact = np.argsort(-(questions @ vectors.T), axis=1)[:, :10]
    assert measured >= 0.97
    assert recall_of(found, questions, exact) >= 0.96
    ranked = found.nearest(questions[0], 10)
    scores = vectors[ranked] @ questions[0]
    assert np.all(np.diff(scores) <= 0.005)


def test_comparing_all_in_parts_is_comparing_all(tmp_path: Path) -> None:
    vectors, questions = clustered(500, 1), clustered(5, 2)
    rows = kept(tmp_path, vectors, small=False)
    expected = np.argsort(-(questions @ vectors.T), axis=1)[:, :10]
    np.testing.assert_array_equal(all_compared(rows, questions, 10), expected)


def test_codes_of_other_vectors_are_refused(tmp_path: Path) -> None:
    write_codes(tmp_path, "some", kept(tmp_path, clustered(600, 1), True), clustered(9, 3), 1)
    rows = kept(tmp_path, clustered(500, 1), small=True)
    with pytest.raises(ValueError, match="holds 600 vectors, not 500"):
        open_nearest(tmp_path, "some", rows)
