"""A name -> that defect, put into the supportbot of this process: what the oracle must catch (reliability.md §4.2).

The only module here that touches supportbot. Each defect is one that a mail system has had.
"""

import smtplib
import ssl
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from supportbot import app
from supportbot.calendar import Calendar
from supportbot.channels import smtp
from supportbot.channels.imap_connection import Connection
from supportbot.channels.imap_session import Session
from supportbot.store import database, inbox, outbox, tables, tickets
from supportbot.tickets import verdict
from supportbot.tickets.retry import Refused, TryAgain
from supportbot.tickets.verdict import Judged
from supportbot.workers import delivery, lease, settle, triage
from supportbot.workers.intake import IntakeWorker


def put_in(name: str) -> None:
    DEFECTS[name]()


def _send_at_once(recipient: str, content: bytes) -> None:
    folder = Path(sys.argv[sys.argv.index("--config") + 1]).parent
    settings = tomllib.loads((folder / "config.toml").read_text())["smtp"]
    with smtplib.SMTP(settings["host"], settings["port"]) as relay:
        relay.starttls(context=ssl.create_default_context(cafile=settings["ca_file"]))
        relay.login(settings["user"], (folder / "smtp.txt").read_text())
        relay.sendmail("", [recipient], content)


def acknowledged_before_commit() -> None:
    add = outbox.add

    def eager(conn: Any, mail: Any, now: datetime, proven: bool | None = None) -> bool:
        added = add(conn, mail, now, proven)
        if mail.kind == "ack":
            _send_at_once(mail.recipient, mail.content)
            conn.execute(tables.outbox.update().where(tables.outbox.c.key == mail.key).values(state="sent"))
        return added

    outbox.add = eager


def moved_before_commit() -> None:
    batches = IntakeWorker._batches

    async def hasty(self: IntakeWorker, session: Session, uids: list[int]) -> Any:
        async for batch in batches(self, session, uids):
            await session.put_away([mail.uid for mail in batch], self.settings.folders.done)
            yield batch

    IntakeWorker._batches = hasty  # type: ignore[method-assign]


def doubles_by_message_id() -> None:
    claims = settle._claims

    def trusting(conn: Any, waiting: Any, mail: Any, known: Any) -> Any:
        found = conn.scalar(select(tables.tickets.c.number).where(tables.tickets.c.message_id == mail.message_id))
        told = claims(conn, waiting, mail, known)
        return replace(told, earlier_copy=found) if found else told

    settle._claims = trusting


def sequence_numbers() -> None:
    run = Connection.run

    async def counting(self: Connection, name: str, *args: str, uid: bool = False, **more: Any) -> Any:
        return await run(self, name, *args, uid=uid and name != "FETCH", **more)

    Connection.run = counting  # type: ignore[method-assign]


def unseen_only() -> None:
    async def search(self: Session, since_uid: int = 1) -> list[int]:
        self._connection.protocol.news.clear()
        return await self._search(f"UNSEEN UID {since_uid}:*")

    Session.search = search  # type: ignore[method-assign]


def new_id_for_each_try() -> None:
    send, tried = smtp.Relay.send, set()

    async def fresh(self: smtp.Relay, recipient: str, content: bytes, *more: Any) -> Any:
        again = content in tried
        tried.add(content)
        if again:
            head, _, rest = content.partition(b"Message-ID: ")
            content = head + b"Message-ID: " + make_msgid().encode() + rest[rest.index(b"\r\n") :]
        return await send(self, recipient, content, *more)

    smtp.Relay.send = fresh  # type: ignore[method-assign]


def no_lock() -> None:
    database.SqliteDatabase.occupy = lambda self, name: None  # type: ignore[method-assign]


def refusals_are_tried_again() -> None:
    what_next = delivery.what_next

    def stubborn(kind: Any, outcome: Any, attempt: int, unknowns: int, created: datetime, now: datetime) -> Any:
        if isinstance(outcome, Refused):
            return TryAgain(now + timedelta(seconds=1))
        return what_next(kind, outcome, attempt, unknowns, created, now)

    delivery.what_next = stubborn


def dropped_without_sender() -> None:
    judge = verdict.judge

    def careless(mail: Any, decision: Any, claims: Any) -> Judged:
        return judge(mail, decision, claims) if mail.sender else Judged("ignore", "nobody wrote it")

    verdict.judge = careless


def naive_local_time() -> None:
    next_due = Calendar.next_due

    def naive(self: Calendar, after: datetime, at: Any) -> datetime:
        return next_due(self, after, at).replace(tzinfo=None).astimezone()

    Calendar.next_due = naive  # type: ignore[method-assign]


def trouble_in_reading_swallowed() -> None:
    settle_one = triage.TriageWorker._settle

    async def silent(self: Any, row: Any, answer: Any, known: Any) -> None:
        if not getattr(answer, "mail", None) or answer.mail.oddities:
            now = self.now()
            await self.database.write(lambda conn: inbox.finish(conn, row.id, "ignore", "unreadable", None, now))
            return
        await settle_one(self, row, answer, known)

    triage.TriageWorker._settle = silent  # type: ignore[method-assign]


def transaction_in_two() -> None:
    apply = tickets.apply

    def halved(conn: Any, plan: Any, is_new: bool) -> None:
        apply(conn, plan, is_new)
        for statement in ("RELEASE alone", "COMMIT", "BEGIN IMMEDIATE", "SAVEPOINT alone"):
            conn.execute(text(statement))

    tickets.apply = halved


def brief_leases() -> None:
    """No defect: leases that end sooner, so that a test of many takeovers takes minutes and not hours."""

    class Brief(lease.Lease):
        def __init__(self, database: Any, name: str, holder: str) -> None:
            super().__init__(database, name, holder, seconds=4.0, every=1.0, margin=0.5)

    app.Lease = Brief  # type: ignore[misc]


DEFECTS: dict[str, Callable[[], None]] = {
    "acknowledged-before-commit": acknowledged_before_commit,
    "moved-before-commit": moved_before_commit,
    "doubles-by-message-id": doubles_by_message_id,
    "sequence-numbers": sequence_numbers,
    "unseen-only": unseen_only,
    "new-id-for-each-try": new_id_for_each_try,
    "no-lock": no_lock,
    "refusals-are-tried-again": refusals_are_tried_again,
    "dropped-without-sender": dropped_without_sender,
    "naive-local-time": naive_local_time,
    "trouble-in-reading-swallowed": trouble_in_reading_swallowed,
    "transaction-in-two": transaction_in_two,
    "brief-leases": brief_leases,
}
