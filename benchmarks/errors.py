"""What can go wrong in a benchmark."""

from __future__ import annotations


class BenchmarkFailed(Exception):
    """The measurement would say nothing; the message says why and what to do."""
