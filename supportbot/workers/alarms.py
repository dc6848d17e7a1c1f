"""The state of mailboxes, relay, rules, triage and database -> one alarm a lasting fault, and one all-clear.

The alarm goes through the outbox, stored together with the note that it was raised: what a restart finds is what was
told. The trap: a fault can hit the channel that would tell of it. While the database is away, the alarm goes straight
to the relay; while no mail leaves, `trouble` stops the heartbeat, and the switch outside tells.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from supportbot.channels.smtp import Relay
from supportbot.config import MailboxSection
from supportbot.errors import Denied, Unreachable
from supportbot.mail.message import Address
from supportbot.store import alarms, figures, inbox, mailboxes, outbox, reloads
from supportbot.store.database import Database
from supportbot.store.figures import Waiting
from supportbot.tickets.alarm import alarm
from supportbot.tickets.effects import Outgoing, RaiseAlarm
from supportbot.tickets.faults import Change, Fault, FaultKind, Noted, compare
from supportbot.tickets.retry import Refused, Retry, Sent, Unknown
from supportbot.workers import dispatch
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.straight import send_straight

log = structlog.get_logger("alarms")

LOOK_SECONDS = 15.0
DATABASE_SECONDS = 30.0
"""A database that takes longer for one small transaction does not answer."""
STOPPED_SECONDS = 240.0
"""Looks that have not come for this long have stopped: longer than the slowest look."""


@dataclass(slots=True)
class AlarmWorker:
    database: Database
    relay: Relay
    knowledge: Callable[[], Knowledge]
    now: Callable[[], datetime]
    queued: asyncio.Event
    """Set when rows have been added: wakes delivery."""
    mailboxes: tuple[MailboxSection, ...]
    to: tuple[Address, ...]
    """Who is told; empty: whom alerts go to."""
    patience: timedelta
    started: datetime
    """What went on before this daemon lived is not its fault: no beginning is set earlier."""
    wrote: Callable[[float], None] = lambda seconds: None
    """Told how long the look's transaction took."""
    _turned: float = field(default_factory=time.monotonic)
    _last_look: tuple[datetime, float] | None = None
    """By the wall clock and by that which never jumps."""
    _waiting: Waiting | None = None
    _down: Fault | None = None
    """The database, while it is away: nothing can be noted then."""
    _told: dict[str, Outgoing] = field(default_factory=dict)
    """What was sent straight to the relay, by address; the same bytes where it must be sent again."""
    _accepted: set[str] = field(default_factory=set)

    async def run(self) -> None:
        while True:
            self._turned = time.monotonic()
            await self.step()
            await asyncio.sleep(LOOK_SECONDS)

    def trouble(self) -> str:
        """Why nobody could be told of a fault by mail, or "": then the heartbeat must not be given."""
        if time.monotonic() - self._turned > STOPPED_SECONDS:
            return "the looks have stopped"
        if self._down:
            return f"the database: {self._down.because}"
        if self._waiting is None:
            return "the first look is still to come"
        return _nothing_leaves(self._waiting, self.now() - self.patience)

    async def step(self) -> Change | None:
        """One look. None: the database is away."""
        now, begun = self.now(), time.perf_counter()
        self._mind_the_clock(now)
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                change, self._waiting = await self.database.write(partial(self._look, now))
        except (Unreachable, Denied, TimeoutError) as error:
            await self._without_database(str(error) or f"no answer within {DATABASE_SECONDS:.0f} s", now)
            return None
        self.wrote(time.perf_counter() - begun)
        self._down = None
        self._told.clear()
        self._accepted.clear()
        for fault in change.begun:
            log.error("alarm", fault=fault.key, since=fault.since.isoformat(), because=fault.because)
        for fault in change.over:
            log.info("all clear", fault=fault.key, since=fault.since.isoformat())
        if change.begun or change.over:
            self.queued.set()
        return change

    def _mind_the_clock(self, now: datetime) -> None:
        """After a sleep of the machine, or a clock put forward, nothing has lasted yet: it is a start anew."""
        then, steadily = self._last_look or (now, time.monotonic())
        self._last_look = now, time.monotonic()
        if (now - then).total_seconds() - (time.monotonic() - steadily) >= self.patience.total_seconds():
            log.warning("the clock was put forward, or the machine has slept", since=then.isoformat())
            self.started = now

    def _look(self, now: datetime, conn: Connection) -> tuple[Change, Waiting]:
        noted, waiting = alarms.turn(conn).noted, figures.waiting(conn, now, self.patience)
        if self._down and self._accepted:  # it is back: what was told without it has its all-clear
            noted = (*noted, Noted(self._down, alarmed=True))
        change = compare(noted, list(self._found(conn, waiting, now)), now, self.patience)
        alarms.put(conn, change.noted, now)
        for faults, over in ((change.begun, False), (change.over, True)):
            for fault in faults:
                for to in self._recipients():
                    outbox.add(conn, self._letter(fault, over, to, now), now)
        return change, waiting

    def _found(self, conn: Connection, waiting: Waiting, now: datetime) -> Iterator[Fault]:
        known = {(box.name, box.folder): box for box in mailboxes.everyone(conn)}
        for box in self.mailboxes:
            seen = known.get((box.name, box.folders.inbox), mailboxes.unread(box.name, box.folders.inbox))
            if unwell := seen.unwell(timedelta(seconds=box.search_seconds), now):
                yield self._fault("mailbox", unwell.since or self.started, unwell.because, box.name)
        if waiting.since:
            yield self._fault(
                "mail_out", waiting.since, f"{waiting.letters} wait: {waiting.because or 'not tried yet'}"
            )
        _, oldest = inbox.waiting(conn)
        if oldest and now - oldest >= self.patience:
            yield self._fault("triage", oldest, "Mails have no verdict yet.")
        reload = reloads.last(conn)
        if reload and reload.failing_since:
            yield Fault("rules", reload.failing_since, reload.problems[0] if reload.problems else "")

    def _fault(self, kind: FaultKind, since: datetime, because: str, name: str = "") -> Fault:
        return Fault(kind, max(since, self.started), because, name)

    async def _without_database(self, because: str, now: datetime) -> None:
        """Straight to the relay, once it has lasted: the outbox is what is away."""
        self._down = replace(self._down, because=because) if self._down else Fault("database", now, because)
        log.warning("the database is away", since=self._down.since.isoformat(), because=because)
        if now - self._down.since < self.patience:
            return
        for to in self._recipients():
            if to.address not in self._accepted:
                await self._send(self._told.setdefault(to.address, self._letter(self._down, False, to, now)))

    async def _send(self, letter: Outgoing) -> None:
        match outcome := await send_straight(self.relay, letter.recipient, letter.content):
            case Sent() | Refused():  # refused for good: asking again changes nothing
                self._accepted.add(letter.recipient)
                log.error("alarm", fault="database", to=letter.recipient, outcome=type(outcome).__name__)
            case Retry() | Unknown():
                log.warning("alarm not sent", fault="database", to=letter.recipient, because=outcome.reason)

    def _letter(self, fault: Fault, over: bool, to: Address, now: datetime) -> Outgoing:
        known, effect = self.knowledge(), RaiseAlarm(fault.key, fault.since, over, to)
        letter = alarm("over" if over else "begun", fault, now, to, known.office, known.templates)
        return dispatch.seal(effect, letter, known, now)

    def _recipients(self) -> tuple[Address, ...]:
        return self.to or self.knowledge().alert_to


def _nothing_leaves(waiting: Waiting, long_ago: datetime) -> str:
    """Whenever this daemon was started: one that is started again and again must not keep the switch quiet."""
    since = waiting.since
    if not waiting.nothing_leaves or since is None or since > long_ago:
        return ""
    return f"no mail leaves since {since:%Y-%m-%d %H:%M} UTC: {waiting.because}"
