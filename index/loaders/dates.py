"""Dates as web pages write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_TIME = r"(?:,?\s*(?:at|@)?\s*\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?)?"

DATE = (
    rf"(?i:{_WEEKDAY}(?:{_MONTH}\s+{_DAY},?\s+\d{{4}}|{_DAY}\s+{_MONTH},?\s+\d{{4}}"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}){_TIME})"
)
"""Pattern text for a date with or without a week day and a time."""

_NAMED = re.compile(
    rf"(?i)(?:(?P<m1>{_MONTH})\s+(?P<d1>\d{{1,2}})|(?P<d2>\d{{1,2}})[a-z]*\s+(?P<m2>{_MONTH}))"
    r"[a-z]*,?\s+(?P<y>\d{4})"
)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def find_date(text: str) -> str | None:
    """The first date in the text as YYYY-MM-DD; 3/4/2024 is read the American way."""
    if found := _NAMED.search(text):
        month = _MONTHS.index((found["m1"] or found["m2"]).lower()[:3]) + 1
        return _iso(int(found["y"]), month, int(found["d1"] or found["d2"]))
    if found := _ISO.search(text):
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    if found := _AMERICAN.search(text):
        return _iso(int(found[3]), int(found[1]), int(found[2]))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
