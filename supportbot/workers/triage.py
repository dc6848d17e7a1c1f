"""Inbox rows -> tickets: claim, read and decide in the sandbox, settle. A loop without decisions of its own.

The trap: a mail that kills or stalls its reader must cost itself only: a strike for it, the rest of the batch goes on.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import StatementError

from supportbot.failpoints import hit
from supportbot.mail.glimpse import sender_and_subject
from supportbot.store import claims, inbox
from supportbot.store.claims import Waiting
from supportbot.store.database import Database
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.sandbox import Poisoned, Sandbox, Unread
from supportbot.workers.sandboxed import Read
from supportbot.workers.settle import Settled, settle
from supportbot.workers.supervise import wait_at_most

log = structlog.get_logger("triage")

LEASE = timedelta(minutes=2)
"""How long a batch may take before another worker may claim its mails."""
BATCH = 50
BATCH_BYTES = 8_000_000
DEFECTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, StatementError)
"""What a mail may make of the code that settles it, or of its SQL; trouble with the database itself is Away."""
STRIKES = 3
"""Mailman's three strikes: a mail that made its reader die this often is set aside for a person."""


@dataclass(slots=True)
class TriageWorker:
    database: Database
    sandbox: Sandbox
    knowledge: Callable[[], Knowledge]
    """What is known now: read anew for each batch, so that a reload takes effect between batches."""
    now: Callable[[], datetime]
    arrived: asyncio.Event
    """Set by intake when rows wait; this worker clears it."""
    settled: list[Callable[[Settled], None]] = field(default_factory=list)
    """Called after each commit: wakes delivery and intake, feeds the demo."""
    idle_seconds: float = 5.0
    holder: str | None = None
    """This daemon, where several share the database."""
    _at_work: set[int] = field(default_factory=set)
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the loop that claims: the other would free what it does not know of yet."""

    async def run(self) -> None:
        while True:
            self.arrived.clear()
            if await self.step():
                continue
            await wait_at_most(self.idle_seconds, self.arrived)

    async def step(self) -> int:
        """Triage one batch. Returns how many mails were in it."""
        async with self._claiming:
            now, mine = self.now(), frozenset(self._at_work)
            waiting = await self.database.write(
                lambda conn: claims.claim(conn, BATCH, now, LEASE, BATCH_BYTES, self.holder, mine)
            )
            self._at_work.update(row.id for row in waiting)
        try:
            await self._judge(waiting)
        finally:
            self._at_work.difference_update(row.id for row in waiting)
        return len(waiting)

    async def _judge(self, waiting: list[Waiting]) -> None:
        if not waiting:
            return
        known = self.knowledge()
        unread = [Unread(row.content, known.calendar.day(row.received)) for row in waiting]
        answers = await self.sandbox.read(unread, known.desk, known.judging)
        hit("parsed")
        each = [self._settle_in_order(queue, known) for queue in _by_ticket(zip(waiting, answers, strict=True))]
        # All come to their end first: what is still being settled must not be claimed anew.
        for failed in await asyncio.gather(*each, return_exceptions=True):
            if failed:
                raise failed

    async def _settle_in_order(self, queue: list[tuple[Waiting, Read | Poisoned]], known: Knowledge) -> None:
        """Mails that point at one ticket. After a mail that must be read again, those behind it wait with it."""
        for row, answer in queue:
            if not await self._settle(row, answer, known):
                return

    async def _settle(self, row: Waiting, answer: Read | Poisoned, known: Knowledge) -> bool:
        """Whether the mail has its verdict."""
        if isinstance(answer, Poisoned):
            return await self._strike(row, answer.reason)
        mail, decision, now = answer.mail, answer.decision, self.now()
        assert decision is not None, "the daemon is started with its rules"
        try:
            settled = await self.database.write(lambda conn: settle(conn, row, mail, decision, known, now))
        except DEFECTS as error:
            log.error("a mail could not be settled", inbox_id=row.id, exc_info=error)
            return await self._strike(row, f"{type(error).__name__} while settling")
        hit("ticket-committed")
        log.info("settled", inbox_id=row.id, verdict=settled.verdict, ticket=settled.ticket, because=settled.reason)
        for tell in self.settled:
            tell(settled)
        return True

    async def _strike(self, row: Waiting, why: str) -> bool:
        """Whether it was the last one, and the mail is set aside."""
        now = self.now()
        strikes = await self.database.write(lambda conn: claims.strike(conn, row.id, why, now))
        log.warning("strike", inbox_id=row.id, strikes=strikes, because=why)
        if strikes < STRIKES:
            return False
        reason, shown = f"{why}; tried {strikes} times", sender_and_subject(row.content)
        await self.database.write(lambda conn: inbox.set_aside(conn, row.id, reason, now, *shown))
        for tell in self.settled:
            tell(Settled(row.id, "quarantine", reason, None))
        return True


def _by_ticket(answered: Iterable[tuple[Waiting, Read | Poisoned]]) -> list[list[tuple[Waiting, Read | Poisoned]]]:
    """Mails that point at the same ticket together, in order; each of the others alone."""
    queues: dict[tuple[str, int], list[tuple[Waiting, Read | Poisoned]]] = {}
    for row, answer in answered:
        key = ("mail", row.id) if row.points_at is None else ("ticket", row.points_at)
        queues.setdefault(key, []).append((row, answer))
    return list(queues.values())
