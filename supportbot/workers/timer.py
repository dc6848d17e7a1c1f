"""Due times -> outbox rows: repetitions of alerts, and digests; a newly imported registry -> a reload.

apscheduler only ticks; the due times are stored.

The trap: each row's key holds the due time or the step, so a tick that runs twice, or after a restart, adds nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from supportbot.store import outbox, queue, registry, tickets, timers
from supportbot.store.database import Database
from supportbot.store.timers import Due
from supportbot.tickets import digest, escalation
from supportbot.tickets.effects import SendDigest
from supportbot.workers import dispatch
from supportbot.workers.knowledge import Knowledge

log = structlog.get_logger("timer")

DIGEST = "digest"
LATE = timedelta(hours=6)
"""A digest that is later than this is left out: the next one says it better."""


@dataclass(slots=True)
class TimerWorker:
    database: Database
    knowledge: Callable[[], Knowledge]
    now: Callable[[], datetime]
    queued: asyncio.Event
    digest_at: tuple[time, ...] = ()
    tick_seconds: float = 1.0
    is_known: Callable[[str], bool] = lambda fingerprint: True
    """Whether the stored registry of this fingerprint has been read."""
    reload: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where it has not: another process has imported one."""

    async def run(self) -> None:
        """Tick until cancelled. One tick at a time; a missed one is made up for by the next."""
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def tick() -> None:
            try:
                await self.step()
            except Exception as error:
                if not failed.done():
                    failed.set_exception(error)

        scheduler = AsyncIOScheduler()
        scheduler.add_job(tick, "interval", seconds=self.tick_seconds, coalesce=True, max_instances=1)
        scheduler.start()
        try:
            await failed
        finally:
            scheduler.shutdown(wait=False)

    async def step(self) -> int:
        """Do what is due now. Returns how many outbox rows came of it."""
        now, known = self.now(), self.knowledge()
        if self.digest_at and known.digest_to:
            first = known.calendar.next_due(now, self.digest_at)
            await self.database.write(lambda conn: timers.set(conn, DIGEST, first, DIGEST))
        due, stored = await self.database.read(lambda conn: (timers.due(conn, now, 100), registry.fingerprint(conn)))
        if not self.is_known(stored):
            self.reload.set()
        added = 0
        for timer in due:
            added += await self.database.write(partial(self._ring, timer, known, now))
        if added:
            self.queued.set()
        return added

    def _ring(self, timer: Due, known: Knowledge, now: datetime, conn: Connection) -> int:
        match timer.kind:
            case "alert":
                return self._climb(conn, timer, known, now)
            case "digest":
                return self._send_digest(conn, timer, known, now)
            case _:
                log.error("an unknown timer was dropped", key=timer.key, kind=timer.kind)
                timers.drop(conn, timer.key)
                return 0

    def _climb(self, conn: Connection, timer: Due, known: Knowledge, now: datetime) -> int:
        ticket = tickets.find(conn, timer.ticket, lock=True) if timer.ticket is not None else None
        if ticket is None:
            timers.drop(conn, timer.key)
            return 0
        step = int(timer.data.get("step", 1))
        climb = escalation.climb(ticket, step, known.alert_to, known.alert_repeat, now)
        text = tickets.first_text(conn, ticket.number)
        added = 0
        for alert in climb.alerts:
            added += outbox.add(conn, dispatch.write(alert, ticket, text, b"", known, now), now)
        if climb.next_due is None:
            timers.drop(conn, timer.key)
        else:
            timers.set(conn, timer.key, climb.next_due, "alert", ticket.number, {"step": climb.step}, overwrite=True)
        return added

    def _send_digest(self, conn: Connection, timer: Due, known: Knowledge, now: datetime) -> int:
        added = 0
        if now - timer.due <= LATE:
            built = digest.build(queue.digest_input(conn, now), now)
            for to in known.digest_to:
                effect = SendDigest(timer.due.astimezone(known.calendar.zone), to)
                letter = digest.letter(built, to, known.office, known.templates)
                added += outbox.add(conn, dispatch.seal(effect, letter, known, now), now)
        timers.move(conn, timer.key, known.calendar.next_due(now, self.digest_at))
        return added
