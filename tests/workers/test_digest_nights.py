"""A digest at 02:30 in both nights when the clocks change, and with a clock that jumps: once a day, come what may."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportbot.calendar import Calendar
from supportbot.mail.message import Address
from supportbot.store import outbox
from supportbot.store.database import Database
from supportbot.workers.timer import TimerWorker

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EVERY_DAY = Calendar(STOCKHOLM, frozenset(range(7)), time(8), time(17), swedish_holidays=False)
HALF_PAST_TWO = (time(2, 30),)


class Days:
    """A timer that ticks over days, and is killed and started again as told."""

    def __init__(self, folder, known, at):
        self.folder, self.at, self.now = folder, at, datetime(2000, 1, 1, tzinfo=UTC)
        self.known = replace(known, calendar=EVERY_DAY, digest_to=(Address("", "team@icentrex.se"),))

    async def start(self):
        self.database = await Database.open("sqlite:///x.db", self.folder)
        self.timer = TimerWorker(self.database, lambda: self.known, lambda: self.now, asyncio.Event(), self.at)

    async def restart(self):
        await self.database.close()
        await self.start()

    async def tick(self, begin: datetime, hours: float, every: timedelta, restarts=False):
        steps = int(timedelta(hours=hours) / every)
        for step in range(steps):
            self.now = begin + step * every
            await self.timer.step()
            if restarts:
                await self.restart()

    async def sent(self) -> list[datetime]:
        """When digests were queued, at the desk's clock."""
        rows = await self.database.read(lambda conn: outbox.listing(conn, None, 1000))
        return [row.created.astimezone(STOCKHOLM) for row in reversed(rows) if row.kind == "digest"]


@pytest.fixture
async def days(tmp_path, known):
    found = Days(tmp_path, known, HALF_PAST_TWO)
    await found.start()
    yield found
    await found.database.close()


@pytest.mark.parametrize(
    ("day", "local", "utc_hour"),
    [
        ("2026-03-29", "03:30", 1),
        ("2026-10-25", "02:30", 0),
        ("2026-03-28", "02:30", 1),
        ("2026-10-26", "02:30", 1),
        ("2037-10-25", "02:30", 0),
        ("2038-03-28", "03:30", 1),
    ],
)
@pytest.mark.parametrize("restarts", [False, True], ids=["one daemon", "killed after each tick"])
async def test_the_digest_of_half_past_two_is_sent_once(days, day, local, utc_hour, restarts):
    midnight = datetime.fromisoformat(day).replace(tzinfo=STOCKHOLM).astimezone(UTC)
    await days.tick(midnight, 22, timedelta(minutes=20 if restarts else 5), restarts)
    (sent,) = await days.sent()
    due = datetime.fromisoformat(day).replace(hour=utc_hour, minute=30, tzinfo=UTC)
    assert timedelta() <= sent.astimezone(UTC) - due < timedelta(minutes=20)
    assert abs(sent.replace(tzinfo=None) - datetime.fromisoformat(f"{day}T{local}")) < timedelta(minutes=20)


async def test_times_on_both_sides_of_the_missing_hour_have_a_digest_each(days):
    days.timer.digest_at = (time(2, 30), time(3, 15), time(7, 45))
    await days.tick(datetime(2026, 3, 28, 23, tzinfo=UTC), 20, timedelta(minutes=5))
    assert [f"{sent:%H:%M}" for sent in await days.sent()] == ["03:15", "03:30", "07:45"]


@pytest.mark.parametrize(
    "jump", [timedelta(minutes=-5), timedelta(days=1), timedelta(days=-1), timedelta(days=4000)], ids=str
)
async def test_a_wall_clock_that_jumps_and_is_put_right_doubles_no_digest_and_loses_none(days, jump):
    """From Monday noon to Thursday noon, with an hour in which the clock is wrong."""
    begin = datetime(2026, 11, 23, 11, tzinfo=UTC)
    await days.tick(begin, 15, timedelta(minutes=10))
    await days.tick(begin + timedelta(hours=15) + jump, 1, timedelta(minutes=10))
    await days.tick(begin + timedelta(hours=16), 56, timedelta(minutes=10))
    rows = await days.database.read(lambda conn: outbox.listing(conn, None, 1000))
    keys = [row.key.split(":", 1)[1][:10] for row in rows if row.kind == "digest"]
    assert len(keys) == len(set(keys))
    assert {"2026-11-24", "2026-11-25", "2026-11-26"} <= set(keys)
