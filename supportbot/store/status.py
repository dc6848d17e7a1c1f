"""How the desk is doing -> the figures of `supportbot status`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from supportbot.store import alarms, inbox, leases, mailboxes, outbox, reloads, retention, tickets
from supportbot.store.alarms import Look
from supportbot.store.mailboxes import MailboxState
from supportbot.store.reloads import Reload
from supportbot.store.retention import Done
from supportbot.tickets import escalation

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class State:
    open_tickets: int
    to_ring: int
    """Urgent tickets that nobody has taken."""
    waiting: int
    """Mails without a verdict yet."""
    oldest_waiting: datetime | None
    quarantined: int
    outbox: dict[str, int]
    gave_up: int
    """Mails given up or come back that still matter."""
    overdue: datetime | None
    """When the next mail that waits to be sent is, or was, due."""
    mailboxes: tuple[MailboxState, ...]
    reload: Reload | None
    """How the daemon's last reading of rules and registry went."""
    retention: Done | None
    """The last night's removal of what was too old."""
    look: Look
    """What the daemon noted when it last looked for faults."""
    daemons: tuple[str, ...]
    """Those that live, where several may (host:process:…)."""
    readers: dict[str, str]
    """Mailbox -> the daemon that reads it, where several may."""


def state(conn: Connection, now: datetime | None = None) -> State:
    waiting, oldest = inbox.waiting(conn)
    dead = outbox.undelivered(conn, (now or datetime.now(UTC)) - WEEK)
    return State(
        open_tickets=tickets.count_open(conn),
        to_ring=sum(escalation.is_called_for(ticket) for ticket in tickets.open_urgent(conn)),
        waiting=waiting,
        oldest_waiting=oldest,
        quarantined=len(inbox.quarantined(conn)),
        outbox=outbox.counts(conn),
        gave_up=len(dead),
        overdue=outbox.next_due(conn),
        mailboxes=mailboxes.everyone(conn),
        reload=reloads.last(conn),
        retention=retention.last(conn),
        look=alarms.last(conn),
        daemons=tuple(leases.holders(conn, leases.DAEMON)),
        readers=leases.holders(conn, leases.MAILBOX),
    )
