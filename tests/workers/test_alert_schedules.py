"""Repetitions of alerts in simulated time, held against a plain model: never early, never twice, never reset, stopped
by whoever takes or resolves the ticket (reliability.md §4.7). A real database, closed and opened again at random.

100 tickets by default; `SUPPORTBOT_SCHEDULES=500` is the whole demand.
"""

import asyncio
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders import NOW, POLICY, a_decision, arrived

from supportbot.store import outbox, tickets, timers
from supportbot.store.database import Database
from supportbot.tickets import actions
from supportbot.tickets.lifecycle import open_ticket
from supportbot.workers.knowledge import Knowledge, Limits
from supportbot.workers.settle import store_plan
from supportbot.workers.timer import TimerWorker

SCHEDULES = int(os.environ.get("SUPPORTBOT_SCHEDULES", "100"))
TOGETHER = 25
"""Tickets that share a database and its daemon's restarts."""
REPEAT = timedelta(minutes=10)
LENGTH = timedelta(minutes=90)
END = {
    "take": lambda ticket, now: actions.take(ticket, "Lisa", now),
    "resolve": lambda ticket, now: actions.resolve(ticket, "klart", "Lisa", now, anyway=True),
}
DOWN, TICK = (1, 1800), (1, 90)
"""Seconds that a daemon is away, and between two ticks."""


@dataclass
class Model:
    """What must have been told of one ticket: plain arithmetic, no code of the product."""

    opened: datetime
    ends: datetime | None
    how: str
    due: datetime | None = None
    told: list[datetime] = field(default_factory=list)

    def open(self) -> None:
        self.told, self.due = [self.opened], self.opened + REPEAT

    def tick(self, now: datetime) -> None:
        if self.due and now >= self.due:
            self.told.append(now)
            self.due = now + REPEAT


class Run:
    """One database and its daemon, which lives and dies."""

    def __init__(self, folder: Path, known: Knowledge, seed: int) -> None:
        self.known = replace(known, limits=Limits(alerts_per_hour=100_000))
        self.folder, self.dice = folder, random.Random(seed)
        self.models: dict[int, Model] = {}
        self.now = NOW

    async def start(self) -> None:
        self.database = await Database.open("sqlite:///x.db", self.folder)
        self.timer = TimerWorker(self.database, lambda: self.known, lambda: self.now, asyncio.Event())

    async def act(self, number: int, change: Callable) -> None:
        def work(conn):
            plan = change(tickets.find(conn, number, lock=True) if number in self.opened else None)
            store_plan(conn, plan, number not in self.opened, "", b"", self.known, self.now)

        await self.database.write(work)

    async def play(self) -> None:
        self.opened: set[int] = set()
        waiting = self._schedules()
        await self.start()
        end = NOW + LENGTH
        while self.now < end:
            if self.dice.random() < 0.04:
                await self.database.close()
                self.now += timedelta(seconds=self.dice.uniform(*DOWN))
                await self.start()
            self.now += timedelta(seconds=self.dice.uniform(*TICK))
            await self.events(waiting)
            await self.timer.step()
            for number in self.opened:
                self.models[number].tick(self.now)
        await self.compare()
        await self.database.close()

    def _schedules(self) -> dict[int, Model]:
        for number in range(10001, 10001 + TOGETHER):
            opened = NOW + LENGTH * self.dice.random() * 0.7
            ends = opened + LENGTH * self.dice.random() if self.dice.random() < 0.7 else None
            self.models[number] = Model(opened, ends, self.dice.choice(["take", "resolve"]))
        return dict(self.models)

    async def events(self, waiting: dict[int, Model]) -> None:
        """What people and mails did since the last tick."""
        decision = a_decision(urgent=True)
        for number, model in list(waiting.items()):
            if number not in self.opened and model.opened <= self.now:
                model.opened = self.now
                policy = replace(POLICY, alert_to=self.known.alert_to)
                await self.act(number, lambda _, n=number, p=policy: open_ticket(n, arrived(), decision, p, self.now))
                self.opened.add(number)
                model.open()
            elif number in self.opened and model.ends and model.ends <= self.now:
                await self.act(number, lambda ticket, how=model.how: END[how](ticket, self.now))
                model.due = None
                del waiting[number]

    async def compare(self) -> None:
        rows = await self.database.read(lambda conn: outbox.listing(conn, None, 100_000))
        found: dict[int, list[datetime]] = {number: [] for number in self.models}
        for row in reversed(rows):
            if row.kind == "alert":
                found[row.ticket].append(row.created)
        assert found == {number: model.told for number, model in self.models.items()}
        assert max(map(len, found.values())) > 3


@pytest.mark.parametrize("seed", range(SCHEDULES // TOGETHER))
async def test_alerts_are_repeated_as_the_model_says(tmp_path, known, seed):
    await Run(tmp_path, known, seed).play()


JUMPS = [timedelta(minutes=-5), timedelta(days=1), timedelta(days=-1), timedelta(days=400), timedelta(days=-60)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("back", [True, False], ids=["and back", "for good"])
async def test_a_wall_clock_that_jumps_stops_no_alert(tmp_path, known, jump, back):
    """Somebody with a watch in hand is told within two REPEATs whatever the clock says, and too early once a jump."""
    run = Run(tmp_path, known, 1)
    run.opened, run.models = set(), {10001: Model(NOW, None, "")}
    await run.start()
    await run.events(dict(run.models))
    told, passed, ahead = [], timedelta(), timedelta()
    while passed < timedelta(hours=2):
        passed += timedelta(seconds=30)
        if passed == timedelta(minutes=33):
            ahead = jump
        if back and passed == timedelta(minutes=66):
            ahead = timedelta()
        run.now = NOW + passed + ahead
        told += [passed] * await run.timer.step()
    gaps = [later - earlier for earlier, later in zip([timedelta(), *told], told, strict=False)]
    assert max(gaps) <= 2 * REPEAT
    assert sum(gap < REPEAT for gap in gaps) <= 1 + back
    assert 9 <= len(told) <= 13
    await run.database.close()


async def test_a_letter_that_waits_for_its_next_attempt_is_not_put_off_by_a_clock_put_back(tmp_path, known):
    run = Run(tmp_path, known, 1)
    run.opened, run.models = set(), {10001: Model(NOW, None, "")}
    await run.start()
    await run.events(dict(run.models))

    def put_off(conn):
        for row in outbox.listing(conn, None, 10):
            outbox.retry(conn, row.id, NOW + timedelta(minutes=1), "450 later", False)

    await run.database.write(put_off)
    run.now = NOW - timedelta(days=1)
    await run.timer.step()
    assert await run.database.read(outbox.next_due) == run.now
    alert = await run.database.read(lambda conn: timers.get(conn, "alert:10001"))
    assert alert.due == run.now + REPEAT
    await run.database.close()
