"""Questions to passages."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.answerable import THRESHOLD, Evidence, confidence, misses_figure
from index.close_look import Look, look_closely
from index.contents import Contents, read
from index.engines import Engine, load_engine
from index.errors import ModelMismatch, QuestionEmpty
from index.late import AskedTokens
from index.lexical import AskedWords
from index.passages import Passage
from index.reader import Reader
from index.settings import load_settings
from index.spans import owners_of
from index.spelling import Spelling
from index.terms import function_words, synonym_words, terms, words

# Passages are looked at closely when they are among the first this many by any measure; of
# sentences twice as many count.
_NEAR_PASSAGES = 30
_NEAR_QUESTIONS = 10
# Questions are read no further; the model reads less still.
_LONGEST_QUESTION = 2000
# Searches made ahead and not asked for yet; of more, the oldest are forgotten.
_AHEAD = 32
# The passages an answer may be made of: only their words count as covered.
_EVIDENCE_PASSAGES = 3


@dataclass(frozen=True)
class ScoredPassage:
    """A passage found, with the parts of its score, so that staff see why.

    `score` and `sentence_scores`, one a sentence, reach from 0 to 1. `dense` is the cosine of the
    question to the passage or, if that is nearer, to one of its sentences; `lexical`, 0 to 1, what
    BM25 says; `late` the logit of the best sentence, token by token, 0 where the model gives no
    tokens; `asked` the cosine to a question that its section says it answers, 0 without one.
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

    def __init__(self, contents: Contents, reader: Reader) -> None:
        self._contents = contents
        self._reader = reader
        self._spelling = Spelling(
            contents.vocabulary | function_words() | synonym_words(), reader.knows
        )
        self._ahead: dict[tuple[str, int], Future[SearchResult]] = {}
        self.version = contents.manifest.version

    @classmethod
    def open(cls, store: Path, reader: Reader, engine: Engine | None = None) -> Index:
        """The current index of a store; `engine` is what INDEX_ENGINE names, unless given.

        Raises StoreMissing, StoreBroken, ModelMismatch where it was built with another model,
        EngineMismatch where for another engine, or EngineUnavailable.
        """
        contents = read(store, engine or load_engine(load_settings()))
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
        begun = self._ahead.pop((question, k), None)
        return self._search(question, k) if begun is None else begun.result()

    def search_ahead(self, question: str, k: int = 5) -> None:
        """Searches for what may be asked in a moment: the same `search` then waits for this one,
        and has its result or its error."""
        result: Future[SearchResult] = Future()
        self._ahead[question, k] = result
        for other in list(self._ahead)[:-_AHEAD]:
            self._ahead.pop(other, None)
        try:
            result.set_result(self._search(question, k))
        except Exception as error:
            result.set_exception(error)

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, in the order of their documents, each read when it is asked for."""
        return self._contents.passages

    def _search(self, question: str, k: int) -> SearchResult:
        if not words(question):
            raise QuestionEmpty(f"the question {question!r} holds no word; ask one in words")
        if k < 1:
            raise ValueError(f"k is {k}; ask for at least one passage")
        text = self._spelling.corrected(" ".join(question[:_LONGEST_QUESTION].split()))
        asked, said = self._reader.ask(text), self._contents.lexicon.ask(text)
        numbers = self._candidates(asked, said, max(k, _NEAR_PASSAGES))
        most = max(k, _EVIDENCE_PASSAGES)
        looks = look_closely(self._contents, self._reader.late, asked, said, numbers, most)
        passages = [self._scored(look) for look in looks]
        evidence = _evidence(text, said.rarest, looks, passages, self._late)
        sure = confidence(evidence)
        return SearchResult(
            question=question,
            passages=tuple(passages[:k]),
            answerable=sure >= THRESHOLD,
            confidence=sure,
            index_version=self.version,
        )

    @property
    def _late(self) -> bool:
        return self._reader.late is not None

    def _candidates(self, asked: AskedTokens, said: AskedWords, count: int) -> NDArray[np.int64]:
        """The passages that are among the first by any measure, rising."""
        contents, vector = self._contents, asked.vector
        sentences = contents.nearest["sentences"].nearest(vector, 2 * count)
        questions = contents.nearest["questions"].nearest(vector, _NEAR_QUESTIONS)
        found = [
            contents.nearest["passages"].nearest(vector, count),
            owners_of(contents.sentence_first, sentences),
            owners_of(contents.question_first, questions),
            contents.lexicon.best(said, count),
        ]
        return np.unique(np.concatenate(found))

    def _scored(self, look: Look) -> ScoredPassage:
        return ScoredPassage(
            self._contents.passages[look.number],
            look.score,
            look.dense,
            look.lexical,
            look.sentence_scores,
            look.late,
            look.asked,
        )


def _evidence(
    text: str,
    subject: str | None,
    looks: Sequence[Look],
    passages: Sequence[ScoredPassage],
    has_tokens: bool,
) -> Evidence:
    best = looks[:_EVIDENCE_PASSAGES]
    lines = (line for one in passages[:_EVIDENCE_PASSAGES] for line in one.passage.sentences)
    # A figure answers only in a sentence about what was asked.
    on_subject = (line for line in lines if subject is None or subject in terms(line))
    return Evidence(
        dense=max(one.dense for one in best),
        coverage=max(one.coverage for one in best),
        missing_figure=misses_figure(text, on_subject),
        late=max(one.late for one in best) if has_tokens else None,
        asked=max(one.asked for one in best),
    )
