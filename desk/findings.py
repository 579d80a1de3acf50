"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """`says` tells what was found and, unless it is `ok`, what to do."""

    part: str
    grade: Grade
    says: str
