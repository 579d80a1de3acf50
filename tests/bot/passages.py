"""Made-up passages and search results for tests of what is done with them."""

from __future__ import annotations

from typing import Any

from index import Passage, ScoredPassage, SearchResult


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
