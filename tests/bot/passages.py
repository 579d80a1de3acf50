"""Made-up passages and search results for tests of what is done with them."""

from __future__ import annotations

from typing import Any

from index import Passage, QuestionEmpty, ScoredPassage, SearchResult


def passage(name: str, *sentences: str, section: str = "Section", **more: Any) -> Passage:
    return Passage(
        passage_id=f"{name}#1",
        document=f"{name}.md",
        title=name.title(),
        section=section,
        text=" ".join(sentences),
        sentences=sentences,
        **{
            "author": "Somebody",
            "date": "2023-10-01",
            "url": f"https://example.org/{name}",
            **more,
        },
    )


def found(
    *scored: tuple[Passage, float, tuple[float, ...]],
    answerable: bool = True,
    question: str = "?",
    confidence: float = 0.9,
) -> SearchResult:
    passages = tuple(
        ScoredPassage(p, score, dense=score, lexical=0.0, sentence_scores=scores)
        for p, score, scores in scored
    )
    return SearchResult(question, passages, answerable, confidence, "v1")


EFFECTS = passage("effects", "Dizziness and nausea are common side effects.", section="Effects")
WATCH = passage("watch", "Staff watch the blood pressure.", section="Monitoring")
GIVEN = passage("given", "Ketamine is given as a drip.", section="Administration")


class Shelf:
    """Answers questions that hold one of its words with the passage of that word."""

    version = "v1"

    def __init__(self, **by_word: tuple) -> None:  # type: ignore[type-arg]
        self.by_word = by_word
        self.asked: list[str] = []

    def search(self, question: str, k: int = 5) -> SearchResult:
        if not question.strip(" ?"):
            raise QuestionEmpty("no word")
        self.asked.append(question)
        for word, scored in self.by_word.items():
            if f" {word}" in f" {question}":
                return found(*scored[:k], question=question)
        return found((GIVEN, 0.2, (0.2,)), question=question, answerable=False, confidence=0.1)


def shelf() -> Shelf:
    return Shelf(
        side=((EFFECTS, 0.9, (0.9,)), (WATCH, 0.8, (0.4,))),
        monitored=((WATCH, 0.9, (0.9,)),),
        given=((GIVEN, 0.9, (0.9,)),),
    )
