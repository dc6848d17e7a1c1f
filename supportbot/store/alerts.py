"""Alerts about tickets, counted: what their pace is held by."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from supportbot.store import tables
from supportbot.store.sql import take_turns

T, TICKETS, TIMERS = tables.outbox, tables.tickets, tables.timers
_ALERTS = 0x1C3_0005


def take_turns_for(conn: Connection) -> None:
    """Until this transaction ends nobody else counts alerts, and misses those of this one."""
    take_turns(conn, _ALERTS)


def since(conn: Connection, when: datetime) -> int:
    """Letters about tickets, to all recipients."""
    wanted = select(func.count()).where(T.c.kind == "alert", T.c.created >= when, T.c.ticket.is_not(None))
    return conn.scalar(wanted) or 0


def of_customer(conn: Connection, customer: str, when: datetime) -> int:
    """Tickets of this customer that alerts were queued about."""
    wanted = select(func.count(T.c.ticket.distinct())).join(TICKETS, TICKETS.c.number == T.c.ticket)
    return conn.scalar(wanted.where(T.c.kind == "alert", T.c.created >= when, TICKETS.c.customer == customer)) or 0


def repeated(conn: Connection) -> int:
    """Tickets whose alert is repeated until somebody takes them."""
    return conn.scalar(select(func.count()).where(TIMERS.c.kind == "alert")) or 0


def is_queued(conn: Connection, key: str) -> bool:
    return conn.scalar(select(T.c.id).where(T.c.key == key)) is not None
