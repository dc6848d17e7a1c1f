"""Which daemon does what only one may do (read a mailbox), and which daemons live: leases with a fencing token.

Time is the database's, so that the machines' clocks need not agree. The trap: a daemon that was stopped and wakes still
believes that the lease is its own. So what relies on it calls `demand` in its own transaction: every new owner has a
new token, and an old one is refused.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, delete, func, select, update

from supportbot.errors import Unreachable
from supportbot.store import tables
from supportbot.store.sql import insert_once

T = tables.leases
DAEMON, MAILBOX = "daemon ", "mailbox "
"""How the leases are named by which a daemon lives, and reads a mailbox."""


def take(conn: Connection, name: str, holder: str, seconds: float) -> int | None:
    """The token of the lease, for `seconds` from now; None while another holder has it."""
    now = _moment(conn)
    until = now + timedelta(seconds=seconds)
    if insert_once(conn, T, {"name": name, "holder": holder, "token": 1, "until": until}):
        return 1
    free = update(T).where(T.c.name == name, (T.c.until < now) | (T.c.holder == holder))
    token: int | None = conn.scalar(free.values(holder=holder, token=T.c.token + 1, until=until).returning(T.c.token))
    return token


def renew(conn: Connection, name: str, token: int, seconds: float) -> bool:
    """Prolong it; False where it has gone to another holder."""
    until = _moment(conn) + timedelta(seconds=seconds)
    return conn.execute(update(T).where(T.c.name == name, T.c.token == token).values(until=until)).rowcount == 1


def demand(conn: Connection, name: str, token: int) -> None:
    """The fence: until this transaction ends nobody else can take the lease. Raises Unreachable where somebody has."""
    found = conn.scalar(select(T.c.token).where(T.c.name == name).with_for_update(read=True))
    if found != token:
        raise Unreachable(f"another daemon has taken over: {name}")


def give_back(conn: Connection, name: str, token: int) -> None:
    """Others need not wait until it ends. No-op where it has gone to another holder."""
    ended = _moment(conn) - timedelta(seconds=1)
    conn.execute(update(T).where(T.c.name == name, T.c.token == token).values(until=ended))


def forget(conn: Connection, prefix: str, days: int) -> None:
    """Remove the leases that begin with `prefix` and ended so many days ago: of daemons that are no more."""
    old = _moment(conn) - timedelta(days=days)
    conn.execute(delete(T).where(T.c.name.startswith(prefix, autoescape=True), T.c.until < old))


def everyone(conn: Connection) -> list[tuple[str, str, bool]]:
    """(name, holder, whether it still holds) of all, by name."""
    now = _moment(conn)
    found = conn.execute(select(T.c.name, T.c.holder, case((T.c.until > now, 1), else_=0)).order_by(T.c.name))
    return [(row[0], row[1], bool(row[2])) for row in found]


def holders(conn: Connection, what: str) -> dict[str, str]:
    """Of the leases that begin with `what` and hold: the rest of the name, and who has it."""
    return {
        name.removeprefix(what): holder for name, holder, holds in everyone(conn) if holds and name.startswith(what)
    }


def is_gone(holder: ColumnElement[str | None]) -> ColumnElement[bool]:
    """For claims on PostgreSQL: that the daemon in this column lives no more (no holder: nobody knows, so no)."""
    lives = select(T.c.name).where(T.c.holder == holder, T.c.until > func.clock_timestamp())
    return holder.is_not(None) & ~lives.exists()


def _moment(conn: Connection) -> datetime:
    if conn.dialect.name == "postgresql":
        moment: datetime | None = conn.scalar(select(func.clock_timestamp()))
        assert moment is not None
        return moment
    return datetime.now(UTC)
