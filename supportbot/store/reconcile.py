"""All mails of each mailbox -> what became of them, counted from what is really there; rows held against a folder.

A mail counts as ticket or follow-up where it stands in its ticket, once: not where its verdict only says so. The rows
are read page by page, each page in one moment's state: a million mails need no more memory than a thousand. The trap:
texts that retention or an erasure removed are gone on purpose, and their mails count by their verdict.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from supportbot.store import tables
from supportbot.tickets.digest import shortened
from supportbot.tickets.digest_values import Seen

I, T, A = tables.inbox, tables.tickets, tables.articles  # noqa: E741
PAGE = 1000
CLOCKS = timedelta(days=1)
"""How far the server's clock may differ from ours."""
MOST = 1000
"""Mails of one kind that are named; all are counted."""
_UNREAD = I.c.finished.is_(None)
_TICKETED = I.c.verdict.in_(("ticket", "follow-up"))


@dataclass(frozen=True, slots=True)
class Named:
    """A mail that a person should be able to find."""

    id: int
    folder: str
    uid: int
    received: datetime
    why: str
    """What it waits for, or what its verdict says and is not so."""


@dataclass(slots=True)
class Account:
    """The mails of one mailbox, added up."""

    seen: Counter[Seen] = field(default_factory=Counter)
    waiting: list[Named] = field(default_factory=list)
    missing: list[Named] = field(default_factory=list)
    put_away: int = 0
    """Moved or copied into the folders done and aside."""

    def rows(self) -> tuple[Seen, ...]:
        return tuple(Seen(one.verdict, one.reason, count, one.mailbox, one.missing) for one, count in self.seen.items())


@dataclass(slots=True)
class Accounts:
    """By mailbox, as far as the rows have been read."""

    by_name: dict[str, Account] = field(default_factory=dict)
    after: int | None = 0
    """The id to go on after; None: all have been read."""


def _stands_in_its_ticket() -> Any:
    """Once, and of a ticket that no other mail has opened."""
    here = select(func.count()).where(A.c.ticket == I.c.ticket, A.c.inbox_id == I.c.id).scalar_subquery()
    other = I.alias("other")
    opened_by_another = exists(
        select(A.c.id)
        .join(other, other.c.id == A.c.inbox_id)
        .where(
            A.c.ticket == I.c.ticket, other.c.id != I.c.id, other.c.verdict == "ticket", other.c.ticket == I.c.ticket
        )
    )
    once = and_(here == 1, or_(I.c.verdict != "ticket", ~opened_by_another))
    blanked = or_(T.c.erased.is_not(None), I.c.erased.is_not(None))
    return and_(T.c.number.is_not(None), or_(blanked, once))


_WANTED = select(
    I.c.id,
    I.c.account,
    I.c.folder,
    I.c.uid,
    I.c.received,
    I.c.state,
    I.c.strikes,
    I.c.verdict,
    I.c.reason,
    I.c.ticket,
    I.c.on_server,
    case((_TICKETED, _stands_in_its_ticket()), else_=True).label("is_there"),
).outerjoin_from(I, T, T.c.number == I.c.ticket)


def read_on(conn: Connection, accounts: Accounts, since: datetime | None = None) -> Accounts:
    """The accounts with the next page of mails (kept since then) added."""
    assert accounts.after is not None
    wanted = _WANTED.where(I.c.id > accounts.after).order_by(I.c.id).limit(PAGE)
    if since is not None:
        wanted = wanted.where(I.c.kept >= since)
    rows = conn.execute(wanted).all()
    by_name = dict(accounts.by_name)
    for row in rows:
        _add(by_name.setdefault(row.account, Account()), row)
    return Accounts(by_name, rows[-1].id if len(rows) == PAGE else None)


def _add(account: Account, row: Any) -> None:
    missing = row.verdict is not None and not row.is_there
    account.seen[Seen(row.verdict, shortened(row.verdict, row.reason), 0, row.account, missing)] += 1
    account.put_away += row.on_server in ("moved", "copied")
    if row.verdict is None and len(account.waiting) < MOST:
        strikes = f", {row.strikes} strikes: {row.reason}" if row.strikes else ""
        account.waiting.append(Named(row.id, row.folder, row.uid, row.received, f"{row.state}{strikes}"))
    if missing and len(account.missing) < MOST:
        why = f"verdict {row.verdict}, but it does not stand in ticket {row.ticket}, or not alone"
        account.missing.append(Named(row.id, row.folder, row.uid, row.received, why))


def seen_since(conn: Connection, since: datetime) -> tuple[Seen, ...]:
    """Of the mails kept since then, how many of each verdict and reason, by mailbox: for the digest."""
    # Plain min(id) would have SQLite walk from the first mail ever kept to the first of these.
    first = conn.scalar(select(func.min(I.c.id + 0)).where(I.c.kept >= since))
    if first is None:
        return ()
    accounts = Accounts(after=first - 1)
    while accounts.after is not None:
        accounts = read_on(conn, accounts, since)
    return tuple(seen for _, account in sorted(accounts.by_name.items()) for seen in account.rows())


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of a folder that do not agree with what lies in it."""

    not_stored: tuple[int, ...]
    """UIDs in the folder that have no row."""
    still_there: tuple[Named, ...]
    """In the folder, although they were put away."""
    to_put_away: tuple[Named, ...]
    """In the folder, although they have their verdict."""
    not_there: tuple[Named, ...]
    """Not in the folder, although they were not put away."""


def hold(conn: Connection, account: str, folder: str, uidvalidity: int, uids: Iterable[int]) -> Held:
    """The rows of a folder against the UIDs that lie in it, in one moment's state."""
    lying = set(uids)
    place = (I.c.account == account, I.c.folder == folder, I.c.uidvalidity == uidvalidity)
    columns = (I.c.id, I.c.folder, I.c.uid, I.c.received, I.c.on_server)
    known: dict[int, Any] = {}
    wanted = sorted(lying)
    for start in range(0, len(wanted), PAGE):
        some = select(*columns).where(*place, I.c.uid.in_(wanted[start : start + PAGE]))
        known.update((row.uid, row) for row in conn.execute(some))
    there = [known[uid] for uid in wanted if uid in known]
    open_rows = conn.execute(select(*columns).where(*place, or_(I.c.on_server == "settled", _UNREAD)))
    return Held(
        not_stored=tuple(uid for uid in wanted if uid not in known),
        still_there=_named(row for row in there if row.on_server in ("moved", "copied", "gone")),
        to_put_away=_named(row for row in there if row.on_server == "settled"),
        not_there=_named(row for row in open_rows if row.uid not in lying),
    )


def received_since(conn: Connection, account: str, since: datetime) -> Counter[int]:
    """How many mails the server got in which second (of the epoch), of those kept since then."""
    wanted = select(I.c.received).where(I.c.account == account, I.c.kept >= since - CLOCKS)
    return Counter(int(received.timestamp()) for received in conn.scalars(wanted))


def is_stored(conn: Connection, account: str, content_hash: str) -> bool:
    """Whether a mail with these bytes below the trace headers came, whatever became of it."""
    wanted = select(I.c.id).where(I.c.content_hash == content_hash, I.c.account == account).limit(1)
    return conn.scalar(wanted) is not None


def _named(rows: Iterable[Any]) -> tuple[Named, ...]:
    return tuple(Named(row.id, row.folder, row.uid, row.received, row.on_server) for row in rows)
