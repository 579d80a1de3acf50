from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest

from index import lexical, lexicon_writer
from index.lexical import Lexicon
from index.lexicon_writer import LexiconWriter
from index.terms import terms

WORDS = "river hill wind sand sea dust seed coast dune rain stone forest lake cloud storm".split()


def texts(count: int) -> list[str]:
    """Some words are in most of the texts, some in few."""
    chance = np.random.default_rng(0)
    weights = 1 / np.arange(1, len(WORDS) + 1)
    return [
        " ".join(chance.choice(WORDS, size=chance.integers(3, 30), p=weights / weights.sum()))
        for _ in range(count)
    ]


def lexicon(folder: Path, given: Sequence[str], part: int = 50_000) -> Lexicon:
    writer = LexiconWriter(folder / "bm25", part)
    for text in given:
        writer.add(text)
    writer.finish()
    return Lexicon.load(folder / "bm25", len(given))


def library(given: Sequence[str]) -> bm25s.BM25:
    made = bm25s.BM25()
    made.index([terms(text) or [""] for text in given], show_progress=False)
    return made


@pytest.mark.parametrize("part", [50_000, 70])
def test_scores_are_those_of_bm25s(tmp_path: Path, part: int) -> None:
    given = [*texts(300), "", "the and of"]
    ours, theirs = lexicon(tmp_path, given, part), library(given)
    for question in ("river storm", "sand", "lake cloud dust wind", "what about the hills"):
        asked = ours.ask(question)
        expected = theirs.get_scores([t for t in terms(question) if t in theirs.vocab_dict])
        scores = ours.score(asked, np.arange(len(given))).bm25
        np.testing.assert_allclose(scores * asked.total, expected, rtol=1e-4, atol=1e-5)
        best = ours.best(asked, 20)
        top = np.sort(expected)[::-1][:20]
        np.testing.assert_allclose(expected[best], top[top > 0], rtol=1e-4)


def test_with_foremost_postings_alone_the_best_are_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon_writer, "FOREMOST", 400)
    given = texts(5000)
    ours, theirs = lexicon(tmp_path, given), library(given)
    shared = []
    for first in WORDS:
        for second in WORDS[3:]:
            question = f"{first} {second}"
            expected = theirs.get_scores(list(dict.fromkeys(terms(question))))
            found = ours.best(ours.ask(question), 10)
            # Many passages share a score: what counts is that none found has a lower one.
            shared.append(np.mean(expected[found] >= np.sort(expected)[-10] - 1e-5))
    assert np.mean(shared) >= 0.97


def test_words_that_no_passage_has_are_the_rarest_and_cover_nothing(tmp_path: Path) -> None:
    ours = lexicon(tmp_path, texts(50))
    asked = ours.ask("river volcano")
    assert asked.rarest == "river"
    coverage = ours.score(asked, np.arange(50)).coverage
    assert 0 < coverage.max() < 0.5
    unknown = ours.ask("volcano")
    assert ours.best(unknown, 5).tolist() == []
    assert ours.score(unknown, np.arange(3)).coverage.tolist() == [0, 0, 0]


def test_question_of_common_words_alone_is_neither_covered_nor_uncovered(tmp_path: Path) -> None:
    ours = lexicon(tmp_path, texts(5))
    scores = ours.score(ours.ask("what is it for"), np.arange(2))
    assert scores.coverage.tolist() == pytest.approx([0.8, 0.8])
    assert scores.bm25.tolist() == [0, 0]


def test_a_search_leaves_nothing_behind_for_the_next(tmp_path: Path) -> None:
    ours = lexicon(tmp_path, texts(100))
    once = ours.best(ours.ask("river sand"), 10)
    ours.best(ours.ask("storm"), 10)
    assert ours.best(ours.ask("river sand"), 10).tolist() == once.tolist()


def test_damaged_lexicon_is_refused(tmp_path: Path) -> None:
    lexicon(tmp_path, texts(5))
    (tmp_path / "bm25" / lexical.TERMS).write_text("one")
    with pytest.raises(ValueError, match="1 terms and"):
        Lexicon.load(tmp_path / "bm25", 5)
