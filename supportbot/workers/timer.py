"""Due times -> outbox rows: repetitions of alerts, and digests; the nightly removal of what is too old; a newly
imported registry -> a reload.

apscheduler only ticks; the due times are stored.

The trap: each row's key holds the due time or the step, so a tick that runs twice, or after a restart, adds nothing;
and a wall clock jumps, so no due time is believed that lies further ahead than it can.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from supportbot.calendar import Calendar
from supportbot.config import RetentionSection
from supportbot.failpoints import hit
from supportbot.store import blanking, clock, outbox, queue, registry, retention, tickets, timers
from supportbot.store.database import Database
from supportbot.store.timers import Due
from supportbot.tickets import digest, escalation
from supportbot.tickets.effects import SendDigest
from supportbot.tickets.lifecycle import US
from supportbot.tickets.retry import LONGEST
from supportbot.workers import dispatch
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.pacing import paced

log = structlog.get_logger("timer")

DIGEST = "digest"
RETENTION = "retention"
LATE = timedelta(hours=6)
"""A digest that is later than this is left out: the next one says it better."""


def next_dues(
    calendar: Calendar, digest_at: tuple[time, ...], ages: RetentionSection | None, now: datetime
) -> dict[str, datetime]:
    """When digest and nightly removal are due next, by their timers' names; those that are set only. Pure."""
    digests = {DIGEST: calendar.next_due(now, digest_at)} if digest_at else {}
    return digests | ({RETENTION: calendar.next_day_at(now, ages.at)} if ages else {})


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
    ages: RetentionSection | None = None
    """How long what is done with is kept; None: nothing is removed."""
    reload: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where it has not: another process has imported one."""

    async def run(self) -> None:
        """Tick until cancelled. One tick at a time; a missed one is made up for by the next."""
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def tick() -> None:
            try:
                await self.step()
            except asyncio.CancelledError:
                return  # the daemon ends; apscheduler would log that as an error
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
        first = next_dues(known.calendar, self.digest_at if known.digest_to else (), self.ages, now)
        await self.database.write(partial(self._set, first, known, now))
        due, stored = await self.database.read(lambda conn: (timers.due(conn, now, 100), registry.fingerprint(conn)))
        if not self.is_known(stored):
            self.reload.set()
        added = 0
        for timer in due:
            if timer.kind == RETENTION:
                await self._remove_old(timer, known, now)
                continue
            added += await self.database.write(partial(self._ring, timer, known, now))
        if added:
            self.queued.set()
        return added

    def _set(self, first: dict[str, datetime], known: Knowledge, now: datetime, conn: Connection) -> None:
        """What has no due time yet gets it, and no clock that was ahead keeps anything waiting once it is right."""
        for name, at in first.items():
            timers.set(conn, name, at, name)
            clock.draw_in_timers(conn, name, at)
        clock.draw_in_timers(conn, "alert", escalation.first_due(now, known.alert_repeat))
        clock.draw_in_letters(conn, now, LONGEST)

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
        unread = tickets.unread_words(conn, [ticket])
        text = unread.get(ticket.number) or tickets.first_text(conn, ticket.number)
        added = 0
        for alert in paced(conn, climb.alerts, ticket, known, now):
            added += outbox.add(conn, dispatch.write(alert, ticket, text, b"", known, now), now)
        if climb.next_due is None:
            timers.drop(conn, timer.key)
        else:
            timers.set(conn, timer.key, climb.next_due, "alert", ticket.number, {"step": climb.step}, overwrite=True)
        hit("alert-repeated")
        return added

    def _send_digest(self, conn: Connection, timer: Due, known: Knowledge, now: datetime) -> int:
        added = 0
        if now - timer.due <= LATE:
            built = digest.build(queue.digest_input(conn, now), now, known.registry)
            for to in known.digest_to:
                effect = SendDigest(timer.due.astimezone(known.calendar.zone), to)
                letter = digest.letter(built, to, known.office, known.templates)
                added += outbox.add(conn, dispatch.seal(effect, letter, known, now), now)
        timers.move(conn, timer.key, known.calendar.next_due(now, self.digest_at))
        hit("digest-built")
        return added

    async def _remove_old(self, timer: Due, known: Knowledge, now: datetime) -> None:
        """One step of a night's work; the timer stays due until nothing is left, so that alerts come in between."""
        if await self.database.write(partial(self._remove_some, timer, now)):
            return
        await self.database.write(blanking.sweep)
        # Somebody who reads just now keeps the log from being emptied; the next night does it.
        await self.database.scrub(whole=False)
        await self.database.write(partial(self._end_night, timer, known, now))

    def _remove_some(self, timer: Due, now: datetime, conn: Connection) -> bool:
        removed = retention.step(conn, self.ages, now) if self.ages else {}
        if removed:
            counts = dict(Counter(timer.data) + Counter(removed))
            timers.set(conn, timer.key, timer.due, RETENTION, data=counts, overwrite=True)
            hit("removing")
        return bool(removed)

    def _end_night(self, timer: Due, known: Knowledge, now: datetime, conn: Connection) -> None:
        retention.note(conn, now, US, RETENTION, timer.data)
        if timer.data:
            log.info("removed what was too old", **timer.data)
        if self.ages:
            following = known.calendar.next_day_at(now, self.ages.at)
            timers.set(conn, timer.key, following, RETENTION, overwrite=True)
        else:
            timers.drop(conn, timer.key)
