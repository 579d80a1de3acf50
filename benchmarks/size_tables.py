"""What benchmarks.size measured, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.figures import table

if TYPE_CHECKING:
    from benchmarks.size import Found, Large

PAPER = 10_000_000


def report(found: Found) -> str:
    """All tables that there are figures for, each under a line that says what it is."""
    return "\n\n".join(part for part in _parts(found) if part)


def _parts(found: Found) -> Iterator[str]:
    real = f"{found.real:,} passages are real (MedQuAD), the others mixed of them"
    if found.searched:
        yield (
            "A whole search call, encoding and fusion included, and the same without the encoding "
            f"of the question; {real}. Other ÷ ours at p50."
        )
        yield _searches(found)
    if found.words:
        yield "BM25 alone, the first ten, tokens of the question included."
        yield _words(found)
    for size, ways in found.ways.items():
        yield (
            f"Near vectors alone among {size:,}, real questions, one thread. Recall: of the ten "
            "nearest by comparing all. Memory: the index; ours keeps beside it a byte a number in "
            "a mapped file, of which it reads what it compares again."
        )
        rows = [
            (
                name,
                _ms(way.p50),
                f"{way.recall:.3f}",
                f"{way.size / 1e6:,.0f} MB",
                f"{way.built:,.1f} s",
            )
            for name, way in ways.items()
        ]
        yield table(("way", "p50", "recall@10", "memory", "built in"), rows)
    if found.engines:
        yield (
            f"FAISS and Qdrant (its local mode) over the same {min(found.searched):,} passages: "
            f"{100 * found.engines:.1f} % of the first ten are the same."
        )
    if found.large:
        yield (
            "Vectors and words of passages alone, without encoding, in a process of their own. "
            "Memory: what the process holds more than before it opened the index (own), and what "
            "it has touched of mapped files, which the system takes back when it needs room. "
            f"{PAPER:,} on paper: the slope of the last two sizes goes on."
        )
        yield _large(found.large)


def _searches(found: Found) -> str:
    rows = []
    for size, one in found.searched.items():
        ours = median(one.calls["ours"])
        for name, seconds in one.calls.items():
            rows.append((f"{size:,}", name, *_both(seconds), f"{median(seconds) / ours:.1f}"))
        rest = [call - own for call, own in zip(one.calls["ours"], one.encoding, strict=True)]
        rows.append((f"{size:,}", "ours without encoding", *_both(rest), "–"))
    memory = [
        f"{size:,} passages: built in {one.built:,.0f} s, opened in {one.opened:.2f} s, "
        f"{one.memory['own'] / 1e6:,.0f} MB own and {one.memory['mapped'] / 1e6:,.0f} MB mapped"
        for size, one in found.searched.items()
    ]
    text = table(("passages", "way", "p50", "p95", "÷ ours"), rows)
    return f"{text}\n\nOurs: {'; '.join(memory)}."


def _words(found: Found) -> str:
    rows = [
        (f"{size:,}", name, *_both(seconds), f"{median(seconds) / median(ways['ours']):.1f}")
        for size, ways in found.words.items()
        for name, seconds in ways.items()
    ]
    return table(("passages", "way", "p50", "p95", "÷ ours"), rows)


def _large(large: Mapping[int, Large]) -> str:
    rows: list[tuple[str, ...]] = [
        (
            f"{size:,}",
            _ms(median(one.by_vector)),
            _ms(median(one.by_words)),
            f"{one.recall:.3f}",
            _megabytes(one.vector_memory),
            _megabytes(one.memory),
            f"{one.built:,.0f} s",
        )
        for size, one in large.items()
    ]
    if len(large) > 1:
        rows.append(_on_paper(large))
    head = (
        *("passages", "vectors, p50", "words, p50", "recall@10"),
        *("vectors, own + mapped", "with words", "built in"),
    )
    return table(head, rows)


def _on_paper(large: Mapping[int, Large]) -> tuple[str, ...]:
    (low, one), (high, other) = list(large.items())[-2:]

    def on(first: float, second: float) -> float:
        slope = log(max(second, 1e-9) / max(first, 1e-9)) / log(high / low)
        return float(second * (PAPER / high) ** slope)

    def memory(first: Mapping[str, int], second: Mapping[str, int]) -> str:
        return _megabytes({name: int(on(first[name], second[name])) for name in first})

    return (
        f"{PAPER:,}, on paper",
        _ms(on(median(one.by_vector), median(other.by_vector))),
        _ms(on(median(one.by_words), median(other.by_words))),
        "–",
        memory(one.vector_memory, other.vector_memory),
        memory(one.memory, other.memory),
        f"{on(one.built, other.built):,.0f} s",
    )


def _megabytes(memory: Mapping[str, int]) -> str:
    return f"{memory['own'] / 1e6:,.0f} + {memory['mapped'] / 1e6:,.0f} MB"


def _both(seconds: Sequence[float]) -> tuple[str, str]:
    return _ms(median(seconds)), _ms(quantiles(seconds, n=20, method="inclusive")[-1])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
