"""The faults that are noted, as one row of `meta`: what alarms survive a restart by, and when they were last looked at.

The trap: several daemons may share the database. `turn` takes the row for one of them until its transaction ends, so
that each fault has one beginning, and its alarm one key.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from supportbot.store import tables
from supportbot.store.sql import insert_once, upsert
from supportbot.tickets.faults import Fault, Noted

NAME = "alarms"
T = tables.meta


@dataclass(frozen=True, slots=True)
class Look:
    at: datetime | None = None
    """When a daemon last looked; None: never."""
    noted: tuple[Noted, ...] = ()


def last(conn: Connection) -> Look:
    return _read(conn.scalar(select(T.c.value).where(T.c.name == NAME)))


def turn(conn: Connection) -> Look:
    """The last look, for this daemon alone until its transaction ends."""
    insert_once(conn, T, {"name": NAME, "value": ""})
    return _read(conn.scalar(select(T.c.value).where(T.c.name == NAME).with_for_update()))


def put(conn: Connection, noted: Sequence[Noted], now: datetime) -> None:
    """Note the faults of the look at `now`."""
    faults = [
        {
            "kind": one.fault.kind,
            "name": one.fault.name,
            "since": one.fault.since.isoformat(),
            "because": one.fault.because[:300],
            "alarmed": one.alarmed,
        }
        for one in noted
    ]
    value = json.dumps({"at": now.isoformat(), "noted": faults}, ensure_ascii=False)
    upsert(conn, T, {"name": NAME, "value": value}, {"value": value})


def _read(text: str | None) -> Look:
    if not text:
        return Look()
    values = json.loads(text)
    return Look(
        datetime.fromisoformat(values["at"]),
        tuple(
            Noted(Fault(one["kind"], datetime.fromisoformat(one["since"]), one["because"], one["name"]), one["alarmed"])
            for one in values["noted"]
        ),
    )
