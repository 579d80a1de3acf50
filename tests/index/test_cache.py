from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import Passage, Reader, build
from index.cache import ReadingCache
from index.late import AskedTokens, ReadTokens

Folder = Callable[[dict[str, str | bytes]], Path]
RIVERS = (
    "Rivers carry water and sand to the sea, and they shape the land on the whole of their way."
)
WINDS = "Winds carry dust and seeds over the hills, and they shape the dunes along the whole coast."


class Counting:
    """A reader that counts the passages it is given, and fails after some."""

    def __init__(self, inner: Reader, fail_after: int = 10**9) -> None:
        self.name, self.fingerprint, self.late = inner.name, inner.fingerprint, inner.late
        self._inner, self._fail_after = inner, fail_after
        self.passages: list[str] = []

    def read(
        self, title: str, section: str, sentences: Sequence[str], questions: Sequence[str] = ()
    ) -> ReadTokens:
        if len(self.passages) >= self._fail_after:
            raise KeyboardInterrupt
        self.passages.append(" ".join(sentences))
        return self._inner.read(title, section, sentences, questions)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._inner.encode(texts)

    def ask(self, question: str) -> AskedTokens:
        return self._inner.ask(question)

    def knows(self, word: str) -> bool:
        return self._inner.knows(word)


def passages(*texts: str) -> list[Passage]:
    return [Passage("id", "doc.md", "Title", "", text, (text,)) for text in texts]


def test_unchanged_documents_are_not_read_again(
    folder: Folder, tmp_path: Path, words_embedder: Reader
) -> None:
    base = folder({"rivers.md": RIVERS, "winds.md": WINDS})
    first = Counting(words_embedder)
    assert build(base, tmp_path / "store", first, progress=False).embedded == 2
    assert len(first.passages) == 2
    again = Counting(words_embedder)
    assert build(base, tmp_path / "store", again, progress=False).embedded == 0
    assert again.passages == []
    folder({"winds.md": WINDS.replace("dust", "sand")})
    changed = Counting(words_embedder)
    build(base, tmp_path / "store", changed, progress=False)
    assert changed.passages == [WINDS.replace("dust", "sand")]


def test_another_reader_reads_everything_and_its_readings_replace_the_old(
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
        {f"{n}.md": RIVERS.replace("sea", f"sea number {n} of all of them") for n in range(40)}
    )
    stopped = Counting(words_embedder, fail_after=30)
    with pytest.raises(KeyboardInterrupt):
        build(base, tmp_path / "store", stopped, progress=False, threads=1)
    rest = Counting(words_embedder)
    assert build(base, tmp_path / "store", rest, progress=False, threads=1).embedded == 10
    assert not set(stopped.passages) & set(rest.passages)
    assert len(rest.passages) == 10


def test_what_a_kill_left_half_written_is_taken_off(tmp_path: Path, words_embedder: Reader) -> None:
    given = passages("one", "two", "three")
    expected = list(ReadingCache(tmp_path, words_embedder).read(given))
    (readings,) = (tmp_path / "cache").iterdir()
    readings.write_bytes(readings.read_bytes()[:-5])
    counting = Counting(words_embedder)
    found = list(ReadingCache(tmp_path, counting).read(given))
    assert counting.passages == ["three"]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.vector, other.vector)
        np.testing.assert_array_equal(one.sentences, other.sentences)
    again = Counting(words_embedder)
    turned = list(ReadingCache(tmp_path, again).read(given[::-1]))
    np.testing.assert_array_equal(turned[0].vector, expected[2].vector)
    assert again.passages == []


def test_passages_out_of_use_are_forgotten_and_the_others_are_still_right(
    tmp_path: Path, words_embedder: Reader
) -> None:
    given = passages("old", "kept")
    expected = list(ReadingCache(tmp_path, words_embedder).read(given))[1]
    later = ReadingCache(tmp_path, words_embedder)
    list(later.read(given[1:]))
    later.prune()
    counting = Counting(words_embedder)
    found = list(ReadingCache(tmp_path, counting).read(given[::-1]))
    assert counting.passages == ["old"]
    np.testing.assert_array_equal(found[0].vector, expected.vector)


def test_several_threads_give_what_one_gives(tmp_path: Path, words_embedder: Reader) -> None:
    given = passages(*(f"passage number {n} of many others" for n in range(200)))
    one = list(ReadingCache(tmp_path / "one", words_embedder).read(given))
    many = list(ReadingCache(tmp_path / "many", words_embedder, threads=4).read(given))
    for first, second in zip(one, many, strict=True):
        np.testing.assert_array_equal(first.vector, second.vector)
