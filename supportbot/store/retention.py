"""Ages of the config -> what is old enough to be removed, and its removal in small steps.

Open tickets, mails without a verdict and letters that have not left are in none of the selections. The trap: each step
is one short transaction, because mails that come in wait for it; so a night's work is many steps, and may be cut off
between two of them.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, literal_column, or_, select, tuple_

from supportbot.config import RetentionSection
from supportbot.store import blanking, tables
from supportbot.store.ticket_rows import ticket_from
from supportbot.tickets.bookkeeping import kept_until
from supportbot.tickets.lifecycle import US
from supportbot.tickets.ticket import BillingState

I, O, T, J, K = tables.inbox, tables.outbox, tables.tickets, tables.journal, tables.corrections  # noqa: E741
E = tables.erasures
STEP = 100
"""Rows of one kind in one transaction."""
MACHINES = ("ignore", "duplicate", "delivery-event", "command")

_OPEN = T.c.is_open.is_(True)
_DONE = (I.c.state == "done", I.c.erased.is_(None))


def _closed(column: Any, before: datetime | None = None) -> Any:
    """The row's ticket is resolved (since before then)."""
    closed = select(T.c.number).where(T.c.number == column, T.c.is_open.is_(False))
    return (closed if before is None else closed.where(T.c.updated < before)).exists()


def _handled_mails(before: datetime) -> Select[Any]:
    return select(I.c.id).where(
        *_DONE, I.c.verdict.in_(("ticket", "follow-up")), I.c.finished < before, _closed(I.c.ticket, before)
    )


def _machine_mails(before: datetime) -> Select[Any]:
    free = or_(I.c.ticket.is_(None), _closed(I.c.ticket))
    return select(I.c.id).where(*_DONE, I.c.verdict.in_(MACHINES), I.c.finished < before, free)


def _set_aside(before: datetime) -> Select[Any]:
    return select(I.c.id).where(*_DONE, I.c.verdict == "quarantine", I.c.finished < before)


def _letters(before: datetime) -> Select[Any]:
    free = or_(O.c.ticket.is_(None), _closed(O.c.ticket, before))
    left = (O.c.created < before) & (func.coalesce(O.c.finished, O.c.created) < before)  # `created` has the index
    return select(O.c.id).where(O.c.state.in_(("sent", "gave_up")), O.c.erased.is_(None), left, free)


def _waits_to_leave(number: Any) -> Any:
    return select(O.c.id).where(O.c.ticket == number, O.c.state.in_(("queued", "sending"))).exists()


def _tickets(before: datetime) -> Select[Any]:
    return select(T.c.number).where(
        T.c.is_open.is_(False),
        T.c.updated < before,
        T.c.billing_state != BillingState.CANDIDATE.value,
        or_(T.c.erased.is_(None), T.c.erased < T.c.updated),
        ~_waits_to_leave(T.c.number),
    )


def _journal(before: datetime) -> Select[Any]:
    """Tickets, not entries (what was said of a ticket goes together), each once an entry: the index is of entries."""
    undecided = T.c.billing_state == BillingState.CANDIDATE.value
    closed = (T.c.number == J.c.ticket, T.c.is_open.is_(False), T.c.updated < before, ~undecided)
    removable = select(T.c.number).where(*closed, blanking.removable_entries()).exists()
    return select(J.c.ticket).where(J.c.at < before, J.c.what != literal_column("'erased'"), removable)


def _corrections(before: datetime) -> Select[Any]:
    return select(K.c.ticket, K.c.field).where(K.c.at < before, _closed(K.c.ticket))


def _remove_set_aside(conn: Connection, ids: Sequence[Any], now: datetime) -> int:
    return blanking.mails(conn, ids, now, "set aside, removed by its age: nobody had looked at it")


def _remove_tickets(conn: Connection, ids: Sequence[Any], now: datetime) -> int:
    return blanking.ticket_texts(conn, ids, US, "texts and people removed by age", now)


def _remove_journal(conn: Connection, ids: Sequence[Any], now: datetime) -> int:
    blanking.journals(conn, ids)
    return len(ids)


def _remove_corrections(conn: Connection, ids: Sequence[Any], now: datetime) -> int:
    return conn.execute(delete(K).where(tuple_(K.c.ticket, K.c.field).in_(ids))).rowcount


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data: which is too old, and how it is removed."""

    old: Callable[[datetime], Select[Any]]
    remove: Callable[[Connection, Sequence[Any], datetime], int]


KINDS: dict[str, Kind] = {
    "handled_mails": Kind(_handled_mails, blanking.mails),
    "machine_mails": Kind(_machine_mails, blanking.mails),
    "set_aside": Kind(_set_aside, _remove_set_aside),
    "letters": Kind(_letters, blanking.letters),
    "corrections": Kind(_corrections, _remove_corrections),
    "journal": Kind(_journal, _remove_journal),
    "tickets": Kind(_tickets, _remove_tickets),
}
"""By their keys in the config, in the order of removal."""
CHARGES = "charges"
"""Confirmed charges whose years have passed: the law's age, none of the config."""


def step(conn: Connection, ages: RetentionSection, now: datetime) -> dict[str, int]:
    """Remove the first that are too old, of one kind; what was removed, or {} where nothing is left to remove."""
    for name, kind, before in _asked(ages, now):
        found = conn.execute(kind.old(before).limit(STEP)).all()
        if found:
            keys = list(dict.fromkeys(tuple(row) if len(row) > 1 else row[0] for row in found))
            removed = kind.remove(conn, keys, now)
            if not removed:
                raise LookupError(f"retention of {name} removes nothing of what it found")
            return {name: removed}
    over = _charges_over(conn, now)[:STEP]
    return {CHARGES: blanking.charges(conn, over, US, now)} if over else {}


def due(conn: Connection, ages: RetentionSection, now: datetime) -> dict[str, int]:
    """How much would be removed now, by kind."""
    found = {
        name: conn.scalar(select(func.count()).select_from(kind.old(before).distinct().subquery())) or 0
        for name, kind, before in _asked(ages, now)
    }
    return {name: count for name, count in (found | {CHARGES: len(_charges_over(conn, now))}).items() if count}


def _asked(ages: RetentionSection, now: datetime) -> list[tuple[str, Kind, datetime]]:
    asked = ((name, kind, getattr(ages, name)) for name, kind in KINDS.items())
    return [(name, kind, now - timedelta(days=age)) for name, kind, age in asked if age is not None]


def _charges_over(conn: Connection, now: datetime) -> list[int]:
    """Tickets without texts whose charge need not be kept any longer, and is still there."""
    oldest = datetime(now.year - 7, 1, 1, tzinfo=UTC)
    wanted = select(T).where(
        T.c.billing_state == literal_column("'confirmed'"), T.c.erased.is_not(None), T.c.opened < oldest
    )
    tickets = (ticket_from(row) for row in conn.execute(wanted))
    ends = ((ticket.number, kept_until(ticket.billing)) for ticket in tickets)
    return sorted(number for number, until in ends if until is not None and until < now.date())


@dataclass(frozen=True, slots=True)
class Done:
    """One night's removal, or what was done for somebody who asked."""

    at: datetime
    actor: str
    what: str
    counts: dict[str, int]


def note(
    conn: Connection, at: datetime, actor: str, what: str, counts: Mapping[str, int], address_hash: str = ""
) -> None:
    """Write down what was removed or handed out; of an address only its keyed hash."""
    row = {"at": at, "actor": actor, "what": what, "address_hash": address_hash, "counts": json.dumps(dict(counts))}
    conn.execute(insert(E).values(row))


def removed(conn: Connection, since: datetime) -> dict[str, int]:
    """What was removed by its age since then, by kind."""
    total: Counter[str] = Counter()
    for counts in conn.scalars(select(E.c.counts).where(E.c.what == "retention", E.c.at >= since)):
        total.update(json.loads(counts))
    return dict(total)


def last(conn: Connection) -> Done | None:
    """The last night's removal."""
    row = conn.execute(select(E).where(E.c.what == "retention").order_by(E.c.id.desc()).limit(1)).one_or_none()
    return Done(row.at, row.actor, row.what, json.loads(row.counts)) if row else None
