from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import Embedder, build
from index.cache import VectorCache

Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."
WINDS = "Winds carry dust and seeds over the hills, and they shape the dunes along the whole coast."


class Counting:
    """An embedder that counts the texts it is given, and fails after some."""

    def __init__(self, inner: Embedder, fail_after: int = 10**9) -> None:
        self.name, self.fingerprint = inner.name, inner.fingerprint
        self._inner, self._fail_after = inner, fail_after
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += [text for text in texts if text]
        if len(self.texts) > self._fail_after:
            raise KeyboardInterrupt
        return self._inner.encode(texts)


def test_unchanged_documents_are_not_embedded_again(
    folder: Folder, tmp_path: Path, words_embedder: Embedder
) -> None:
    base = folder({"rivers.md": RIVERS, "winds.md": WINDS})
    first = Counting(words_embedder)
    assert build(base, tmp_path / "store", first, progress=False).embedded == len(first.texts) > 0
    again = Counting(words_embedder)
    assert build(base, tmp_path / "store", again, progress=False).embedded == 0
    assert again.texts == []
    folder({"winds.md": WINDS.replace("dust", "sand")})
    changed = Counting(words_embedder)
    build(base, tmp_path / "store", changed, progress=False)
    assert changed.texts
    assert all("sand and seeds" in text for text in changed.texts)


def test_another_embedder_embeds_everything_and_its_vectors_replace_the_old(
    folder: Folder, tmp_path: Path, words_embedder: Embedder, other_words_embedder: Embedder
) -> None:
    base = folder({"rivers.md": RIVERS})
    build(base, tmp_path / "store", words_embedder, progress=False)
    assert build(base, tmp_path / "store", other_words_embedder, progress=False).embedded > 0
    names = {path.stem for path in (tmp_path / "store" / "cache").iterdir()}
    assert names == {other_words_embedder.fingerprint[:16]}


def test_build_that_was_stopped_goes_on_where_it_was(
    folder: Folder, tmp_path: Path, words_embedder: Embedder
) -> None:
    base = folder(
        {f"{n}.md": RIVERS.replace("sea", f"sea number {n} of all of them") for n in range(40)}
    )
    stopped = Counting(words_embedder, fail_after=30)
    with pytest.raises(KeyboardInterrupt):
        build(base, tmp_path / "store", stopped, progress=False)
    rest = Counting(words_embedder)
    build(base, tmp_path / "store", rest, progress=False)
    whole = Counting(words_embedder)
    build(base, tmp_path / "whole", whole, progress=False)
    assert len(rest.texts) == len(whole.texts) - 16  # a batch was kept
    assert not set(stopped.texts[:16]) & set(rest.texts)


def test_what_a_kill_left_half_written_is_taken_off(
    tmp_path: Path, words_embedder: Embedder
) -> None:
    expected = VectorCache(tmp_path, words_embedder).encode(["one", "two", "three"])
    keys, vectors = sorted((tmp_path / "cache").iterdir())
    keys.write_bytes(keys.read_bytes()[:-5])
    vectors.write_bytes(vectors.read_bytes()[:-3])
    counting = Counting(words_embedder)
    found = VectorCache(tmp_path, counting).encode(["one", "two", "three"])
    np.testing.assert_array_equal(found, expected)
    assert counting.texts == ["three"]
    again = Counting(words_embedder)
    np.testing.assert_array_equal(
        VectorCache(tmp_path, again).encode(["three", "one", "two"]), expected[[2, 0, 1]]
    )
    assert again.texts == []


def test_texts_out_of_use_are_forgotten(tmp_path: Path, words_embedder: Embedder) -> None:
    cache = VectorCache(tmp_path, words_embedder)
    cache.encode(["old", "kept"])
    later = VectorCache(tmp_path, words_embedder)
    later.encode(["kept"])
    later.prune()
    counting = Counting(words_embedder)
    VectorCache(tmp_path, counting).encode(["kept", "old"])
    assert counting.texts == ["old"]
