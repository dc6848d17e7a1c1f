"""The alerts of urgent faults -> themselves, or one that stands for many, so that nobody is paged to death (TH29).

Beyond the hourly limit one letter says, each time that a repetition is due, how many urgent tickets nobody has taken:
fewer letters, and never silence. The trap: a customer's real fault must not drown, so the first alerts of a customer
whom we know leave on their own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from supportbot.store import alerts
from supportbot.tickets.effects import Effect, RaiseAlert
from supportbot.tickets.ticket import Ticket
from supportbot.workers.knowledge import Knowledge

HOUR = timedelta(hours=1)
OF_ONE_CUSTOMER = 5
"""Tickets an hour whose first alert leaves whatever else does."""


def paced(
    conn: Connection, effects: Iterable[Effect], ticket: Ticket, known: Knowledge, now: datetime
) -> tuple[Effect, ...]:
    """The effects of this ticket, its alerts as many as may leave now."""
    effects = tuple(effects)
    urgent = [one for one in effects if isinstance(one, RaiseAlert) and one.about == "urgent"]
    if urgent:
        alerts.take_turns_for(conn)
    if not urgent or not _too_many(conn, urgent[0], ticket, known, now):
        return effects
    window = f"window-{int(now.timestamp() // known.alert_repeat.total_seconds())}"
    waiting = str(alerts.repeated(conn) + (urgent[0].step == 0))
    together = [RaiseAlert(None, "many_urgent", 0, to, waiting, subject_key=window) for to in known.alert_to]
    missing = [one for one in together if not alerts.is_queued(conn, one.key)]  # letters cost more than a look
    return (*(one for one in effects if one not in urgent), *missing)


def _too_many(conn: Connection, alert: RaiseAlert, ticket: Ticket, known: Knowledge, now: datetime) -> bool:
    if alerts.since(conn, now - HOUR) < known.limits.alerts_per_hour * len(known.alert_to):
        return False
    customer = ticket.decision.customer
    if alert.step or not ticket.proven or customer is None:
        return True
    return alerts.of_customer(conn, customer, now - HOUR) >= OF_ONE_CUSTOMER
