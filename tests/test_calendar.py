"""Swedish working days with eves, office hours, and due times over both nights when the clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from supportbot.calendar import Calendar

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CALENDAR = Calendar(STOCKHOLM, frozenset(range(5)), time(8), time(17))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 11, 25), True),
        (date(2026, 11, 28), False),
        (date(2026, 1, 6), False),
        (date(2026, 5, 14), False),
        (date(2026, 5, 15), True),
        (date(2026, 6, 19), False),
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), False),
        (date(2026, 12, 23), True),
        (date(2027, 3, 26), False),
    ],
)
def test_working_days(day, working):
    assert CALENDAR.is_working_day(day) is working


def test_without_eves_christmas_eve_is_a_working_day():
    assert Calendar(STOCKHOLM, frozenset(range(5)), time(8), time(17), eves=False).is_working_day(date(2026, 12, 24))


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (datetime(2026, 11, 25, 6, 0, tzinfo=UTC), datetime(2026, 11, 25, 6, 45, tzinfo=UTC)),
        (datetime(2026, 11, 25, 6, 45, tzinfo=UTC), datetime(2026, 11, 25, 12, 0, tzinfo=UTC)),
        (datetime(2026, 11, 27, 12, 0, tzinfo=UTC), datetime(2026, 11, 30, 6, 45, tzinfo=UTC)),
        (datetime(2026, 3, 27, 13, 0, tzinfo=UTC), datetime(2026, 3, 30, 5, 45, tzinfo=UTC)),
        (datetime(2026, 10, 23, 13, 0, tzinfo=UTC), datetime(2026, 10, 26, 6, 45, tzinfo=UTC)),
        (datetime(2026, 12, 23, 13, 0, tzinfo=UTC), datetime(2026, 12, 28, 6, 45, tzinfo=UTC)),
    ],
    ids=["today", "strictly after", "over a weekend", "into summer time", "out of summer time", "over Christmas"],
)
def test_next_due(after, due):
    assert CALENDAR.next_due(after, [time(13), time(7, 45)]) == due


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (datetime(2026, 11, 25, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 25, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 9, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), True),
    ],
)
def test_office_hours(now, is_open):
    assert CALENDAR.is_open(now) is is_open
