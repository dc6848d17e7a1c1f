"""Mails that wait -> a reader's claim of some of them, given up or counted as a strike.

A row goes new -> reading -> done (`inbox.finish`); a claim whose lease ran out counts as new. The trap: while a reader
has a mail that points at a ticket, no other may have a later one of that ticket, or articles would stand in it in
another order than they came in (O0).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update

from supportbot.store import contents, leases, tables
from supportbot.store.inbox import set_aside
from supportbot.store.sql import take_turns

T, C = tables.inbox, tables.contents


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that has been claimed for reading."""

    id: int
    account: str
    content: bytes
    sha256: str
    content_hash: str
    received: datetime
    size: int
    strikes: int
    partial: bool
    points_at: int | None


_UNREAD = T.c.finished.is_(None)
_EXPIRE = (
    update(T)
    .where(_UNREAD, T.c.state == "reading", T.c.lease_until < bindparam("now"))
    .values(state="new", lease_until=None)
)
_E = T.alias("earlier")
_EARLIER_OF_ITS_TICKET = exists().where(
    _E.c.finished.is_(None), _E.c.points_at == T.c.points_at, _E.c.state == "reading", _E.c.id < T.c.id
)
_CLAIMED = [T.c[name] for name in Waiting.__dataclass_fields__ if name != "content"]
_OLDEST = (
    select(*_CLAIMED, C.c.content)
    .outerjoin_from(T, C, T.c.sha256 == C.c.sha256)
    .where(_UNREAD, T.c.state == "new", T.c.ahead == bindparam("is_ahead"), ~_EARLIER_OF_ITS_TICKET)
    .order_by(T.c.id)
    .limit(bindparam("most"))
)
_CLAIMS = 0x1C3_0002
"""PostgreSQL's advisory lock for claims: any number that only we use."""
_SHARE = 0.8
"""Of a claim, for mails that go ahead: the others are never left waiting for good."""


_LEFT_BY_THE_DEAD = (
    update(T)
    .where(_UNREAD, T.c.state == "reading", leases.is_gone(T.c.holder))
    .values(state="new", lease_until=None, holder=None)
)


def _left_by_us(mine: Collection[int], holder: str | None) -> Any:
    """Claimed, and yet not at work: the answer to the claim was lost, or what should have come of it."""
    ours = [T.c.holder == holder] if holder else []
    left = update(T).where(_UNREAD, T.c.state == "reading", T.c.id.not_in(mine), *ours)
    return left.values(state="new", lease_until=None, holder=None)


def claim(
    conn: Connection,
    limit: int,
    now: datetime,
    lease: timedelta,
    max_bytes: int,
    holder: str | None = None,
    mine: Collection[int] | None = None,
) -> list[Waiting]:
    """The oldest mails that wait, for this reader alone until the lease ends; `max_bytes` in all, but at least one.

    Those that go ahead first, and in what room is left (a fifth, if `limit` is above 1) the others.
    `holder`: this daemon, where there are several: what a dead one had claimed waits again. `mine`: what this daemon is
    at (None: not known); all else that it had claimed waits again, too.
    """
    take_turns(conn, _CLAIMS)  # two at once would each see the other's mails as free
    not_mine = T.c.id.not_in(mine or ())
    conn.execute(_EXPIRE.where(not_mine), {"now": now})
    if mine is not None:
        conn.execute(_left_by_us(mine, holder))
    if holder:
        conn.execute(_LEFT_BY_THE_DEAD.where(not_mine))
    rows: list[Any] = []
    size = 0
    for row in _first(conn, limit):
        size += row.size
        if rows and size > max_bytes:
            break
        rows.append(row)
    if rows:
        taken = update(T).where(T.c.id.in_([row.id for row in rows]))
        conn.execute(taken.values(state="reading", lease_until=now + lease, holder=holder))
    claimed = (_waiting(conn, row, now) for row in rows)
    return [waiting for waiting in claimed if waiting is not None]


def _first(conn: Connection, limit: int) -> list[Any]:
    ahead = conn.execute(_OLDEST, {"most": max(1, int(limit * _SHARE)), "is_ahead": True}).all()
    room = limit - len(ahead)
    return [*ahead, *(conn.execute(_OLDEST, {"most": room, "is_ahead": False}) if room else ())]


def _waiting(conn: Connection, row: Any, now: datetime) -> Waiting | None:
    try:
        content = row.content if row.content is not None else contents.get(conn, row.sha256)
    except LookupError as error:  # it must not block the others, and a person must see it
        set_aside(conn, row.id, str(error), now)
        return None
    return Waiting(**{column.name: row._mapping[column.name] for column in _CLAIMED}, content=content)


def release(conn: Connection, now: datetime, strike: bool = False) -> int:
    """At a daemon's start: what is being read waits again. Returns how many mails.

    On SQLite there is no other daemon; on PostgreSQL others may be reading, so only leases that ran out are released.
    """
    cut_off = [_UNREAD, T.c.state == "reading"]
    if conn.dialect.name != "sqlite":
        cut_off.append(T.c.lease_until < now)
    changed = {"state": "new", "lease_until": None, "strikes": T.c.strikes + (1 if strike else 0)}
    return conn.execute(update(T).where(*cut_off).values(changed)).rowcount


def strike(conn: Connection, mail: int, why: str, now: datetime) -> int:
    """The mail harmed its reader: count it, let it wait again. Returns its strikes; 0 where it has its verdict."""
    changed = {"state": "new", "lease_until": None, "strikes": T.c.strikes + 1, "reason": why}
    counted = update(T).where(T.c.id == mail, T.c.state != "done").values(changed).returning(T.c.strikes)
    return conn.scalar(counted) or 0
