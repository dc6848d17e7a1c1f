"""The timer's nightly removal: at its hour, step by step, once a day, noted; on a real SQLite database."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportbot.calendar import Calendar
from supportbot.config import RetentionSection
from supportbot.store import contents, inbox, retention, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.workers.timer import RETENTION, TimerWorker

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SATURDAY = datetime(2026, 11, 28, 12, 0, tzinfo=STOCKHOLM)
NIGHT = datetime(2026, 11, 29, 3, 30, tzinfo=STOCKHOLM)
OLD = SATURDAY - timedelta(days=60)


@dataclass
class Known:
    """What the timer needs to know for this."""

    calendar = Calendar(STOCKHOLM, frozenset(range(5)), time(8), time(17))
    digest_to = ()
    alert_repeat = timedelta(minutes=10)


@dataclass
class Night:
    timer: TimerWorker
    database: Database
    at: datetime = SATURDAY

    async def step(self, at):
        self.at = at
        await self.timer.step()

    async def due(self):
        return (await self.database.read(lambda conn: timers.get(conn, RETENTION))).due

    async def last(self):
        return await self.database.read(retention.last)


@pytest.fixture
async def night(tmp_path):
    database = await Database.open("sqlite:///x.db", tmp_path)
    timer = TimerWorker(database, Known, lambda: found.at, asyncio.Event(), ages=RetentionSection())
    found = Night(timer, database)
    yield found
    await database.close()


async def keep_old(database, count, size=10):
    def work(conn):
        for uid in range(1, count + 1):
            content = f"Reklam {uid} ".encode() + b"x" * size
            one = inbox.keep(conn, Kept("a", "INBOX", 1, uid, content, OLD), OLD)
            inbox.finish(conn, one, "ignore", "bulk", None, OLD)

    await database.write(work)


async def test_it_waits_for_its_hour_of_the_night_on_free_days_too(night):
    await keep_old(night.database, 1)
    await night.step(SATURDAY)
    assert await night.due() == NIGHT
    assert await night.last() is None
    await night.step(NIGHT - timedelta(seconds=1))
    assert await night.last() is None


async def test_it_works_in_steps_and_ends_with_a_line(night, tmp_path):
    await keep_old(night.database, retention.STEP + 1)
    await night.step(SATURDAY)
    await night.step(NIGHT)
    assert await night.due() == NIGHT
    left = await night.database.read(lambda conn: retention.due(conn, RetentionSection(), NIGHT))
    assert left == {"machine_mails": 1}
    await night.step(NIGHT + timedelta(seconds=1))
    await night.step(NIGHT + timedelta(seconds=2))
    assert (await night.last()).counts == {"machine_mails": retention.STEP + 1}
    assert await night.due() == NIGHT + timedelta(days=1)
    assert (tmp_path / "x.db-wal").stat().st_size < 100_000  # it was emptied before the line was written
    assert b"Reklam" not in b"".join(path.read_bytes() for path in tmp_path.glob("x.db*") if path.is_file())
    await night.step(NIGHT + timedelta(seconds=3))
    assert (await night.last()).at == NIGHT + timedelta(seconds=2)


async def test_files_go_too(night, tmp_path):
    await keep_old(night.database, 2, contents.LARGE)
    await night.step(SATURDAY)
    for second in range(3):
        await night.step(NIGHT + timedelta(seconds=second))
    assert list((tmp_path / "x.db.raw").iterdir()) == []


async def test_a_daemon_that_slept_through_the_night_does_it_once(night):
    await night.step(SATURDAY)
    await night.step(NIGHT + timedelta(days=3, hours=5))
    assert await night.due() == NIGHT + timedelta(days=4)


async def test_the_summer_night_has_it_once(night):
    october = datetime(2026, 10, 24, 12, tzinfo=STOCKHOLM)
    calendar = Known.calendar
    night_of_change = calendar.next_day_at(october, time(3, 30))
    assert night_of_change == datetime(2026, 10, 25, 3, 30, tzinfo=STOCKHOLM)
    assert calendar.next_day_at(night_of_change, time(3, 30)) == datetime(2026, 10, 26, 3, 30, tzinfo=STOCKHOLM)
