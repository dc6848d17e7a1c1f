"""Tickets with their articles and journal: found, listed, and written by `apply` alone.

The trap: whoever changes a ticket finds it with `lock=True` in the same transaction, or an update of another daemon
between the two is lost (on SQLite all writers wait for each other anyway).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, text, update

from supportbot.store import tables
from supportbot.store.sql import Prepared, insert_once, insert_rows
from supportbot.store.ticket_rows import (
    article_from,
    article_row,
    entry_from,
    entry_row,
    ticket_from,
    ticket_row,
)
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.ticket import Article, JournalEntry, Status, Ticket

T, P, A, J = tables.tickets, tables.participants, tables.articles, tables.journal

_COUNT = Prepared(
    lambda _: (
        update(tables.counters)
        .where(tables.counters.c.name == bindparam("what"))
        .values(value=tables.counters.c.value + bindparam("step"))
        .returning(tables.counters.c.value)
    )
)
_NEXT = text("SELECT nextval('ticket_number')")
_FIND = select(T).where(T.c.number == bindparam("its_number"))
_FIND_TO_CHANGE = _FIND.with_for_update()
_UPDATE = update(T).where(T.c.number == bindparam("its_number"))
_FIRST_ARTICLE = select(A.c.text, A.c.inbox_id).where(A.c.ticket == bindparam("its_number"), A.c.kind == "mail")


def reserve_number(conn: Connection) -> int:
    """The next ticket number, from 10001; never given twice.

    On PostgreSQL from a sequence, for which nobody waits: it has a gap where a transaction was undone.
    """
    if conn.dialect.name == "postgresql":
        return int(conn.scalar(_NEXT))  # type: ignore[arg-type]
    return int(_COUNT.value(conn, {"what": "ticket", "step": 1}))


def find(conn: Connection, number: int, lock: bool = False) -> Ticket | None:
    """The ticket; with `lock` nobody else changes it until this transaction ends."""
    row = conn.execute(_FIND_TO_CHANGE if lock else _FIND, {"its_number": number}).one_or_none()
    return ticket_from(row) if row else None


def apply(conn: Connection, plan: Plan, is_new: bool) -> None:
    """Store the Plan's ticket, articles and journal. Its effects become mails, which outbox.add stores.

    Raises LookupError where a ticket that is not new is not there.
    """
    ticket, row = plan.ticket, ticket_row(plan.ticket)
    if is_new:
        insert_rows(conn, T, [row])
    elif conn.execute(_UPDATE, row | {"its_number": ticket.number}).rowcount != 1:
        raise LookupError(f"ticket {ticket.number} is not there")
    else:
        conn.execute(delete(P).where(P.c.ticket == ticket.number, P.c.address.not_in(ticket.participants)))
    for address in ticket.participants:
        insert_once(conn, P, {"ticket": ticket.number, "address": address})
    insert_rows(conn, A, [article_row(ticket.number, article) for article in plan.articles])
    add_journal(conn, ticket.number, plan.journal)


def add_journal(conn: Connection, number: int, entries: Sequence[JournalEntry]) -> None:
    insert_rows(conn, J, [entry_row(number, entry) for entry in entries])


def listing(
    conn: Connection,
    status: str | None = None,
    urgent: bool | None = None,
    route: str | None = None,
    customer: str | None = None,
    limit: int = 50,
    before: int | None = None,
) -> list[Ticket]:
    """The newest first. `status`: a Status, "open" (all but resolved), "all" or None; `before`: below that number."""
    wanted = select(T).order_by(T.c.number.desc()).limit(limit)
    if status == "open":
        wanted = wanted.where(T.c.is_open.is_(True))
    elif status not in (None, "all"):
        wanted = wanted.where(T.c.status == Status(status).value)
    for column, value in ((T.c.urgent, urgent), (T.c.route, route), (T.c.customer, customer)):
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(T.c.number < before)
    return [ticket_from(row) for row in conn.execute(wanted)]


def open_tickets(conn: Connection) -> tuple[Ticket, ...]:
    """All that are not resolved, the oldest first."""
    return tuple(ticket_from(row) for row in conn.execute(select(T).where(T.c.is_open.is_(True)).order_by(T.c.number)))


def open_urgent(conn: Connection) -> tuple[Ticket, ...]:
    """Open tickets that are urgent, taken or not, the oldest first."""
    wanted = select(T).where(T.c.urgent.is_(True), T.c.is_open.is_(True)).order_by(T.c.number)
    return tuple(ticket_from(row) for row in conn.execute(wanted))


def count_open(conn: Connection) -> int:
    return conn.scalar(select(func.count()).where(T.c.is_open.is_(True))) or 0


def articles_of(conn: Connection, number: int) -> tuple[Article, ...]:
    rows = conn.execute(select(A).where(A.c.ticket == number).order_by(A.c.id))
    return tuple(article_from(row) for row in rows)


def journal_of(conn: Connection, number: int) -> tuple[JournalEntry, ...]:
    rows = conn.execute(select(J).where(J.c.ticket == number).order_by(J.c.id))
    return tuple(entry_from(row) for row in rows)


def numbers_by_participant(conn: Connection, address: str) -> list[int]:
    """Numbers of the tickets that this address (in lower case) may write in, in order."""
    return list(conn.scalars(select(P.c.ticket).where(P.c.address == address).order_by(P.c.ticket)))


def texts_from(conn: Connection, address: str, since: datetime, limit: int) -> list[str]:
    """The texts that opened the newest tickets of this participant (in lower case) since then."""
    first = select(func.min(A.c.id)).join(P, P.c.ticket == A.c.ticket).join(T, T.c.number == A.c.ticket)
    first = first.where(P.c.address == address, T.c.updated >= since, A.c.kind == "mail")
    newest = first.group_by(A.c.ticket).order_by(A.c.ticket.desc()).limit(limit)
    return list(conn.scalars(select(A.c.text).where(A.c.id.in_(newest))))


def unread_words(conn: Connection, found: Iterable[Ticket], most: int | None = None) -> dict[int, str]:
    """Ticket -> the text of its newest mail, of the first so many of them in which nobody has looked at that yet."""
    numbers = [ticket.number for ticket in found if ticket.unread][:most]
    if not numbers:
        return {}
    newest = select(func.max(A.c.id)).where(A.c.ticket.in_(numbers), A.c.kind == "mail").group_by(A.c.ticket)
    return {row.ticket: row.text for row in conn.execute(select(A.c.ticket, A.c.text).where(A.c.id.in_(newest)))}


def first_mail(conn: Connection, number: int) -> int | None:
    """Inbox id of the mail that opened the ticket."""
    row = _first(conn, number)
    return row.inbox_id if row else None


def first_text(conn: Connection, number: int) -> str:
    """The new text of the mail that opened the ticket; "" where there is none."""
    row = _first(conn, number)
    return row.text if row else ""


def _first(conn: Connection, number: int) -> Any:
    return conn.execute(_FIRST_ARTICLE.order_by(A.c.id).limit(1), {"its_number": number}).one_or_none()
