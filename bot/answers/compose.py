"""An answer out of the documents' own sentences: chosen, ordered and cited, never written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.answers.citation import Citation
from index import Passage, ScoredPassage, SearchResult
from index.agreement import Difference, difference, says_the_same
from index.leaning import leans_on_previous
from index.review import is_outdated
from index.terms import terms

_CONSIDERED: Final = 5
"""Passages that sentences are taken from."""
_CLOSE: Final = 0.05
"""A sentence is quoted beside the best one when its score is at most this much lower."""
_CLOSE_ENOUGH_TO_DIFFER: Final = 0.2
"""And one that says the same as a quoted one, or contradicts it, already when it is at most this
much lower."""
_OWN_WORDS: Final = 0.1
"""Weight of the share of the question's words in the sentence itself, beside the similarity of the
sentence in its context: the heading above makes all sentences of a passage alike."""
_PASSAGE: Final = 0.3
"""Weight of the score of the passage that the sentence stands in."""


@dataclass(frozen=True)
class Rules:
    """What may be quoted. Documents are outdated `review_months` after their last review, or at
    the day that they name themselves; with `leave_out` they are not quoted at all."""

    most: int = 4
    review_months: int = 0
    leave_out: bool = False
    today: date | None = None


@dataclass(frozen=True)
class Quote:
    """Sentences of one passage, in its order; `also` are passages that say the same."""

    sentences: tuple[str, ...]
    citation: Citation
    also: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Contradiction:
    """Two documents that differ on the same matter."""

    one: str
    of_one: Citation
    other: str
    of_other: Citation
    kind: Difference


@dataclass(frozen=True)
class Answer:
    """Whole sentences, verbatim, by the passages they stand in, the best passage first."""

    quotes: tuple[Quote, ...]
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for quote in self.quotes for sentence in quote.sentences)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every passage that is quoted or says the same, once, in the order of the quotes."""
        cited = [quote.citation for quote in self.quotes]
        cited += [citation for quote in self.quotes for citation in quote.also]
        return tuple(dict.fromkeys(cited))

    @property
    def text(self) -> str:
        return "\n\n".join(quote.text for quote in self.quotes)


@dataclass(frozen=True)
class _Candidate:
    """A sentence that may be quoted: where it stands and how well it fits the question."""

    passage: Passage
    place: int
    score: float

    @property
    def sentence(self) -> str:
        return self.passage.sentences[self.place]


def compose(result: SearchResult, rules: Rules | None = None) -> Answer | None:
    """The fewest whole sentences that answer; None where the documents do not.

    Sentences close to the best are quoted with it, at most `rules.most`; one that says the same as
    a quoted one only adds its source, and one that contradicts a quoted one comes along. A
    sentence that leans on the one before it gets that one in front.
    """
    rules = rules or Rules()
    if not result.answerable:
        return None
    candidates = _candidates(result, rules)
    if not candidates:
        return None
    chosen, also = _chosen(candidates, rules.most)
    disputes = _disputes(chosen, candidates)
    chosen += [other for _, other, _ in disputes if other not in chosen]

    def cite(passage: Passage) -> Citation:
        return Citation.of(passage, rules.today, rules.review_months)

    return Answer(
        _quotes(chosen, also, cite),
        tuple(
            Contradiction(a.sentence, cite(a.passage), b.sentence, cite(b.passage), kind)
            for a, b, kind in disputes
        ),
    )


def _candidates(result: SearchResult, rules: Rules) -> list[_Candidate]:
    """Every sentence of the best passages, best first."""
    asked = set(terms(result.question))
    found = [
        _Candidate(scored.passage, place, _fit(scored, place, asked))
        for scored in result.passages[:_CONSIDERED]
        if not (rules.leave_out and _outdated(scored.passage, rules))
        for place in range(len(scored.passage.sentences))
        # A line that announces a list answers nothing by itself.
        if not scored.passage.sentences[place].endswith(":")
    ]
    return sorted(found, key=lambda one: -one.score)


def _outdated(passage: Passage, rules: Rules) -> bool:
    return rules.today is not None and is_outdated(passage, rules.review_months, rules.today)


def _fit(scored: ScoredPassage, place: int, asked: set[str]) -> float:
    said = set(terms(scored.passage.sentences[place]))
    own = len(asked & said) / max(1, len(asked))
    return scored.sentence_scores[place] + _OWN_WORDS * own + _PASSAGE * scored.score


def _chosen(
    candidates: Sequence[_Candidate], most: int
) -> tuple[list[_Candidate], list[tuple[_Candidate, Passage]]]:
    """The sentences to quote, best first, and passages that say the same as one of them."""
    chosen: list[_Candidate] = []
    also: list[tuple[_Candidate, Passage]] = []
    for one in candidates:
        behind = candidates[0].score - one.score
        if behind > _CLOSE_ENOUGH_TO_DIFFER:
            break
        twin = next((c for c in chosen if says_the_same(c.sentence, one.sentence)), None)
        if twin is not None:
            also.append((twin, one.passage))
        elif behind <= _CLOSE and len(chosen) < most:
            chosen.append(one)
    return chosen, also


def _disputes(
    chosen: Sequence[_Candidate], candidates: Sequence[_Candidate]
) -> list[tuple[_Candidate, _Candidate, Difference]]:
    """Pairs of a quoted sentence and one of another document that differs from it."""
    found: list[tuple[_Candidate, _Candidate, Difference]] = []
    told: set[frozenset[str]] = set()
    for one in chosen:
        for other in candidates:
            pair = frozenset({one.passage.document, other.passage.document})
            if other.score < candidates[0].score - _CLOSE_ENOUGH_TO_DIFFER or len(pair) < 2:
                continue
            kind = difference(one.sentence, other.sentence)
            if kind is not None and pair not in told:
                told.add(pair)
                found.append((one, other, kind))
    return found


def _quotes(
    chosen: Sequence[_Candidate],
    also: Sequence[tuple[_Candidate, Passage]],
    cite: Callable[[Passage], Citation],
) -> tuple[Quote, ...]:
    """The chosen sentences by passage, in its order, each with what it leans on in front."""
    places: dict[str, set[int]] = {}
    passages = {one.passage.passage_id: one.passage for one in chosen}
    for one in chosen:
        places.setdefault(one.passage.passage_id, set()).update(_with_lead(one))
    return tuple(
        Quote(
            tuple(passages[name].sentences[place] for place in sorted(wanted)),
            cite(passages[name]),
            tuple(
                dict.fromkeys(
                    cite(twin)
                    for one, twin in also
                    if one.passage.passage_id == name and twin.passage_id != name
                )
            ),
        )
        for name, wanted in places.items()
    )


def _with_lead(one: _Candidate) -> range:
    """The place of a sentence, and of those before it that it leans on."""
    first = one.place
    while first > 0 and leans_on_previous(one.passage.sentences[first]):
        first -= 1
    return range(first, one.place + 1)
