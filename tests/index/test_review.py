from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from index.review import is_outdated, review_due


@dataclass(frozen=True)
class Page:
    reviewed_on: str | None = None
    review_by: str | None = None


@pytest.mark.parametrize(
    ("page", "months", "due"),
    [
        (Page(reviewed_on="2023-01-31"), 13, "2024-02-29"),
        (Page(reviewed_on="2023-10-15"), 24, "2025-10-15"),
        (Page(reviewed_on="2023-10-15"), 0, None),
        (Page(reviewed_on="2023-10-15", review_by="2023-12-01"), 24, "2023-12-01"),
        (Page(review_by="2023-12-01"), 0, "2023-12-01"),
        (Page(), 24, None),
    ],
)
def test_review_is_due_as_the_document_says_or_months_after_the_last(
    page: Page, months: int, due: str | None
) -> None:
    assert review_due(page, months) == due


def test_a_document_is_outdated_from_the_day_after() -> None:
    page = Page(review_by="2025-03-01")
    assert not is_outdated(page, 0, date(2025, 3, 1))
    assert is_outdated(page, 0, date(2025, 3, 2))
    assert not is_outdated(Page(), 24, date(2099, 1, 1))
