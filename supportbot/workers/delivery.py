"""Outbox rows -> sent, to be tried again, or given up. A loop without decisions of its own (tickets/retry.py has them).

The trap: `sent` is committed right after the relay's 250, before anything else is done on that connection; a row cut
off between the two is of unknown acceptance and leaves again as the same bytes.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from supportbot.calendar import clock_problem
from supportbot.channels.smtp import Relay
from supportbot.errors import Away, Denied
from supportbot.failpoints import hit
from supportbot.mail import compose
from supportbot.store import outbox, tickets
from supportbot.store.database import Database
from supportbot.store.outbox import Claimed, Mine
from supportbot.tickets import lifecycle
from supportbot.tickets.retry import GiveUp, Outcome, Refused, Retry, Sent, Unknown, too_often_unknown, what_next
from supportbot.tickets.verdict import OwnMail
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.lease import Lease
from supportbot.workers.settle import store_plan
from supportbot.workers.supervise import wait_at_most

log = structlog.get_logger("delivery")

LEASE = timedelta(minutes=20)
"""Longer than the longest dialogue: connect, commands and the 10 minutes for the final reply."""
END_SECONDS = 7.0
"""How long dialogues may go on after the daemon was told to end; the whole must end within 10 seconds."""
BATCH = 40
AGAIN_SECONDS = 1.0
"""Between tries to note what came of an attempt."""
HELD_UP = 10
"""Mails that become due when the relay takes one again; each of them that it takes makes as many more due."""
PER_DOMAIN = 5
"""Rows to one domain under way at once: a dead destination must not hold up the others."""


@dataclass(slots=True)
class DeliveryWorker:
    database: Database
    relay: Relay
    knowledge: Callable[[], Knowledge]
    now: Callable[[], datetime]
    queued: asyncio.Event
    """Set when rows have been added; this worker clears it."""
    delivered: list[Callable[[Claimed, Outcome], None]] = field(default_factory=list)
    """Called after each commit, for the demo."""
    idle_seconds: float = 5.0
    presence: Lease | None = None
    """That this daemon lives, where several share the database."""
    _under_way: dict[asyncio.Task[None], int] = field(default_factory=dict)
    """Attempts, each with its row."""
    _not_noted: set[int] = field(default_factory=set)
    """Rows whose attempt ended with a defect."""
    _held_up: bool = True
    """Whether mails may wait only because the relay could not be used. At a start it is not known."""

    async def run(self) -> None:
        try:
            while True:
                self.queued.clear()
                if await self.step():
                    continue
                await wait_at_most(self.idle_seconds, self.queued)
        except asyncio.CancelledError:  # after an error the attempts go on, and are met again by the next run
            await self._end()
            raise

    async def _end(self) -> None:
        """Let dialogues under way come to their end, then cut them off: what was cut is of unknown acceptance."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=END_SECONDS)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def step(self) -> int:
        """Start the rows that are due, as far as there is room. Returns how many were started."""
        while len(self._under_way) > BATCH // 2:  # few claims of many rows, not one claim for each row that is done
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        if self.presence and not self.presence.sure():
            return 0  # until it is sure again, what it claims may be another's at once
        room = BATCH - len(self._under_way)
        now, holder = self.now(), self.presence.holder if self.presence else None
        if problem := clock_problem(now):
            raise Denied(problem)
        mine = Mine(tuple(self._under_way.values()), tuple(self._not_noted))
        claimed = await self.database.write(lambda conn: outbox.claim(conn, room, now, LEASE, PER_DOMAIN, holder, mine))
        for row in claimed:
            self._not_noted.discard(row.id)
            task = asyncio.create_task(self._deliver(row))
            self._under_way[task] = row.id
            task.add_done_callback(self._done)
        return len(claimed)

    def _done(self, task: "asyncio.Task[None]") -> None:
        """Room for more: rows that were passed over because their domain had its share may go now."""
        row = self._under_way.pop(task)
        if not task.cancelled() and (error := task.exception()):
            self._not_noted.add(row)
            log.error("an attempt could not be recorded; its row goes again when its lease ends", exc_info=error)
        if len(self._under_way) <= BATCH // 2:
            self.queued.set()

    async def _deliver(self, row: Claimed) -> None:
        if self.presence and not self.presence.sure():
            log.warning("not sent: this daemon was away, another may have it", key=row.key)
            return
        known = self.knowledge()
        # An acknowledgement leaves with the null path (RFC 3834 §4); the others with one that names their row.
        path = "" if row.kind == "ack" else compose.return_path(known.sender.address, row.id, known.keys[0])
        notify = ("NEVER",) if row.kind == "ack" else ("FAILURE", "DELAY")
        # A row that was cut off in mid-dialogue again and again may have been accepted each time.
        why = too_often_unknown(row.kind, row.unknowns)
        try:
            hit("claimed")
            outcome = Refused(why) if why else await self.relay.send(row.recipient, row.content, path, notify)
        except Exception as error:  # a defect of ours must not leave the row under way until its lease ends
            log.error("broken off by a defect", key=row.key, exc_info=error)
            outcome = Unknown(f"broken off by a defect: {type(error).__name__}")
        now = self.now()
        await self._note(row, outcome, known, now)
        log.info(
            "delivered" if isinstance(outcome, Sent) else "not delivered",
            key=row.key,
            attempt=row.attempt,
            outcome=type(outcome).__name__,
            because=outcome.reply if isinstance(outcome, Sent) else outcome.reason,
        )
        for tell in self.delivered:
            tell(row, outcome)

    async def _note(self, row: Claimed, outcome: Outcome, known: Knowledge, now: datetime) -> None:
        """However long the database is away: if what is known were forgotten, the mail would leave again."""
        while True:
            try:
                due = await self.database.write(lambda conn: self._record(conn, row, outcome, known, now))
                break
            except Away as error:
                log.warning("cannot be noted yet", key=row.key, outcome=type(outcome).__name__, because=str(error))
                await asyncio.sleep(AGAIN_SECONDS)
        if isinstance(outcome, Sent):
            self._held_up = due > 0
        elif isinstance(outcome, Retry) and outcome.relay_away:
            self._held_up = True
        if due:
            log.info("the relay takes mails again", due=due)
            self.queued.set()

    def _record(self, conn: Connection, row: Claimed, outcome: Outcome, known: Knowledge, now: datetime) -> int:
        """How many mails became due: what the relay held up need not wait once it takes one."""
        if isinstance(outcome, Sent):
            hit(f"accepted-{row.kind}")
            outbox.sent(conn, row.id, outcome.reply, now)
            return outbox.relay_is_back(conn, HELD_UP, now) if self._held_up else 0
        if self.presence and not outbox.is_claimed_by(conn, row.id, self.presence.holder):
            return 0  # this daemon was stopped meanwhile: the row is another's, who knows better
        unknown = isinstance(outcome, Unknown)
        then = what_next(row.kind, outcome, row.attempt, row.unknowns + unknown, row.created, now)
        if not isinstance(then, GiveUp):
            away = isinstance(outcome, Retry) and outcome.relay_away
            outbox.retry(conn, row.id, then.at, outcome.reason, unknown, away)
            return 0
        outbox.gave_up(conn, row.id, then.why, now, unknown)
        ticket = tickets.find(conn, row.ticket, lock=True) if row.ticket is not None else None
        if ticket:
            own = OwnMail(row.id, row.kind, row.ticket, row.recipient, row.message_id)
            policy = known.policy(ticket.decision.customer, ticket.decision.partner)
            plan = lifecycle.undelivered(ticket, own, then.why, True, policy, now)
            store_plan(conn, plan, False, "", b"", known, now)
        return 0
