"""A wall clock that was ahead -> due times that are believed no more.

Due times are stored by the wall clock, so that they outlive a restart. Put back, it would have them all wait: for
minutes, or for years.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from supportbot.store import tables
from supportbot.tickets.effects import EffectKind

TIMERS, OUTBOX = tables.timers, tables.outbox


def draw_in_timers(conn: Connection, kind: str, latest: datetime) -> None:
    """No due time of this kind lies after `latest`."""
    conn.execute(update(TIMERS).where(TIMERS.c.kind == kind, TIMERS.c.due > latest).values(due=latest))


def draw_in_letters(conn: Connection, now: datetime, longest: Mapping[EffectKind, timedelta]) -> None:
    """What waits for its next attempt longer than its kind may is due now."""
    for kind, wait in longest.items():
        late = (OUTBOX.c.state == "queued", OUTBOX.c.kind == kind, OUTBOX.c.due > now + wait)
        conn.execute(update(OUTBOX).where(*late).values(due=now))
