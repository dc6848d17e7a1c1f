"""Inbox rows -> tickets: claim, read in the sandbox, decide, settle. A loop without decisions of its own.

The trap: a mail that kills or stalls its reader must cost itself only: a strike for it, the rest of the batch goes on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from supportbot.mail.message import ParsedMail
from supportbot.store import inbox
from supportbot.store.database import Database
from supportbot.store.inbox import Waiting
from supportbot.triage import decide
from supportbot.triage.decision import Decision
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.sandbox import Poisoned, Sandbox
from supportbot.workers.settle import Settled, settle
from supportbot.workers.supervise import wait_at_most

log = structlog.get_logger("triage")

LEASE = timedelta(minutes=2)
"""How long a batch may take before another worker may claim its mails."""
BATCH = 50
BATCH_BYTES = 8_000_000
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

    async def run(self) -> None:
        while True:
            self.arrived.clear()
            if await self.step():
                continue
            await wait_at_most(self.idle_seconds, self.arrived)

    async def step(self) -> int:
        """Triage one batch. Returns how many mails were in it."""
        now = self.now()
        waiting = await self.database.write(lambda conn: inbox.claim(conn, BATCH, now, LEASE, BATCH_BYTES))
        if not waiting:
            return 0
        known = self.knowledge()
        mails = await self.sandbox.read([row.content for row in waiting], known.desk)
        readable: list[tuple[Waiting, ParsedMail]] = []
        for row, mail in zip(waiting, mails, strict=True):
            if isinstance(mail, Poisoned):
                await self._strike(row, mail.reason)
            else:
                readable.append((row, mail))
        decided = await asyncio.to_thread(self._decide, readable, known)
        await asyncio.gather(*(self._settle(row, mail, answer, known) for row, mail, answer in decided))
        return len(waiting)

    def _decide(
        self, mails: list[tuple[Waiting, ParsedMail]], known: Knowledge
    ) -> list[tuple[Waiting, ParsedMail, Decision | Exception]]:
        assert known.book is not None, "the daemon is started with its rules"
        answers: list[tuple[Waiting, ParsedMail, Decision | Exception]] = []
        for row, mail in mails:
            try:
                today = row.received.astimezone(known.calendar.zone).date()
                answers.append((row, mail, decide.decide(mail, known.registry, known.book, today)))
            except Exception as error:  # a defect of ours must cost this mail alone
                answers.append((row, mail, error))
        return answers

    async def _settle(self, row: Waiting, mail: ParsedMail, answer: Decision | Exception, known: Knowledge) -> None:
        if isinstance(answer, Exception):
            log.error("a mail could not be decided", inbox_id=row.id, exc_info=answer)
            await self._strike(row, f"{type(answer).__name__} while deciding")
            return
        now = self.now()
        try:
            settled = await self.database.write(lambda conn: settle(conn, row, mail, answer, known, now))
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            log.error("a mail could not be settled", inbox_id=row.id, exc_info=error)
            await self._strike(row, f"{type(error).__name__} while settling")
            return
        log.info("settled", inbox_id=row.id, verdict=settled.verdict, ticket=settled.ticket, because=settled.reason)
        for tell in self.settled:
            tell(settled)

    async def _strike(self, row: Waiting, why: str) -> None:
        now = self.now()
        strikes = await self.database.write(lambda conn: inbox.strike(conn, row.id, why, now))
        log.warning("strike", inbox_id=row.id, strikes=strikes, because=why)
        if strikes < STRIKES:
            return
        reason = f"{why}; tried {strikes} times"
        await self.database.write(lambda conn: inbox.set_aside(conn, row.id, reason, now))
        for tell in self.settled:
            tell(Settled(row.id, "quarantine", reason, None))
