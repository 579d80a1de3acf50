from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import Passage, build
from index.cache import ReadingCache
from index.late import ReadTokens
from index.reader import PlainReader, Reader

Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = (
    "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."
)
WINDS = "Winds carry dust and seeds over the hills, and they shape the dunes along the whole coast."


class Counting(PlainReader):
    """A reader that counts the passages it is given, and fails after some."""

    def __init__(self, inner: Reader, fail_after: int = 10**9) -> None:
        super().__init__(inner)
        self._fail_after = fail_after
        self.texts: list[str] = []

    def read(
        self, title: str, section: str, sentences: Sequence[str], questions: Sequence[str] = ()
    ) -> ReadTokens:
        self.texts.append(" ".join(sentences))
        if len(self.texts) > self._fail_after:
            raise KeyboardInterrupt
        return super().read(title, section, sentences, questions)


def passages(*texts: str) -> list[Passage]:
    return [Passage(f"{text}#0", f"{text}.md", "T", "", text, (text,)) for text in texts]


def test_unchanged_documents_are_not_embedded_again(
    folder: Folder, tmp_path: Path, words_embedder: Reader
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
    folder: Folder, tmp_path: Path, words_embedder: Reader, other_words_embedder: Reader
) -> None:
    base = folder({"rivers.md": RIVERS})
    build(base, tmp_path / "store", words_embedder, progress=False)
    assert build(base, tmp_path / "store", other_words_embedder, progress=False).embedded > 0
    names = {path.stem for path in (tmp_path / "store" / "cache").iterdir()}
    assert names == {other_words_embedder.fingerprint[:16]}


def test_build_that_was_stopped_goes_on_where_it_was(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    base = folder(
        {f"{n}.md": RIVERS.replace("sea", f"sea number {n} of all of them") for n in range(20)}
    )
    stopped = Counting(words_embedder, fail_after=12)
    with pytest.raises(KeyboardInterrupt):
        build(base, tmp_path / "store", stopped, progress=False)
    rest = Counting(words_embedder)
    build(base, tmp_path / "store", rest, progress=False)
    assert len(rest.texts) == 20 - 12
    assert not set(stopped.texts[:12]) & set(rest.texts)


def test_what_a_kill_left_half_written_is_taken_off(tmp_path: Path, words_embedder: Reader) -> None:
    texts = passages("one", "two", "three")
    expected = ReadingCache(tmp_path, words_embedder).read(texts)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    counting = Counting(words_embedder)
    found = ReadingCache(tmp_path, counting).read(texts)
    assert counting.texts == ["three"]
    again = Counting(words_embedder)
    turned = ReadingCache(tmp_path, again).read(texts[::-1])[::-1]
    assert again.texts == []
    for one, other, third in zip(expected, found, turned, strict=True):
        np.testing.assert_array_equal(one.vector, other.vector)
        np.testing.assert_array_equal(one.sentences, third.sentences)


def test_passages_out_of_use_are_forgotten(tmp_path: Path, words_embedder: Reader) -> None:
    ReadingCache(tmp_path, words_embedder).read(passages("old", "kept"))
    later = ReadingCache(tmp_path, words_embedder)
    later.read(passages("kept"))
    later.prune()
    counting = Counting(words_embedder)
    ReadingCache(tmp_path, counting).read(passages("kept", "old"))
    assert counting.texts == ["old"]
