"""The ladder of an urgent fault: whom to tell next, when, and what stops it. Pure.

It is climbed by a stored due time (store/timers.py), so that a restart neither skips nor repeats a step.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.mail.message import Address
from supportbot.tickets.effects import RaiseAlert
from supportbot.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Climb:
    alerts: tuple[RaiseAlert, ...]
    next_due: datetime | None
    """None: the ladder ends here."""
    step: int


def is_called_for(ticket: Ticket) -> bool:
    """Whether staff must still be told: open, urgent, and nobody has taken it."""
    escalation = ticket.phone_escalation
    return ticket.open and ticket.decision.urgent and escalation is not None and escalation.taken_by is None


def first_due(now: datetime, repeat: timedelta) -> datetime:
    return now + repeat


def climb(ticket: Ticket, step: int, to: tuple[Address, ...], repeat: timedelta, now: datetime) -> Climb:
    """The repetition number `step` (1, 2, …) for everybody, and when the next one is due."""
    if not is_called_for(ticket):
        return Climb((), None, step)
    assert ticket.phone_escalation is not None
    key = f"since-{ticket.phone_escalation.since:%Y%m%dT%H%M%S}"
    alerts = tuple(RaiseAlert(ticket.number, "urgent", step, address, subject_key=key) for address in to)
    return Climb(alerts, now + repeat, step + 1)
