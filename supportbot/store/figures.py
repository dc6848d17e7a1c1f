"""What is in the database -> the figures of `/metrics`, and the mails that wait to leave.

The trap: a page that is asked for every few seconds must not read what grows: only rows that wait or failed are
counted, each by an index, and none is loaded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, literal_column, or_, select

from supportbot.store import alarms, inbox, mailboxes, reloads, tables
from supportbot.store.alarms import Look
from supportbot.store.mailboxes import MailboxState
from supportbot.store.reloads import Reload

AGES = {"under_5m": timedelta(minutes=5), "under_1h": timedelta(hours=1), "under_1d": timedelta(days=1)}
"""Classes of the age of a letter that waits; beyond them, OLDEST."""
OLDEST = "over_1d"
NEWEST_ROWS = 500
"""Among so many rows the last one that left is looked for."""

T = tables.outbox
_WAITS = T.c.state.in_(("queued", "sending"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters that were tried in vain, or wait for longer than they should."""

    letters: int
    since: datetime | None
    because: str
    """What the relay said to the oldest."""
    nothing_leaves: bool
    """No letter has left since the oldest began to wait: the relay, not one recipient."""


@dataclass(frozen=True, slots=True)
class Figures:
    letters: tuple[tuple[str, str, int], ...]
    """(state, kind, how many), of those that have not left."""
    by_age: dict[str, int]
    oldest_letter: datetime | None
    unread: int
    """Mails without a verdict."""
    oldest_unread: datetime | None
    set_aside: int
    open_tickets: int
    open_urgent: int
    mailboxes: tuple[MailboxState, ...]
    reload: Reload | None
    look: Look


def read(conn: Connection, now: datetime) -> Figures:
    unread, oldest_unread = inbox.waiting(conn)
    return Figures(
        letters=_letters(conn),
        by_age=_by_age(conn, now),
        oldest_letter=conn.scalar(select(func.min(T.c.since)).where(_WAITS)),
        unread=unread,
        oldest_unread=oldest_unread,
        set_aside=_count(conn, tables.inbox.c.verdict == literal_column("'quarantine'")),
        open_tickets=_count(conn, tables.tickets.c.is_open.is_(True)),
        open_urgent=_count(conn, tables.tickets.c.urgent.is_(True), tables.tickets.c.is_open.is_(True)),
        mailboxes=mailboxes.everyone(conn),
        reload=reloads.last(conn),
        look=alarms.last(conn),
    )


def waiting(conn: Connection, now: datetime, patience: timedelta) -> Waiting:
    """Letters that wait although they were tried, or were due `patience` ago and not even tried."""
    late = _WAITS & or_(T.c.reason != "", T.c.due <= now - patience)
    letters, since = conn.execute(select(func.count(), func.min(T.c.since)).where(late)).one()
    if since is None:
        return Waiting(0, None, "", False)
    because = conn.scalar(select(T.c.reason).where(late).order_by(T.c.since, T.c.id).limit(1)) or ""
    newest = select(T.c.finished, T.c.state).order_by(T.c.id.desc()).limit(NEWEST_ROWS).subquery()
    left = conn.scalar(select(func.max(newest.c.finished)).where(newest.c.state == "sent"))
    return Waiting(letters, since, because, left is None or left < since)


def _letters(conn: Connection) -> tuple[tuple[str, str, int], ...]:
    counted = select(T.c.state, T.c.kind, func.count()).where(T.c.state.in_(("queued", "sending", "gave_up")))
    return tuple((row[0], row[1], row[2]) for row in conn.execute(counted.group_by(T.c.state, T.c.kind)))


def _by_age(conn: Connection, now: datetime) -> dict[str, int]:
    age = case(*((T.c.since > now - limit, name) for name, limit in AGES.items()), else_=OLDEST)
    found = conn.execute(select(age.label("age"), func.count()).where(_WAITS).group_by("age"))
    return dict.fromkeys((*AGES, OLDEST), 0) | {row[0]: row[1] for row in found}


def _count(conn: Connection, *where: object) -> int:
    return conn.scalar(select(func.count()).where(*where)) or 0  # type: ignore[arg-type]
