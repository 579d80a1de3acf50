"""Questions to passages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import store as storage
from index.answerable import THRESHOLD, Evidence, confidence, misses_figure
from index.embedder import Embedder
from index.errors import ModelMismatch, QuestionEmpty
from index.lexical import LexicalScores
from index.passages import Passage
from index.spelling import Spelling
from index.terms import function_words, synonym_words, terms, words

# The part of the vector similarity in the score; the rest is BM25.
DENSE_WEIGHT = 0.8
# Passages are looked at closely when they are among the first this many by any measure.
_NEAR_PASSAGES = 50
_NEAR_SENTENCES = 150
# Questions are read no further; the model reads less still.
_LONGEST_QUESTION = 2000
# The passages an answer may be made of: only their words count as covered.
_EVIDENCE_PASSAGES = 3


@dataclass(frozen=True)
class ScoredPassage:
    """A passage found; `sentence_scores` has, one per sentence, the cosine of the question to
    the sentence in its context. `dense` is a cosine, `lexical` and `score` reach from 0 to 1."""

    passage: Passage
    score: float
    dense: float
    lexical: float
    sentence_scores: tuple[float, ...]


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

    def __init__(self, contents: storage.Contents, embedder: Embedder) -> None:
        self._contents = contents
        self._embedder = embedder
        counts = [len(passage.sentences) for passage in contents.passages]
        self._first_sentence = np.array([0, *accumulate(counts)])
        self._spelling = _spelling(contents.passages, embedder)
        self.version = contents.manifest.version

    @classmethod
    def open(cls, store: Path, embedder: Embedder) -> Index:
        """The current index of a store.

        Raises StoreMissing, StoreBroken, or ModelMismatch where it was built with another model.
        """
        contents = storage.read(store)
        manifest = contents.manifest
        if manifest.fingerprint != embedder.fingerprint:
            raise ModelMismatch(
                f"{manifest.model!r} ({manifest.fingerprint[:12]})",
                f"{embedder.name!r} ({embedder.fingerprint[:12]})",
                store,
                manifest.documents_folder,
            )
        return cls(contents, embedder)

    def search(self, question: str, k: int = 5) -> SearchResult:
        """The k best passages; raises QuestionEmpty where the question has no word in it."""
        if not words(question):
            raise QuestionEmpty(f"the question {question!r} holds no word; ask one in words")
        if k < 1:
            raise ValueError(f"k is {k}; ask for at least one passage")
        text = self._spelling.corrected(" ".join(question[:_LONGEST_QUESTION].split()))
        vector = self._embedder.encode([text])
        lexical = self._contents.lexicon.score(text)
        found = [
            self._scored(number, vector[0], float(lexical.bm25[number]))
            for number in self._candidates(vector, lexical.bm25)
        ]
        ranked = sorted(found, key=lambda one: (-one[1].score, one[0]))
        sure = confidence(_evidence(text, ranked[:_EVIDENCE_PASSAGES], lexical))
        return SearchResult(
            question=question,
            passages=tuple(one for _, one in ranked[:k]),
            answerable=sure >= THRESHOLD,
            confidence=sure,
            index_version=self.version,
        )

    def _candidates(
        self, vector: NDArray[np.float32], bm25: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        contents = self._contents
        count = len(contents.passages)
        _, near = contents.passage_vectors.search(vector, min(_NEAR_PASSAGES, count))
        _, lines = contents.sentence_vectors.search(
            vector, min(_NEAR_SENTENCES, contents.sentence_vectors.ntotal)
        )
        parents = np.searchsorted(self._first_sentence, lines[0], side="right") - 1
        by_words = np.argsort(-bm25, kind="stable")[:_NEAR_PASSAGES]
        found: NDArray[np.int64] = np.unique(np.concatenate([near[0], parents, by_words]))
        return found

    def _scored(
        self, number: int, vector: NDArray[np.float32], lexical: float
    ) -> tuple[int, ScoredPassage]:
        contents = self._contents
        first, end = self._first_sentence[number], self._first_sentence[number + 1]
        lines = contents.sentence_vectors.reconstruct_n(int(first), int(end - first)) @ vector
        whole = float(contents.passage_vectors.reconstruct(int(number)) @ vector)
        dense = max(whole, float(lines.max()))
        score = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * lexical
        passage = contents.passages[number]
        return number, ScoredPassage(passage, score, dense, lexical, tuple(map(float, lines)))


def _evidence(text: str, best: list[tuple[int, ScoredPassage]], lexical: LexicalScores) -> Evidence:
    subject = lexical.rarest
    lines = (line for _, one in best for line in one.passage.sentences)
    # A figure answers only in a sentence about what was asked.
    on_subject = [line for line in lines if subject is None or subject in terms(line)]
    return Evidence(
        dense=max(one.dense for _, one in best),
        coverage=max(float(lexical.coverage[number]) for number, _ in best),
        missing_figure=misses_figure(text, on_subject),
    )


def _spelling(passages: Iterable[Passage], embedder: Embedder) -> Spelling:
    """Knows the words of the documents, and those of the language where the embedder has them."""
    vocabulary = set(function_words() | synonym_words())
    for passage in passages:
        vocabulary.update(words(f"{passage.title} {passage.section} {passage.text}"))
    return Spelling(vocabulary, getattr(embedder, "knows", None))
