"""Due times that survive a restart, each under a key: the second `set` of a key is a no-op."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from supportbot.store import tables
from supportbot.store.sql import insert_once, upsert
from supportbot.store.values import data_from, data_text

T = tables.timers


@dataclass(frozen=True, slots=True)
class Due:
    key: str
    due: datetime
    kind: str
    ticket: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def set(  # noqa: A001 - read as timers.set
    conn: Connection,
    key: str,
    due: datetime,
    kind: str,
    ticket: int | None = None,
    data: Mapping[str, object] | None = None,
    overwrite: bool = False,
) -> bool:
    """Set a due time. One that is there under this key stays as it is (False), unless `overwrite`."""
    row = {"key": key, "due": due, "kind": kind, "ticket": ticket, "data": data_text(data or {})}
    if not overwrite:
        return insert_once(conn, T, row)
    upsert(conn, T, row, row)
    return True


def due(conn: Connection, now: datetime, limit: int) -> list[Due]:
    """What is due at `now`, the longest overdue first."""
    found = conn.execute(select(T).where(T.c.due <= now).order_by(T.c.due, T.c.key).limit(limit))
    return [_due(row) for row in found]


def get(conn: Connection, key: str) -> Due | None:
    row = conn.execute(select(T).where(T.c.key == key)).one_or_none()
    return _due(row) if row else None


def move(conn: Connection, key: str, due: datetime) -> None:
    conn.execute(update(T).where(T.c.key == key).values(due=due))


def drop(conn: Connection, key: str) -> None:
    conn.execute(delete(T).where(T.c.key == key))


def _due(row: Any) -> Due:
    return Due(row.key, row.due, row.kind, row.ticket, data_from(row.data))
