"""How the last reading of config, rules and registry went, as one row of `meta`: for `status` and the digest."""

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
    """When they were last read well: what is in use."""
    failing_since: datetime | None = None
    """The first failure in a row."""
    problems: tuple[str, ...] = ()
    """Of the last failure."""
    restart: tuple[str, ...] = ()
    """Keys of the config that were changed and take effect at the next start."""


def well(conn: Connection, now: datetime, restart: tuple[str, ...] = ()) -> None:
    """All was read, and is in use but for what needs a `restart`."""
    _put(conn, Reload(now, restart=restart))


def failed(conn: Connection, problems: Sequence[str], now: datetime) -> None:
    """Something could not be read, and all that was known stays in use."""
    before = last(conn) or Reload(now)
    _put(conn, Reload(before.at, before.failing_since or now, tuple(problems), before.restart))


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
        tuple(values.get("restart", ())),
    )


def _put(conn: Connection, told: Reload) -> None:
    since = told.failing_since.isoformat() if told.failing_since else None
    values = {"at": told.at.isoformat(), "failing_since": since, "problems": told.problems, "restart": told.restart}
    value = json.dumps(values)
    upsert(conn, T, {"name": NAME, "value": value}, {"value": value})
