"""How the daemon's last reading of rules and registry went, as one row of `meta`: for `status` and the digest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from supportbot.store import tables
from supportbot.store.sql import upsert

NAME = "reload"
T = tables.meta


@dataclass(frozen=True, slots=True)
class Reload:
    at: datetime
    """When rules and registry were last read well: what is in use."""
    failing_since: datetime | None = None
    """The first failure in a row."""
    problems: tuple[str, ...] = ()
    """Of the last failure."""


def well(conn: Connection, now: datetime) -> None:
    """Rules and registry were read, and are in use."""
    _put(conn, Reload(now))


def failed(conn: Connection, problems: Sequence[str], now: datetime) -> None:
    """They could not be read, and the old ones stay in use."""
    before = last(conn) or Reload(now)
    _put(conn, Reload(before.at, before.failing_since or now, tuple(problems)))


def last(conn: Connection) -> Reload | None:
    """None before the daemon's first start."""
    text = conn.scalar(select(T.c.value).where(T.c.name == NAME))
    if text is None:
        return None
    values = json.loads(text)
    since = values["failing_since"]
    return Reload(
        datetime.fromisoformat(values["at"]),
        datetime.fromisoformat(since) if since else None,
        tuple(values["problems"]),
    )


def _put(conn: Connection, told: Reload) -> None:
    since = told.failing_since.isoformat() if told.failing_since else None
    value = json.dumps({"at": told.at.isoformat(), "failing_since": since, "problems": told.problems})
    upsert(conn, T, {"name": NAME, "value": value}, {"value": value})
