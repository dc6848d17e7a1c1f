"""How reading each folder of each IMAP account goes: UIDVALIDITY, last full search, since when it fails and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from supportbot.store import tables
from supportbot.store.sql import upsert

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
