"""Rows that are quickly written and read back: timers, by their keys."""

from datetime import timedelta

from builders import NOW
from sqlalchemy import Connection, select

from supportbot.store import tables, timers

DUE = NOW + timedelta(days=1)


def put(conn: Connection, key: str) -> str:
    timers.set(conn, key, DUE, "test")
    return key


def keys(conn: Connection) -> set[str]:
    return set(conn.scalars(select(tables.timers.c.key)))
