from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.hours import Hours

NEW_YORK = ZoneInfo("America/New_York")
WORKDAY = [(time(9), time(17))]
HOURS = Hours(
    NEW_YORK,
    [WORKDAY] * 5 + [[], []],
    {date(2026, 12, 25): [], date(2026, 12, 24): [(time(9), time(12))]},
)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    "moment,opens",
    [
        (at(27, 8, 59), at(27, 9)),  # a Friday
        (at(27, 17), at(30, 9)),
        (at(28, 12), at(30, 9)),
        (at(24, 12, 0, 12), at(28, 9, 0, 12)),  # over a holiday and a weekend
    ],
)
def test_closed_tells_the_next_opening(moment: datetime, opens: datetime) -> None:
    opening = HOURS.at(moment)
    assert (opening.open, opening.next) == (False, opens)


def test_open_tells_until_when() -> None:
    opening = HOURS.at(at(27, 9).astimezone(ZoneInfo("Asia/Tokyo")))
    assert (opening.open, opening.closes) == (True, at(27, 17))
    assert opening.text("en") == "Our team is here today until 5:00 pm (EST)."
    assert opening.text("es") == "Nuestro equipo está disponible hoy hasta las 17:00 (EST)."


def test_closed_is_said_in_both_languages() -> None:
    opening = HOURS.at(at(28, 12))
    assert "They are back on Monday, November 30 at 9:00 am (EST)." in opening.text(None)
    assert "Vuelve el lunes 30 de noviembre a las 09:00 (EST)." in opening.text("es")


def test_a_clinic_that_never_opens_promises_nothing() -> None:
    opening = Hours(NEW_YORK, [[]] * 7).at(at(27, 12))
    assert (opening.open, opening.next) == (False, None)
    assert opening.text("en") == "Nobody of our team is here just now."


def test_a_night_shift_is_open_past_midnight() -> None:
    night = Hours(NEW_YORK, [[(time(22), time(6))]] * 7)
    assert night.at(at(27, 3)).open
    assert not night.at(at(27, 6)).open
    assert night.open_between(at(27, 0), at(27, 23)) == timedelta(hours=7)


def test_the_time_that_somebody_was_there_leaves_nights_and_holidays_out() -> None:
    assert HOURS.open_between(at(27, 16), at(30, 10)) == timedelta(hours=2)
    assert HOURS.open_between(at(24, 0, 0, 12), at(26, 0, 0, 12)) == timedelta(hours=3)
    assert HOURS.open_between(at(28, 1), at(29, 1)) == timedelta()


def test_the_change_of_the_clocks_neither_adds_nor_takes_time() -> None:
    always = Hours(NEW_YORK, [[(time(0), time(0))]] * 7)
    start = datetime(2026, 11, 1, 0, tzinfo=NEW_YORK)
    assert always.open_between(start, datetime(2026, 11, 2, 0, tzinfo=NEW_YORK)) == timedelta(
        hours=25
    )
