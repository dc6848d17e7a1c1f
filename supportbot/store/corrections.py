"""What people corrected: one row a ticket and field, the newest answer standing.

The trap: a second correction replaces the answer, but what was answered before the first, and what had misled, stay:
that is what rules and reader got wrong. All corrections in their order stand in the ticket's journal.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from supportbot.store import tables
from supportbot.store.sql import upsert
from supportbot.store.values import reasons_from, reasons_text
from supportbot.tickets.corrections import Correction

T = tables.corrections
_ALL = select(T.c.ticket, T.c.field, T.c.answer, T.c.was, T.c.actor, T.c.at, T.c.why, T.c.misled)


def put(conn: Connection, corrections: Sequence[Correction]) -> None:
    """Store corrections of one ticket."""
    first = {one.field: one for one in of_ticket(conn, corrections[0].ticket)} if corrections else {}
    for one in corrections:
        earlier = first.get(one.field, one)
        row = {name: getattr(one, name) for name in Correction.__slots__}
        row |= {"was": earlier.was, "misled": reasons_text(earlier.misled or one.misled)}
        upsert(conn, T, row, row)


def of_ticket(conn: Connection, number: int) -> tuple[Correction, ...]:
    found = conn.execute(_ALL.where(T.c.ticket == number).order_by(T.c.field))
    return tuple(Correction(*row[:-1], misled=reasons_from(row.misled)) for row in found)


def tickets_since(conn: Connection, since: datetime | None = None) -> list[int]:
    """Numbers of the tickets that were corrected (since then), in order."""
    wanted = select(T.c.ticket).distinct().order_by(T.c.ticket)
    return list(conn.scalars(wanted if since is None else wanted.where(T.c.at >= since)))
