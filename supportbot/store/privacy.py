"""Everything found about an address -> removed, or a stand-in in its place; and what stays, each with its reason.

Open tickets, letters that have not left and mails without a verdict are not touched, and are named. So are partners
that a mail was forwarded to, and the forward's row keeps its recipient: who has a copy must be told (GDPR article 19).
The trap: bytes that were deleted are still in the file and its log, so `Database.scrub` belongs to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select, update

from supportbot.store import blanking, tables
from supportbot.store.about import Found, TextRow
from supportbot.store.ticket_rows import ticket_from
from supportbot.tickets.bookkeeping import kept_until
from supportbot.tickets.same_address import Wanted, stand_in

I, O, T = tables.inbox, tables.outbox, tables.tickets  # noqa: E741


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure removes, and what it must leave."""

    tickets: tuple[int, ...]
    mails: tuple[int, ...]
    letters: tuple[int, ...]
    texts: tuple[TextRow, ...]
    stays: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in ("tickets", "mails", "letters", "texts")}


def plan(conn: Connection, found: Found, wanted: Wanted) -> Plan:
    """Sort what was found. What is under way and what stands in the registry stays, and is named with its mend."""
    stays: dict[str, None] = {}
    under_way = _under_way(conn)

    def is_free(ticket: int | None) -> bool:
        if ticket in under_way:
            stays[f"ticket {ticket} is {under_way[ticket]}: resolve it, and erase again"] = None
        return ticket not in under_way

    tickets = tuple(number for number in found.tickets if is_free(number))
    mails = []
    for row in _rows(conn, I, (*found.mails, *found.named_mails)):
        if row.state != "done":
            stays[f"mail {row.id} has no verdict yet: erase again when it has"] = None
        elif row.verdict == "quarantine" and row.id not in found.mails:
            stays[f"mail {row.id} of somebody else was set aside and names it: look at it, and erase again"] = None
        elif is_free(row.ticket) and row.erased is None:
            mails.append(row.id)
    letters, copies = [], []
    for row in _rows(conn, O, (*found.letters, *found.named_letters)):
        if row.state not in ("sent", "gave_up"):
            stays[f"letter {row.id} has not left yet: erase again when it has"] = None
        elif is_free(row.ticket):
            letters += [row.id] if row.erased is None else []
            copies += [row] if _is_to_partner(row, wanted) and _was_taken(row) else []
    stays |= dict.fromkeys(_with_copies(conn, copies))
    texts = tuple(row for row in found.texts if _may_change(conn, row, is_free, stays))
    for row in found.registry:
        stays[f"{row.table} {row.key[0]} of the registry names it: take it out of the import folder, and import"] = None
    for number in found.tickets:
        if charge := _charge(conn, number):
            stays[charge] = None
    return Plan(tickets, tuple(mails), tuple(letters), texts, tuple(stays))


def _under_way(conn: Connection) -> dict[int | None, str]:
    """Tickets that work goes on in, and why."""
    found: dict[int | None, str] = dict.fromkeys(conn.scalars(select(T.c.number).where(T.c.is_open.is_(True))), "open")
    candidates = select(T.c.number).where(T.c.billing_state == "candidate", T.c.is_open.is_(False))
    return found | dict.fromkeys(conn.scalars(candidates), "a billing candidate that nobody has decided")


def _may_change(conn: Connection, row: TextRow, is_free: Any, stays: dict[str, None]) -> bool:
    table = tables.METADATA.tables[row.table]
    stored = conn.execute(select(table).where(_is(table, row.key))).one_or_none()
    if stored is None:
        return False
    ticket = getattr(stored, "number" if row.table == "tickets" else "ticket", None)
    if row.table == "outbox" and stored.state not in ("sent", "gave_up"):
        stays[f"letter {stored.id} has not left yet: erase again when it has"] = None
        return False
    if row.table == "inbox" and stored.state != "done":
        return False
    return bool(is_free(ticket))


def _is_to_partner(row: Any, wanted: Wanted) -> bool:
    """Whether the letter is a forward to somebody else than who asks."""
    return row.kind == "forward" and not wanted.is_in(row.recipient)


def _was_taken(row: Any) -> bool:
    """Whether its recipient has the letter, or may have it."""
    return not row.bounce_permanent and (row.state == "sent" or row.unknowns > 0)


def _with_copies(conn: Connection, forwards: Iterable[Any]) -> Iterator[str]:
    """Who has copies of which tickets' mails, in words: a line for each partner's address."""
    P = tables.partners  # noqa: N806
    known = {row.id: row for row in conn.execute(select(P))}
    tickets: dict[str, dict[int, None]] = {}
    for row in forwards:
        partner = row.key.split(":", 2)[2].rpartition(":")[0]  # as ForwardToPartner.key is made
        name = known[partner].name if partner in known else f"partner {partner}"
        address = row.recipient or (known[partner].channel_address if partner in known else "")
        tickets.setdefault(f"{name} ({address})" if address else name, {})[row.ticket] = None
    for who, numbers in tickets.items():
        of = f"ticket{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
        yield f"{who} has a copy of what was forwarded of {of}: tell them of the erasure (GDPR article 19)"


def _charge(conn: Connection, number: int) -> str:
    """What bookkeeping keeps of a ticket, in words; "" where it has no confirmed charge."""
    row = conn.execute(select(T).where(T.c.number == number)).one_or_none()
    until = kept_until(ticket_from(row).billing) if row else None
    if until is None:
        return ""
    what = "number, customer, organisation number, reason, confirmation and dates"
    return f"ticket {number}: its confirmed charge ({what}) until {until}: bookkeeping law (bokföringslagen 7 kap. 2 §)"


STEP = 50


def steps(found: Plan) -> Iterator[Plan]:
    """The plan in parts, each short enough for one transaction."""
    for name in ("tickets", "mails", "letters", "texts"):
        rows = getattr(found, name)
        for start in range(0, len(rows), STEP):
            part: dict[str, Any] = {"tickets": (), "mails": (), "letters": (), "texts": (), "stays": ()}
            yield Plan(**(part | {name: rows[start : start + STEP]}))


def erase(conn: Connection, part: Plan, wanted: Wanted, key: bytes, actor: str, now: datetime) -> None:
    """Carry out one part of a plan."""
    if part.tickets:
        closed = list(conn.scalars(select(T.c.number).where(T.c.number.in_(part.tickets), T.c.is_open.is_(False))))
        blanking.journals(conn, closed)
        blanking.ticket_texts(conn, closed, actor, "texts and people removed on request", now)
        for table in (tables.corrections, tables.timers):
            conn.execute(delete(table).where(table.c.ticket.in_(closed)))
    if part.mails:
        blanking.mails(conn, part.mails, now, "set aside, removed on request")
    if part.letters:
        forwards = [row.id for row in _rows(conn, O, part.letters) if _is_to_partner(row, wanted)]
        blanking.letters(conn, part.letters, now, keep_recipient=forwards)
    for row in part.texts:
        _replace(conn, row, wanted, key)


def _replace(conn: Connection, row: TextRow, wanted: Wanted, key: bytes) -> None:
    """A stand-in where the address is named; what the person wrote goes with the author."""
    table = tables.METADATA.tables[row.table]
    stored = conn.execute(select(table).where(_is(table, row.key))).one_or_none()
    if stored is None:  # removed with its ticket
        return
    if row.table == "participants":
        conn.execute(delete(table).where(_is(table, row.key)))
        return
    values = {
        column: wanted.replaced(getattr(stored, column) or "", lambda one: stand_in(one, key)) for column in row.columns
    }
    if row.table == "articles" and "author" in row.columns:
        values |= {"text": ""}
    conn.execute(update(table).where(_is(table, row.key)).values(values))


def _is(table: Any, key: tuple[Any, ...]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _rows(conn: Connection, table: Any, ids: Iterable[int]) -> Iterator[Any]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        yield from conn.execute(select(table).where(table.c.id.in_(wanted[start : start + 500])).order_by(table.c.id))
