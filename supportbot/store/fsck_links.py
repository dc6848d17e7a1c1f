"""Tickets and what hangs on them -> what points at nothing, stands twice, or cannot be read.

The trap: a ticket's articles go with its texts, so a ticket that was erased is asked for none.
"""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select, text, tuple_

from supportbot.store import tables
from supportbot.store.fsck_values import Check, Finding, Page
from supportbot.store.ticket_rows import ticket_from

I, T, A, J = tables.inbox, tables.tickets, tables.articles, tables.journal  # noqa: E741
ROWS = 500
HANGING = (tables.articles, tables.journal, tables.participants, tables.corrections, tables.timers)
"""Tables whose rows belong to a ticket (or, of timers, to none)."""


def checks() -> tuple[Check, ...]:
    hanging = (Check(table.name, partial(_orphans, table), first=()) for table in HANGING)
    return (Check("tickets", _tickets), Check("articles", _articles), *hanging, Check("counters", _counters))


def _tickets(conn: Connection, after: int) -> Page:
    """The next tickets: each can be read, and has the one mail that opened it."""
    opened_by = (
        select(func.count())
        .select_from(A)
        .join(I, I.c.id == A.c.inbox_id)
        .where(A.c.ticket == T.c.number, I.c.ticket == T.c.number, I.c.verdict == "ticket")
        .scalar_subquery()
    )
    wanted = select(T, opened_by.label("mails")).where(T.c.number > after).order_by(T.c.number).limit(ROWS)
    found: list[Finding] = []
    rows = conn.execute(wanted).all()
    for row in rows:
        where = f"ticket {row.number}"
        try:
            ticket_from(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            found.append(Finding("unreadable", where, f"{type(error).__name__}: {error}"[:200]))
        if row.erased is None and row.mails != 1:
            said = f"{row.mails} mails have opened it" if row.mails else "no mail has opened it"
            found.append(Finding("doubled" if row.mails else "no_mail", where, said))
    return Page(tuple(found), rows[-1].number if rows else None)


def _articles(conn: Connection, after: int) -> Page:
    """Articles of a mail that is not there, or went into another ticket."""
    wrong = or_(I.c.id.is_(None), I.c.ticket.is_(None), I.c.ticket != A.c.ticket)
    wanted = (
        select(A.c.id, A.c.ticket, A.c.inbox_id, I.c.id.label("mail"), I.c.ticket.label("its_ticket"))
        .outerjoin_from(A, I, I.c.id == A.c.inbox_id)
        .where(A.c.id > after, A.c.inbox_id.is_not(None), wrong)
    )
    rows = conn.execute(wanted.order_by(A.c.id).limit(ROWS)).all()
    found = [
        Finding(
            "other_ticket",
            f"article {row.id} of ticket {row.ticket}",
            f"mail {row.inbox_id} belongs to ticket {row.its_ticket}",
        )
        if row.mail is not None
        else Finding("no_mail", f"article {row.id} of ticket {row.ticket}", f"mail {row.inbox_id} is not there")
        for row in rows
    ]
    return Page(tuple(found), rows[-1].id if len(rows) == ROWS else None)


def _orphans(table: Table, conn: Connection, after: tuple[Any, ...]) -> Page:
    key = list(table.primary_key)
    columns = [*(column.label(f"key_{column.name}") for column in key), table.c.ticket]
    wanted = (
        select(*columns)
        .outerjoin_from(table, T, T.c.number == table.c.ticket)
        .where(table.c.ticket.is_not(None), T.c.number.is_(None))
    )
    if after:
        wanted = wanted.where(tuple_(*key) > tuple_(*after))
    rows = conn.execute(wanted.order_by(*key).limit(ROWS)).all()
    found = []
    for row in rows:
        name = ", ".join(str(part) for part in row[: len(key)])
        found.append(Finding("orphan", f"{table.name} {name}", f"ticket {row.ticket} is not there"))
    return Page(tuple(found), tuple(rows[-1][: len(key)]) if len(rows) == ROWS else None)


def _counters(conn: Connection, after: int) -> Page:
    """The number that comes next was never given."""
    if conn.dialect.name == "postgresql":
        return Page(tuple(_sequences(conn)))
    highest = conn.scalar(select(func.max(T.c.number))) or 0
    last = conn.scalar(select(tables.counters.c.value).where(tables.counters.c.name == "ticket"))
    behind = last is None or last < highest
    said = Finding("counter", "counter of tickets", f"stands at {last}, but ticket {highest} is there")
    return Page((said,) if behind else ())


def _sequences(conn: Connection) -> list[Finding]:
    found = []
    for table in tables.METADATA.sorted_tables:
        (key, *others) = table.primary_key
        name = None if others else conn.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
        if name is None:
            continue
        last, called = conn.execute(text(f"SELECT last_value, is_called FROM {name}")).one()
        following = last + 1 if called else last
        highest = conn.scalar(select(func.max(key))) or 0
        if following <= highest:
            found.append(Finding("counter", f"sequence {name}", f"gives {following} next, but {highest} is there"))
    return found
