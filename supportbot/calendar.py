"""Office hours, Swedish working days with eves, and due times. Pure: `now` is always an argument.

The trap: local times are not evenly spaced. All sums here are made on the local wall clock of one day and turned
into a moment in UTC at the end. In the night that has no 02:30, 02:30 is an hour after 01:30; in the one that has two,
it is the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""This program is younger than any earlier moment."""


def clock_problem(now: datetime) -> str:
    """Why this clock cannot be right, or ""."""
    if now >= EARLIEST:
        return ""
    return f"the clock of this machine says {now:%Y-%m-%d}, so nothing is sent. Set it (timedatectl set-ntp true)."


@lru_cache(maxsize=32)
def _free_days(year: int, eves: bool) -> frozenset[date]:
    """Public holidays, with `eves` also Midsummer's, Christmas and New Year's Eve (`de_facto`); Sundays left out."""
    categories = ("public", "de_facto") if eves else ("public",)
    days = holidays.country_holidays("SE", years=year, categories=categories, include_sundays=False)
    return frozenset(days)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the desk is staffed."""

    zone: ZoneInfo
    weekdays: frozenset[int]
    """0 is Monday."""
    opens: time
    closes: time
    swedish_holidays: bool = True
    eves: bool = True

    def day(self, moment: datetime) -> date:
        """The day at the desk."""
        return moment.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        if day.weekday() not in self.weekdays:
            return False
        return not (self.swedish_holidays and day in _free_days(day.year, self.eves))

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes

    def next_day_at(self, after: datetime, at: time) -> datetime:
        """The first moment after `after` with this time of day at the desk, free days too."""
        due = self._moment(self.day(after), at)
        return due if due > after else self._moment(self.day(after) + timedelta(days=1), at)

    def next_due(self, after: datetime, at: Sequence[time]) -> datetime:
        """The first of the times of day `at` on a working day that lies after `after`. `at` must not be empty."""
        day = self.day(after)
        for _ in range(400):
            if self.is_working_day(day):
                left = [due for due in (self._moment(day, moment) for moment in at) if due > after]
                if left:
                    return min(left)
            day += timedelta(days=1)
        raise ValueError("no working day within a year")

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
