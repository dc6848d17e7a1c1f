"""All that waits for a person -> the input of the digest."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from supportbot.mail.clean import clean_line
from supportbot.store import inbox, mailboxes, outbox, reconcile, reloads, retention, tables, tickets
from supportbot.store.inbox import InboxRow
from supportbot.tickets.digest import DigestInput, SetAside, Undelivered
from supportbot.tickets.faults import Fault

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOST_NEWEST = 500
"""So many tickets' new mails are read, the oldest tickets' first: more than a digest has lines for."""


def digest_input(conn: Connection, now: datetime) -> DigestInput:
    """Tickets, mails set aside, dead letters and troubles of this moment; mails counted since the last digest."""
    since = _last_digest(conn) or now - DAY
    waiting = tickets.open_tickets(conn)
    return DigestInput(
        tickets=waiting,
        newest=tickets.unread_words(conn, waiting, MOST_NEWEST),
        set_aside=_as_told(inbox.quarantined(conn)),
        left_alone=_as_told(inbox.left_alone(conn, since)),
        undelivered=tuple(
            Undelivered(row.id, row.kind, row.ticket, row.recipient, row.bounce or row.reason)
            for row in outbox.undelivered(conn, now - WEEK)
        ),
        seen=reconcile.seen_since(conn, since),
        since=since,
        removed=tuple(retention.removed(conn, since).items()),
        troubles=tuple(_troubles(conn)),
    )


def _as_told(rows: Iterable[InboxRow]) -> tuple[SetAside, ...]:
    return tuple(SetAside(row.id, row.received, row.reason, row.sender, row.subject) for row in rows)


def _troubles(conn: Connection) -> Iterator[Fault]:
    reload = reloads.last(conn)
    if reload and reload.failing_since:
        yield Fault("rules", reload.failing_since, clean_line(reload.problems[0], 200))
    for box in mailboxes.everyone(conn):
        if box.failing_since:
            yield Fault("mailbox", box.failing_since, clean_line(box.error, 200), f"{box.name} ({box.folder})")


def _last_digest(conn: Connection) -> datetime | None:
    rows = tables.outbox
    last: datetime | None = conn.scalar(select(func.max(rows.c.created)).where(rows.c.kind == "digest"))
    return last
