"""Why an answer is what it is: for staff, never for visitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from bot.answers.compose import Answer
from bot.answers.follow_up import Reading
from bot.turn_trace import gate_line
from index import ScoredPassage, SearchResult


def trace_of(
    reading: Reading, results: Sequence[SearchResult], answer: Answer | None, why: str
) -> dict[str, Any]:
    """How the question was read, what was found for each reading, and what came of it; of the
    passages those of the reading that was taken, which stands first."""
    taken = results[0] if results else None
    quoted = {citation.text for citation in answer.citations} if answer else set()
    return {
        "kind": reading.kind,
        "named": dict(reading.named),
        "index_version": taken.index_version if taken else None,
        "read_as": taken.question if taken else None,
        "readings": [
            {
                "text": result.question,
                "confidence": round(result.confidence, 3),
                "answerable": result.answerable,
            }
            for result in results
        ],
        "passages": [
            {**_parts(scored), "quoted": scored.passage.text in quoted}
            for scored in (taken.passages if taken else ())
        ],
        "contradictions": [
            {"kind": one.kind, "between": [one.of_one.document, one.of_other.document]}
            for one in (answer.contradictions if answer else ())
        ],
        "why": why,
    }


def _parts(scored: ScoredPassage) -> dict[str, Any]:
    """A passage with every number that its score is made of."""
    numbers = {
        field.name: round(value, 3)
        for field in fields(scored)
        if isinstance(value := getattr(scored, field.name), float)
    }
    passage = scored.passage
    return {
        "passage_id": passage.passage_id,
        "title": passage.title,
        "section": passage.section,
        "scores": numbers,
        "best_sentence": round(max(scored.sentence_scores, default=0.0), 3),
    }


def readable(trace: Mapping[str, Any], gate: Mapping[str, Any] | None = None) -> str:
    """A trace as lines for a terminal."""
    lines = ["--- trace"]
    if gate:
        lines.append(gate_line(gate))
    lines.append(f"read as  {trace['kind']}: {trace['read_as']}")
    for reading in trace["readings"][1:]:
        lines.append(f"  or     {reading['text']} (confidence {reading['confidence']:.2f})")
    for place, one in enumerate(trace["passages"], 1):
        scores = ", ".join(f"{name} {value:.2f}" for name, value in one["scores"].items())
        mark = "*" if one["quoted"] else " "
        heading = " / ".join(part for part in (one["title"], one["section"]) if part)
        lines.append(f"{mark} {place}. {scores}, sentence {one['best_sentence']:.2f}  {heading}")
    lines.append(f"why      {trace['why']}")
    if trace["index_version"]:
        lines.append(f"index    version {trace['index_version']}")
    return "\n".join(lines)
