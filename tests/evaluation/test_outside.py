"""Public data is read where it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.errors import DataMissing
from evaluation.outside import DATA, read_outside


def test_missing_data_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"clinc150.*--data"):
        read_outside(tmp_path)


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data is not on this machine")
def test_the_public_sets_have_their_published_sizes() -> None:
    sizes = {one.name: len(one.messages) for one in read_outside(DATA)}
    assert sizes == {"clinc_out_of_scope": 1000, "clinc_in_scope": 4500, "xstest": 250}
