"""How reading each folder of each IMAP account goes: UIDVALIDITY, last full search, since when it fails and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from supportbot.store import inbox, tables
from supportbot.store.sql import upsert
from supportbot.tickets.faults import Unwell, unwell

T = tables.mailboxes


@dataclass(frozen=True, slots=True)
class MailboxState:
    name: str
    """The account: `name` of a [[mailbox]] of the config."""
    folder: str
    uidvalidity: int | None
    last_search: datetime | None
    failing_since: datetime | None
    error: str
    """What the last failure was; it stays after things are well again."""

    def unwell(self, every: timedelta, now: datetime) -> Unwell | None:
        """Whether it is well (None), when it is to be searched so often."""
        return unwell(self.last_search, self.failing_since, self.error, every, now)


def unread(name: str, folder: str) -> MailboxState:
    """One of the config that no daemon has read yet."""
    return MailboxState(name, folder, None, None, None, "")


EPOCH = 1 << 32
"""One above the highest UIDVALIDITY (RFC 9051 §2.3.1.1): what is stored counts, above it, how often UIDs began anew."""


def meaning(known: int | None, highest: int | None, uidvalidity: int, uidnext: int | None) -> int:
    """What UIDs are to be kept under: UIDVALIDITY, and how often it, or the server's count, has begun anew. Pure.

    `known`: what they were kept under; `highest`: the highest UID that was. The trap: a server that was restored from
    a backup gives UIDs a second time under the same UIDVALIDITY; its UIDNEXT then lies below what it gave before.
    """
    if known is None:
        return uidvalidity
    restored = uidnext is not None and highest is not None and uidnext <= highest
    if known % EPOCH == uidvalidity and not restored:
        return known
    return (known // EPOCH + 1) * EPOCH + uidvalidity


def meant(conn: Connection, account: str, folder: str, uidvalidity: int, uidnext: int | None) -> tuple[int | None, int]:
    """What the UIDs of a folder were kept under (None: never read), and what they are to be kept under now."""
    state = find(conn, account, folder)
    known = state.uidvalidity if state else None
    highest = inbox.highest(conn, account, folder, known) if known is not None else None
    return known, meaning(known, highest, uidvalidity, uidnext)


def opened(conn: Connection, account: str, folder: str, uidvalidity: int) -> None:
    """From now on UIDs are kept under this. Stored before the first mail is, so that it holds after a crash."""
    row = {"account": account, "folder": folder, "uidvalidity": uidvalidity, "last_error": ""}
    upsert(conn, T, row, {"uidvalidity": uidvalidity})


def searched(conn: Connection, account: str, folder: str, uidvalidity: int, now: datetime, refused: str = "") -> None:
    """The folder was read: whatever failed is well again, but for mails that the server refused to give."""
    read = {"uidvalidity": uidvalidity, "last_search": now}
    row = {"account": account, "folder": folder, **read, "failing_since": now if refused else None}
    still = func.coalesce(T.c.failing_since, now) if refused else None
    told = {"last_error": refused} if refused else {}
    upsert(conn, T, {**row, "last_error": refused}, {**read, "failing_since": still, **told})


def failed(conn: Connection, account: str, folder: str, why: str, now: datetime) -> None:
    """Reading the folder failed. `failing_since` keeps the first time in a row."""
    row = {"account": account, "folder": folder, "failing_since": now, "last_error": why}
    upsert(conn, T, row, {"failing_since": func.coalesce(T.c.failing_since, now), "last_error": why})


def find(conn: Connection, account: str, folder: str) -> MailboxState | None:
    row = conn.execute(_ALL.where(T.c.account == account, T.c.folder == folder)).one_or_none()
    return MailboxState(*row) if row else None


def everyone(conn: Connection) -> tuple[MailboxState, ...]:
    return tuple(MailboxState(*row) for row in conn.execute(_ALL.order_by(T.c.account, T.c.folder)))


_ALL = select(T.c.account, T.c.folder, T.c.uidvalidity, T.c.last_search, T.c.failing_since, T.c.last_error)
