"""Questions to passages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import store as storage
from index.answerable import THRESHOLD, Evidence, confidence, misses_figure
from index.errors import ModelMismatch, QuestionEmpty
from index.late import AskedTokens
from index.lexical import LexicalScores
from index.passages import Passage
from index.ranking import Parts, score
from index.reader import Reader
from index.spelling import Spelling
from index.terms import function_words, synonym_words, terms, words

if TYPE_CHECKING:
    from faiss import IndexFlatIP

# Passages are looked at closely when they are among the first this many by any measure.
_NEAR_PASSAGES = 30
_NEAR_SENTENCES = 60
_NEAR_QUESTIONS = 10
# Questions are read no further; the model reads less still.
_LONGEST_QUESTION = 2000
# The passages an answer may be made of: only their words count as covered.
_EVIDENCE_PASSAGES = 3


@dataclass(frozen=True)
class ScoredPassage:
    """A passage found, with the parts of its score, so that staff see why.

    `score` and `sentence_scores`, one a sentence, reach from 0 to 1. `dense` is the cosine of the
    question to the passage or, if that is nearer, to one of its sentences; `lexical`, 0 to 1, what
    BM25 says; `late` the logit of the best sentence, token by token, 0 where the model gives no
    tokens; `asked` the cosine to a question that the document says it answers, 0 without one.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    sentence_scores: tuple[float, ...]
    late: float = 0.0
    asked: float = 0.0


@dataclass(frozen=True)
class SearchResult:
    """Passages for a question, best first, and whether they answer it."""

    question: str
    passages: tuple[ScoredPassage, ...]
    answerable: bool
    confidence: float
    index_version: str


class Index:
    """An index opened for searching; safe for several threads."""

    def __init__(self, contents: storage.Contents, reader: Reader) -> None:
        self._contents = contents
        self._reader = reader
        counts = [len(passage.sentences) for passage in contents.passages]
        self._first_sentence = np.array([0, *accumulate(counts)])
        asked = [len(passage.questions) for passage in contents.passages]
        self._first_question = np.array([0, *accumulate(asked)])
        self._spelling = _spelling(contents.passages, reader)
        self.version = contents.manifest.version

    @classmethod
    def open(cls, store: Path, reader: Reader) -> Index:
        """The current index of a store.

        Raises StoreMissing, StoreBroken, or ModelMismatch where it was built with another model.
        """
        contents = storage.read(store)
        manifest = contents.manifest
        if manifest.fingerprint != reader.fingerprint:
            raise ModelMismatch(
                f"{manifest.model!r} ({manifest.fingerprint[:12]})",
                f"{reader.name!r} ({reader.fingerprint[:12]})",
                store,
                manifest.documents_folder,
            )
        return cls(contents, reader)

    def search(self, question: str, k: int = 5) -> SearchResult:
        """The k best passages; raises QuestionEmpty where the question has no word in it."""
        if not words(question):
            raise QuestionEmpty(f"the question {question!r} holds no word; ask one in words")
        if k < 1:
            raise ValueError(f"k is {k}; ask for at least one passage")
        text = self._spelling.corrected(" ".join(question[:_LONGEST_QUESTION].split()))
        asked = self._reader.ask(text)
        lexical = self._contents.lexicon.score(text)
        found = [
            self._scored(number, asked, float(lexical.bm25[number]))
            for number in self._candidates(asked.vector[None], lexical.bm25)
        ]
        ranked = sorted(found, key=lambda one: (-one[1].score, one[0]))
        sure = confidence(_evidence(text, ranked[:_EVIDENCE_PASSAGES], lexical, self._has_tokens))
        return SearchResult(
            question=question,
            passages=tuple(one for _, one in ranked[:k]),
            answerable=sure >= THRESHOLD,
            confidence=sure,
            index_version=self.version,
        )

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages, in the order of their documents."""
        return self._contents.passages

    @property
    def _has_tokens(self) -> bool:
        return self._reader.late is not None

    def _candidates(
        self, vector: NDArray[np.float32], bm25: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        contents = self._contents
        _, near = contents.passage_vectors.search(vector, min(_NEAR_PASSAGES, len(bm25)))
        by_words = np.argsort(-bm25, kind="stable")[:_NEAR_PASSAGES]
        parts = [near[0], by_words]
        for index, first, most in (
            (contents.sentence_vectors, self._first_sentence, _NEAR_SENTENCES),
            (contents.question_vectors, self._first_question, _NEAR_QUESTIONS),
        ):
            if index.ntotal:
                _, rows = index.search(vector, min(most, index.ntotal))
                parts.append(np.searchsorted(first, rows[0], side="right") - 1)
        found = np.unique(np.concatenate(parts))
        return np.asarray(found[found >= 0], np.int64)

    def _scored(self, number: int, asked: AskedTokens, lexical: float) -> tuple[int, ScoredPassage]:
        contents = self._contents
        lines = _rows(contents.sentence_vectors, self._first_sentence, number)
        near = lines @ asked.vector
        whole = float(contents.passage_vectors.reconstruct(int(number)) @ asked.vector)
        questions = _rows(contents.question_vectors, self._first_question, number) @ asked.vector
        late = None
        if self._reader.late is not None:
            tokens, belongs = contents.tokens.of_passage(number)
            late = self._reader.late.logits(asked, tokens, belongs, lines)
        parts = Parts(
            dense=max(whole, float(near.max())),
            lexical=lexical,
            late=late,
            near=near,
            asked=float(questions.max()) if len(questions) else 0.0,
        )
        total, of_sentences = score(parts)
        return number, ScoredPassage(
            contents.passages[number],
            total,
            parts.dense,
            lexical,
            tuple(map(float, of_sentences)),
            float(late.max()) if late is not None else 0.0,
            parts.asked,
        )


def _rows(index: IndexFlatIP, first: NDArray[np.int64], number: int) -> NDArray[np.float32]:
    """The vectors of a passage's sentences or questions, shape (n, size)."""
    begin, end = int(first[number]), int(first[number + 1])
    rows: NDArray[np.float32] = index.reconstruct_n(begin, end - begin)
    return rows


def _evidence(
    text: str, best: list[tuple[int, ScoredPassage]], lexical: LexicalScores, has_tokens: bool
) -> Evidence:
    subject = lexical.rarest
    lines = (line for _, one in best for line in one.passage.sentences)
    # A figure answers only in a sentence about what was asked.
    on_subject = [line for line in lines if subject is None or subject in terms(line)]
    return Evidence(
        dense=max(one.dense for _, one in best),
        coverage=max(float(lexical.coverage[number]) for number, _ in best),
        missing_figure=misses_figure(text, on_subject),
        late=max(one.late for _, one in best) if has_tokens else None,
        asked=max(one.asked for _, one in best),
    )


def _spelling(passages: Iterable[Passage], reader: Reader) -> Spelling:
    """Knows the words of the documents, and those of the language that the reader has."""
    vocabulary = set(function_words() | synonym_words())
    for passage in passages:
        vocabulary.update(words(f"{passage.title} {passage.section} {passage.text}"))
    return Spelling(vocabulary, reader.knows)
