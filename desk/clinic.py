"""The clinic's own file: hours, holidays, who is on call, topics; and the crisis lines of its
country. Checked as a whole before anything starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError, validator

from desk.errors import SettingsError
from desk.hours import DAYS, Hours, Span

CLINIC_FILE = Path("clinic.yml")
LINES_FILE = Path(__file__).parents[1] / "crisis_lines.yml"
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")
_TARGET = re.compile(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+|https?://[^/\s]+\S*")


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Holiday(_Strict):
    """A day with other hours than its weekday has; none means closed."""

    date: date
    name: str = ""
    hours: tuple[str, ...] = ()

    @validator("hours", each_item=True)
    def _is_span(cls, value: str) -> str:
        read_span(value)
        return value


class EscalateMinutes(_Strict):
    urgent: float = Field(default=3, gt=0, le=10080)
    soon: float = Field(default=15, gt=0, le=10080)
    normal: float = Field(default=60, gt=0, le=10080)


class CaseRules(_Strict):
    claim_minutes: float = Field(default=30, gt=0, le=1440)
    escalate_minutes: EscalateMinutes = EscalateMinutes()
    missed_minutes: float = Field(default=120, gt=0, le=10080)
    on_call: tuple[str, ...] = ()
    on_call_allegations: tuple[str, ...] = ()

    @validator("on_call", "on_call_allegations", each_item=True)
    def _is_target(cls, value: str) -> str:
        if not _TARGET.fullmatch(value):
            raise ValueError(
                f"{value!r} is neither mailto:name@clinic.example nor https://host/path"
            )
        return value


class Retention(_Strict):
    conversations_days: int = Field(default=365, ge=0, le=36500)


class Topic(_Strict):
    en: str = Field(..., min_length=1, max_length=200)
    es: str = Field(..., min_length=1, max_length=200)


class Clinic(_Strict):
    """What `clinic.yml` says."""

    name: str = Field(default="The clinic", min_length=1, max_length=120)
    time_zone: str = "America/New_York"
    hours: Mapping[str, Sequence[str]] = {}
    holidays: tuple[Holiday, ...] = ()
    cases: CaseRules = CaseRules()
    retention: Retention = Retention()
    topics: tuple[Topic, ...] = ()

    @validator("time_zone")
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, LookupError):  # every way in which a name can be wrong
            raise ValueError(f"{value!r} is no zone of the tz database") from None
        return value

    @validator("hours")
    def _are_hours(cls, value: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
        for day, spans in value.items():
            if day not in DAYS:
                raise ValueError(f"{day!r} is no day; days are {', '.join(DAYS)}")
            for span in spans:
                read_span(span)
        return value

    @property
    def opening(self) -> Hours:
        return Hours(
            zone=ZoneInfo(self.time_zone),
            week=[[read_span(span) for span in self.hours.get(day, ())] for day in DAYS],
            exceptions={day.date: [read_span(s) for s in day.hours] for day in self.holidays},
        )


class Lines(BaseModel):
    """The numbers of one country; the assistant reads more from the same file."""

    numbers: Mapping[str, str]
    en: Mapping[str, str]
    es: Mapping[str, str]

    @property
    def emergency(self) -> str:
        return self.numbers["emergency"]

    @property
    def crisis(self) -> str:
        return self.numbers["crisis"]

    @property
    def phrases(self) -> dict[str, dict[str, str]]:
        """What the desk's own sentences are filled with, by language; see texts."""
        return {
            language: {
                "emergency": self.emergency,
                "crisis": self._in(language)["crisis_short"],
                "crisis_call": self._in(language)["crisis_call"],
            }
            for language in ("en", "es")
        }

    def buttons(self, language: str) -> list[dict[str, str]]:
        """Call, text, chat, emergency: `{"title", "payload"}`."""
        words = self._in(language)
        links = {
            "crisis": self.numbers["crisis_link"],
            "crisis_text": self.numbers["crisis_text_link"],
            "crisis_chat": words["crisis_chat_link"],
            "emergency": self.numbers["emergency_link"],
        }
        return [{"title": words[f"title_{name}"], "payload": link} for name, link in links.items()]

    def _in(self, language: str) -> Mapping[str, str]:
        return self.es if language == "es" else self.en


def read_span(value: str) -> Span:
    """`09:00-17:00`; an end before its beginning is on the next day. Raises ValueError."""
    found = _SPAN.fullmatch(str(value))
    if found is None or (found[3] == "24" and found[4] != "00"):
        raise ValueError(f"{value!r} is no time like 09:00-17:00 (in quotes)")
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    return time(begin_hour, begin_minute), time(end_hour % 24, end_minute)


def load_clinic(path: Path = CLINIC_FILE) -> Clinic:
    """Raises SettingsError, which names the file, the place in it and what is wrong."""
    content = _read(path)
    try:
        return Clinic(**content)
    except ValidationError as error:
        raise SettingsError(
            " ".join(
                f"{path}: {'.'.join(map(str, item['loc']))}: {item['msg']}."
                for item in error.errors()
            )
        ) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}. CLINIC_FILE names the clinic's file."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"{path} is not YAML: {' '.join(str(error).split())}.") from None
    if content is not None and not isinstance(content, dict):
        raise SettingsError(f"{path} must hold names and values, like `name: The clinic`.")
    return content or {}


def load_lines(country: str, path: Path = LINES_FILE) -> Lines:
    """The crisis lines of a country (`us`). Raises SettingsError."""
    countries = _read(path)
    if country not in countries:
        raise SettingsError(
            f"CLINIC_COUNTRY={country!r} is not in {path.name}. There are: {', '.join(countries)}."
        )
    try:
        lines = Lines(**countries[country])
        for language in ("en", "es"):
            lines.buttons(language), lines.phrases, lines.crisis
    except (ValidationError, TypeError, KeyError) as error:
        problem = " ".join(str(error).split())
        raise SettingsError(f"{path}: {country} lacks {problem}.") from None
    return lines
