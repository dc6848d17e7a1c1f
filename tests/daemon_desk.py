"""A whole desk for tests: real Dovecot, real SMTP sink, a folder made by `init`'s parts, the daemon in this loop.

async with running(folder, dovecot, sink, user) as daemon:
    daemon.deliver(mail)
    await daemon.until(lambda: daemon.sent("ack:"))
"""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zlib import crc32

from desk_text import ADDRESS, FILES, PASSWORD, SERVED, SQLITE
from servers.dovecot import Dovecot
from servers.smtp_sink import Received, SmtpSink

from supportbot import app, folders
from supportbot.app import Desk
from supportbot.config_file import load
from supportbot.store import inbox, outbox, tickets
from supportbot.store import registry as stored_registry
from supportbot.store.database import Database
from supportbot.tickets.ticket import Ticket
from supportbot.triage import registry

SHORT = "timeout_seconds = 5"


@dataclass(slots=True)
class Clock:
    """A wall clock that runs, and can be put forward."""

    ahead: Any = None

    def __call__(self) -> datetime:
        now = datetime.now(UTC)
        return now + self.ahead if self.ahead else now


@dataclass(slots=True, repr=False)
class Daemon:
    desk: Desk
    dovecot: Dovecot
    sink: SmtpSink
    user: str
    clock: Clock
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, *contents: bytes) -> None:
        self.dovecot.deliver(self.user, contents)

    async def until(self, holds: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
        """Wait until `holds()` is true; fail after `seconds`."""
        for _ in range(int(seconds / 0.05)):
            if result := holds():
                return result
            await asyncio.sleep(0.05)
        raise AssertionError(
            f"not within {seconds} s: {what or holds}; sent: {[m.recipients for m in self.sink.accepted]}"
        )

    async def verdicts(self) -> dict[str, int]:
        rows = await self.desk.database.read(lambda conn: inbox.counts(conn, datetime(2000, 1, 1, tzinfo=UTC)))
        totals: dict[str, int] = {}
        for verdict, _, number in rows:
            totals[verdict or "waiting"] = totals.get(verdict or "waiting", 0) + number
        return totals

    async def settled(self, count: int, seconds: float = 60) -> dict[str, int]:
        """Wait until `count` mails have their verdict, and nothing waits to be sent."""
        for _ in range(int(seconds / 0.05)):
            verdicts = await self.verdicts()
            states = await self.desk.database.read(outbox.counts)
            waiting = states.get("queued", 0) + states.get("sending", 0)
            if sum(n for v, n in verdicts.items() if v != "waiting") >= count and not waiting:
                return verdicts
            await asyncio.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {count} settled; {verdicts}, outbox {states}")

    async def put_away(self, folder: str, count: int, seconds: float = 60) -> None:
        await self.until(
            lambda: self.dovecot.folders(self.user).get(folder, 0) == count, seconds, f"{count} in {folder}"
        )

    async def tickets(self) -> list[Ticket]:
        found = await self.desk.database.read(lambda conn: tickets.listing(conn, status="all", limit=1000))
        return sorted(found, key=lambda ticket: ticket.number)

    def sent_to(self, address: str) -> list[Received]:
        return [mail for mail in self.sink.accepted if mail.recipients == [address]]


@asynccontextmanager
async def running(
    folder: Path,
    dovecot: Dovecot,
    sink: SmtpSink,
    user: str,
    mailbox: str = SHORT,
    more: str = "",
    tick: float = 0.1,
    url: str = SQLITE,
) -> AsyncIterator[Daemon]:
    """The daemon over real servers, until the end of the context."""
    await make_desk(folder, dovecot, sink, user, mailbox, more, url)
    clock = Clock()
    async with app.open_desk(load(folder / "config.toml"), clock) as desk:
        daemon = Daemon(desk, dovecot, sink, user, clock)
        task = asyncio.create_task(app.run(desk, daemon.stop, tick_seconds=tick))
        try:
            yield daemon
        finally:
            daemon.stop.set()
            async with asyncio.timeout(15):
                await task


async def make_desk(
    folder: Path, dovecot: Dovecot, sink: SmtpSink, user: str, mailbox: str = SHORT, more: str = "", url: str = SQLITE
) -> None:
    """A folder with config, secrets and an imported registry. Does nothing where there is one already."""
    if (folder / "config.toml").exists():
        return
    folder.mkdir(exist_ok=True)
    (folder / "secret.key").write_text("0123456789abcdef" * 4)
    (folder / "imap.txt").write_text(PASSWORD)
    (folder / "smtp.txt").write_text("geheim")
    text = SERVED.format(
        address=ADDRESS,
        final_reply=5,
        rules=folders.shipped("rules"),
        imap_port=dovecot.tls_port,
        smtp_port=sink.port,
        ca=dovecot.certificate.ca_file,
        user=user,
        mailbox=mailbox,
        more=more,
        url=url,
    )
    (folder / "config.toml").write_text(text)
    database = await Database.open(load(folder / "config.toml").database.url, folder)
    await database.write(lambda conn: stored_registry.replace(conn, registry.read(FILES)))
    await database.close()


def mail(
    text: str,
    sender: str = "Eva Dahl <eva@bagarstugan.example>",
    subject: str = "Fel på telefonen",
    message_id: str = "",
    **headers: str,
) -> bytes:
    """A plain mail to the desk, as a client sends it."""
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, ADDRESS, subject
    message["Message-ID"] = message_id or f"<{crc32(f'{text}{sender}{subject}'.encode())}@kund.example>"
    message["Date"] = "Wed, 25 Nov 2026 09:14:00 +0100"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def parsed(received: Received) -> EmailMessage:
    """A mail of ours as its receiver's program reads it, strictly: no defects anywhere."""
    message = email.message_from_bytes(received.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def body(received: Received, kind: str = "plain") -> str:
    part = parsed(received).get_body((kind,))
    assert part is not None
    return str(part.get_content())
