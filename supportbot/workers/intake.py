"""An IMAP folder -> inbox rows; and what has been settled is put away on the server. One worker a mailbox.

Identity is (account, folder, UIDVALIDITY, UID). The order is the promise: the row with its raw bytes is committed, then
triaged and committed, and only then is the server's copy moved. `\\Seen` decides nothing. What the server pushes is a
hint; the truth is the UID search.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from supportbot.channels import imap
from supportbot.channels.imap import Session
from supportbot.channels.sign_in import Credential
from supportbot.config import LimitsSection, MailboxSection
from supportbot.errors import Unreachable
from supportbot.failpoints import hit
from supportbot.store import inbox, mailboxes
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.workers.ahead import Place, place_of
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.lease import Lease

log = structlog.get_logger("intake")

AWAY = 200
"""Mails put away in one go."""


@dataclass(slots=True)
class IntakeWorker:
    settings: MailboxSection
    credential: Callable[[], Credential]
    limits: LimitsSection
    database: Database
    now: Callable[[], datetime]
    arrived: asyncio.Event
    """Set when rows have been kept: wakes triage."""
    settled: asyncio.Event
    """Set when mails have their verdict: they can be put away."""
    lease: Lease | None = None
    """The right to read this mailbox, where several daemons share the database."""
    knowledge: Callable[[], Knowledge] | None = None
    """By which mails are put in order; None: they stay in the order of their arrival."""
    _highest: int = 0
    _uidvalidity: int = 0
    _searched: float = field(default=float("-inf"))

    async def run(self) -> None:
        """One session after another; supervise.py starts it again when it ends with an error."""
        while True:
            async with imap.open_session(self.settings, self.credential()) as session:
                try:
                    await self._watch(session)
                except Unreachable:
                    if not session.over:  # else it was cut because its token has ended
                        raise

    async def _watch(self, session: Session) -> None:
        await self._recall(session)
        log.info("watching", mailbox=self.settings.name, folder=self.settings.folders.inbox)
        while not session.over:
            await self.step(session)
            if not self.settled.is_set():
                await session.wait(self._until_search(), self.settled)

    async def step(self, session: Session) -> int:
        """Fetch what is new, put away what is settled. Returns how many mails were kept."""
        full = self._until_search() <= 0
        if full:
            self._searched = time.monotonic()
            session.refused.clear()
        uids = await session.search(1 if full else self._highest + 1)
        kept = await self._keep(session, uids)
        await self._put_away(session)
        if full:
            await self._note_search(session)
        return kept

    def _until_search(self) -> float:
        """Seconds until the next full search (R25)."""
        return self._searched + self.settings.search_seconds - time.monotonic()

    async def _recall(self, session: Session) -> None:
        """Start over when the server's UIDs mean something new (RFC 9051 §2.3.1.1), or are given a second time."""
        self._searched = float("-inf")
        account, folder = self.settings.name, self.settings.folders.inbox

        def open_again(conn: Connection) -> tuple[int | None, int]:
            known, validity = mailboxes.meant(conn, account, folder, session.uidvalidity, session.uidnext)
            if validity != known:
                mailboxes.opened(conn, account, folder, validity)
                inbox.let_go(conn, account, folder, validity)
            return known, validity

        known, validity = await self.database.write(open_again)
        if known not in (None, validity):
            log.warning("the server's UIDs mean something new", mailbox=account, uidvalidity=session.uidvalidity)
        if validity != self._uidvalidity:
            self._highest = 0
        self._uidvalidity = validity

    async def _keep(self, session: Session, uids: list[int]) -> int:
        account, folder, validity = self.settings.name, self.settings.folders.inbox, self._uidvalidity
        known = await self.database.read(lambda conn: inbox.known(conn, account, folder, validity, uids))
        fresh = [uid for uid in uids if uid not in known]
        kept = 0
        async for batch in self._batches(session, fresh):
            now = self.now()
            rows = [
                Kept(account, folder, validity, mail.uid, mail.content, mail.received or now, mail.partial)
                for mail in batch
            ]
            hit("fetched")
            await self.database.write(partial(self._keep_all, rows, now))
            hit("intake-committed")
            kept += len(rows)
            self.arrived.set()
        if uids:
            self._highest = max(self._highest, *uids)
        if kept:
            log.info("kept", mailbox=self.settings.name, mails=kept)
        return kept

    def _keep_all(self, rows: list[Kept], now: datetime, conn: Connection) -> None:
        if self.lease:
            self.lease.fence(conn)
        known = self.knowledge() if self.knowledge else None
        for row in rows:
            place = place_of(conn, row.content, known) if known else Place()
            inbox.keep(conn, replace(row, ahead=place.ahead, points_at=place.points_at), now)
        hit("raw-stored")

    async def _batches(self, session: Session, uids: list[int]) -> AsyncIterator[list[imap.Fetched]]:
        """Fetched mails, a commit's worth at a time: bounded by count and bytes."""
        batch: list[imap.Fetched] = []
        size, most_bytes = 0, self.limits.batch_mb * 1_000_000
        fetched = session.fetch(
            uids,
            max_mails=self.limits.batch_mails,
            max_bytes=most_bytes,
            partial_bytes=self.limits.max_size_mb * 1_000_000,
        )
        async for mail in fetched:
            batch.append(mail)
            size += len(mail.content)
            if len(batch) >= self.limits.batch_mails or size >= most_bytes:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    async def _put_away(self, session: Session) -> None:
        """Move what has its verdict, so many that new mail is looked for soon again: quarantine to the aside folder,
        the rest to the done folder."""
        account, folder, validity = self.settings.name, self.settings.folders.inbox, self._uidvalidity
        self.settled.clear()
        rows = await self.database.read(lambda conn: inbox.to_put_away(conn, account, folder, validity, AWAY))
        for target in (self.settings.folders.done, self.settings.folders.aside):
            ids = {uid: row_id for row_id, uid, verdict in rows if self._folder_for(verdict) == target}
            if ids:
                await self._move(session, ids, target)
        if len(rows) == AWAY:
            self.settled.set()

    def _folder_for(self, verdict: str) -> str:
        return self.settings.folders.aside if verdict == "quarantine" else self.settings.folders.done

    async def _move(self, session: Session, ids: dict[int, int], target: str) -> None:
        if self.lease and not self.lease.sure():
            raise Unreachable(f"another daemon may have taken over: {self.lease.name}")
        hows = await session.put_away(list(ids), target)
        hit("aside-moved" if target == self.settings.folders.aside else "moved")
        now = self.now()

        def note(conn: Connection) -> None:
            for how in set(hows.values()):
                inbox.put_away(conn, [ids[uid] for uid, done in hows.items() if done == how], how, now)

        await self.database.write(note)
        log.info("put away", mailbox=self.settings.name, folder=target, mails=len(hows))

    async def _note_search(self, session: Session) -> None:
        account, folder, validity = self.settings.name, self.settings.folders.inbox, self._uidvalidity
        refused = "; ".join(f"the server does not give mail UID {uid}: {why}" for uid, why in session.refused.items())
        now, why = self.now(), refused[:300]
        await self.database.write(lambda conn: mailboxes.searched(conn, account, folder, validity, now, why))


@asynccontextmanager
async def noting_failure(worker: IntakeWorker) -> AsyncIterator[None]:
    """Store since when a mailbox fails, for `status` and the digest."""
    account, folder = worker.settings.name, worker.settings.folders.inbox
    try:
        yield
    except Exception as error:
        now, why = worker.now(), str(error)[:300]
        await worker.database.write(lambda conn: mailboxes.failed(conn, account, folder, why, now))
        raise
