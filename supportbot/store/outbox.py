"""Mails that leave: added with the ticket, claimed, then sent, tried again or given up.

A row goes queued -> sending -> sent | queued | gave_up. `sending` is committed before the relay is called, so a row
found there after its lease was cut off mid-way: whether it was accepted is unknown, and counted. The trap: one dead
destination must hold up nobody, so only so many rows to one domain are under way at once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, case, func, literal_column, null, or_, select, update

from supportbot.store import contents, leases, tables
from supportbot.store.sql import Prepared, insert_new
from supportbot.tickets.effects import EffectKind, Outgoing

State = Literal["queued", "sending", "sent", "gave_up"]

ORDER: tuple[EffectKind, ...] = ("alert", "forward", "ack", "digest")
"""What leaves first when much waits."""

T = tables.outbox


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail to be sent now."""

    id: int
    key: str
    kind: EffectKind
    ticket: int | None
    recipient: str
    message_id: str
    content: bytes
    attempt: int
    """1 for the first."""
    unknowns: int
    """Attempts whose acceptance could not be known."""
    created: datetime
    """From when the days until giving up count."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A mail as a list shows it, without its bytes."""

    id: int
    key: str
    kind: EffectKind
    ticket: int | None
    recipient: str
    message_id: str
    state: State
    attempt: int
    unknowns: int
    created: datetime
    due: datetime
    reason: str
    finished: datetime | None
    bounced: datetime | None
    bounce_permanent: bool | None
    bounce: str
    proven: bool | None
    relay_away: bool


_ROW = [T.c[name] for name in OutboxRow.__dataclass_fields__]


def add(conn: Connection, mail: Outgoing, now: datetime, proven: bool | None = None) -> bool:
    """Queue the mail; False where its key is there already. `proven`: of an acknowledgement: is its recipient?"""
    sha256 = contents.hash_of(mail.content)
    row = {
        "key": mail.key,
        "kind": mail.kind,
        "ticket": mail.ticket,
        "recipient": mail.recipient,
        "recipient_key": mail.recipient.lower(),
        "domain": mail.recipient.rpartition("@")[2].lower(),
        "message_id": mail.message_id,
        "sha256": sha256,
        "proven": proven,
        "created": now,
        "since": now,
        "state": "queued",
        "due": max(now, mail.not_before or now),
        "attempt": 0,
        "unknowns": 0,
        "relay_away": False,
        "reason": "",
        "bounce": "",
    }
    added = insert_new(conn, T, row) is not None
    if added:
        contents.put(conn, mail.content, sha256)
    return added


_CUT_OFF: dict[str, Any] = {
    "state": "queued",
    "lease_until": None,
    "unknowns": T.c.unknowns + 1,
    "reason": "cut off while it was being sent",
}
_EXPIRE = (
    update(T)
    .where(T.c.state == "sending", T.c.lease_until < bindparam("now"))
    .values(_CUT_OFF | {"due": bindparam("now")})
)
_UNDER_WAY = select(T.c.domain, func.count().label("many")).where(T.c.state == "sending").group_by(T.c.domain)


_LEFT_BY_THE_DEAD = (
    update(T)
    .where(T.c.state == "sending", leases.is_gone(T.c.holder))
    .values(_CUT_OFF | {"due": bindparam("now"), "holder": None})
)


@dataclass(frozen=True, slots=True)
class Mine:
    """What a daemon knows of its own claims."""

    under_way: Collection[int] = ()
    """Nobody else's to send while it lives."""
    not_noted: Collection[int] = ()
    """Tried, but what came of it could not be stored: of unknown acceptance once the lease ends."""


def _left_by_us(mine: Mine, holder: str | None) -> Any:
    """Claimed without our knowing: the answer to the claim was lost, so it was never sent."""
    ours = [T.c.holder == holder] if holder else []
    left = update(T).where(T.c.state == "sending", T.c.id.not_in([*mine.under_way, *mine.not_noted]), *ours)
    return left.values(state="queued", lease_until=None, holder=None, due=bindparam("now"))


def claim(
    conn: Connection,
    limit: int,
    now: datetime,
    lease: timedelta,
    per_domain: int,
    holder: str | None = None,
    mine: Mine | None = None,
) -> list[Claimed]:
    """What is due, most pressing first, for this sender alone until the lease ends.

    At most `per_domain` rows to one domain are under way at once, those claimed earlier counted. `holder`: this
    daemon, where there are several: what a dead one was sending is due again. `mine`: None: not known, leases decide.
    """
    not_mine = T.c.id.not_in(mine.under_way if mine else ())
    conn.execute(_EXPIRE.where(not_mine), {"now": now})
    if holder:
        conn.execute(_LEFT_BY_THE_DEAD.where(not_mine), {"now": now})
    if mine is not None:
        conn.execute(_left_by_us(mine, holder), {"now": now})
    under_way = Counter({row.domain: row.many for row in conn.execute(_UNDER_WAY)})
    claimed: list[Claimed] = []
    for row in _most_pressing(conn, now, limit, per_domain, under_way):
        try:
            content = contents.get(conn, row.sha256)
        except LookupError as error:
            gave_up(conn, row.id, str(error), now)
            continue
        claimed.append(_claimed(row, content))
    if claimed:
        taken = update(T).where(T.c.id.in_([one.id for one in claimed]))
        conn.execute(taken.values(state="sending", attempt=T.c.attempt + 1, lease_until=now + lease, holder=holder))
    return claimed


def _claimed(row: Row[Any], content: bytes) -> Claimed:
    return Claimed(
        id=row.id,
        key=row.key,
        kind=row.kind,
        ticket=row.ticket,
        recipient=row.recipient,
        message_id=row.message_id,
        content=content,
        attempt=row.attempt + 1,
        unknowns=row.unknowns,
        created=row.since,
    )


def _most_pressing(
    conn: Connection, now: datetime, limit: int, per_domain: int, under_way: "Counter[str]"
) -> Iterator[Row[Any]]:
    """Due rows in order, skipping domains that have enough; asks again while a full page had rows to skip."""
    taken = 0
    for kind in ORDER:
        seen: list[int] = []
        while taken < limit:
            due = select(T).where(T.c.state == "queued", T.c.kind == kind, T.c.due <= now)
            full = [domain for domain, many in under_way.items() if many >= per_domain]
            if full:
                due = due.where(T.c.domain.not_in(full))
            if seen:
                due = due.where(T.c.id.not_in(seen))
            due = due.order_by(T.c.due, T.c.id).limit(limit - taken)
            page = conn.execute(due.with_for_update(skip_locked=True)).all()
            before = taken
            for row in page:
                if under_way[row.domain] < per_domain:
                    under_way[row.domain] += 1
                    taken += 1
                    seen.append(row.id)
                    yield row
            if len(page) < limit - before:
                break


def is_claimed_by(conn: Connection, row_id: int, holder: str) -> bool:
    """Whether the row is still this daemon's: of one that was stopped and wakes, another may have taken it over."""
    found = conn.scalar(select(T.c.holder).where(T.c.id == row_id, T.c.state == "sending").with_for_update())
    return bool(found == holder)


def release(conn: Connection, now: datetime) -> int:
    """At a daemon's start: what was being sent was cut off; on PostgreSQL only once the lease ended."""
    if conn.dialect.name != "sqlite":
        return conn.execute(_EXPIRE, {"now": now}).rowcount
    return conn.execute(update(T).where(T.c.state == "sending").values(_CUT_OFF | {"due": now})).rowcount


_END = update(T).where(T.c.id == bindparam("its_id"), T.c.state != "sent")
_COUNT = _END.values(unknowns=T.c.unknowns + bindparam("more"))


_SENT = Prepared(
    lambda _: _END.values(state="sent", lease_until=null(), reason=bindparam("its_reply"), finished=bindparam("now"))
)


def sent(conn: Connection, row_id: int, reply: str, now: datetime) -> None:
    _SENT.count(conn, {"its_id": row_id, "its_reply": reply, "now": now})


def retry(
    conn: Connection, row_id: int, at: datetime, reason: str, unknown: bool = False, relay_away: bool = False
) -> None:
    """Try again at `at`; `unknown`: whether the relay accepted it could not be known."""
    row = {"its_id": row_id, "state": "queued", "lease_until": None, "due": at, "reason": reason, "more": int(unknown)}
    conn.execute(_COUNT, row | {"relay_away": relay_away})


_HELD_UP = (T.c.state == literal_column("'queued'")) & T.c.relay_away.is_(literal_column("TRUE"))


def relay_is_back(conn: Connection, limit: int, now: datetime) -> int:
    """Make due, most pressing first, what waits only because the relay could not be used; how many that were.

    Few at a time: each of them that is accepted asks for more, so that a relay that is soon away again is not flooded.
    """
    order = case({kind: place for place, kind in enumerate(ORDER)}, value=T.c.kind)
    waits = select(T.c.id).where(_HELD_UP, T.c.due > now).order_by(order, T.c.due, T.c.id).limit(limit)
    chosen = conn.scalars(waits.with_for_update(skip_locked=True)).all()
    if chosen:
        conn.execute(update(T).where(T.c.id.in_(chosen)).values(due=now))
    return len(chosen)


def gave_up(conn: Connection, row_id: int, why: str, now: datetime, unknown: bool = False) -> None:
    row = {"its_id": row_id, "state": "gave_up", "lease_until": None, "reason": why, "more": int(unknown)}
    conn.execute(_COUNT, row | {"finished": now})


def bounced(conn: Connection, row_id: int, permanent: bool, status: str, diagnostic: str, now: datetime) -> None:
    """The mail came back after it had been accepted (RFC 3464); a delay never takes a failure back."""
    text = f"{status} {diagnostic}".strip()
    lasting = True if permanent else func.coalesce(T.c.bounce_permanent, False)
    conn.execute(update(T).where(T.c.id == row_id).values(bounced=now, bounce_permanent=lasting, bounce=text))


def requeue(conn: Connection, row_id: int, now: datetime) -> bool:
    """A person wants another try, of the same bytes: of what waits, was given up or came back. False for all else."""
    may = or_(T.c.state.in_(("queued", "gave_up")), (T.c.state == "sent") & T.c.bounce_permanent.is_(True))
    anew = {"state": "queued", "due": now, "since": now, "attempt": 0, "unknowns": 0, "relay_away": False}
    anew |= {"finished": None, "bounced": None, "bounce_permanent": None, "bounce": ""}
    return conn.execute(update(T).where(T.c.id == row_id, T.c.erased.is_(None), may).values(anew)).rowcount == 1


FEW = 8
"""Message-IDs that are asked for one by one."""
_IS_OURS = Prepared(lambda _: select(T.c.id).where(T.c.message_id == bindparam("its_message_id")).limit(1))
_BY_MESSAGE_IDS = select(*_ROW).where(T.c.message_id.in_(bindparam("ids", expanding=True)))


def by_message_ids(conn: Connection, ids: Iterable[str]) -> dict[str, OutboxRow]:
    """Our mails among these Message-IDs (without brackets)."""
    wanted = list(dict.fromkeys(ids))[:1000]
    if len(wanted) <= FEW:  # most mails name none of ours, which a prepared statement tells for a tenth of the price
        wanted = [one for one in wanted if _IS_OURS.value(conn, {"its_message_id": one})]
    if not wanted:
        return {}
    return {row.message_id: OutboxRow(*row) for row in conn.execute(_BY_MESSAGE_IDS, {"ids": wanted})}


def by_ids(conn: Connection, ids: Iterable[int]) -> list[OutboxRow]:
    """Our mails with these row ids, as their return addresses name them."""
    wanted = list(ids)[:100]
    found = conn.execute(select(*_ROW).where(T.c.id.in_(wanted)).order_by(T.c.id)) if wanted else ()
    return [OutboxRow(*row) for row in found]


def for_ticket(conn: Connection, number: int) -> list[OutboxRow]:
    return [OutboxRow(*row) for row in conn.execute(select(*_ROW).where(T.c.ticket == number).order_by(T.c.id))]


def listing(conn: Connection, state: State | None, limit: int) -> list[OutboxRow]:
    """The newest first; `state` None: all."""
    wanted = select(*_ROW).order_by(T.c.id.desc()).limit(limit)
    if state is not None:  # nearly all were sent: to find them by the index of states means to sort them all
        wanted = wanted.where((T.c.state.concat("") if state == "sent" else T.c.state) == state)
    return [OutboxRow(*row) for row in conn.execute(wanted)]


def content(conn: Connection, row_id: int) -> bytes | None:
    """The bytes that leave; None where there is no such row. Raises LookupError where they are gone."""
    sha256 = conn.scalar(select(T.c.sha256).where(T.c.id == row_id))
    return contents.get(conn, sha256) if sha256 else None


def undelivered(conn: Connection, since: datetime) -> list[OutboxRow]:
    """Given up or come back for good: those of open tickets, and those of no ticket that ended after `since`."""
    came_back = T.c.bounce_permanent.is_(literal_column("TRUE"))
    dead = select(T.c.id).where(T.c.state == "gave_up").union_all(select(T.c.id).where(came_back))
    tickets = tables.tickets
    still_open = select(tickets.c.number).where(tickets.c.number == T.c.ticket, tickets.c.is_open.is_(True)).exists()
    matters = or_(still_open, T.c.ticket.is_(None) & (func.coalesce(T.c.bounced, T.c.finished) >= since))
    return [OutboxRow(*row) for row in conn.execute(select(*_ROW).where(T.c.id.in_(dead), matters).order_by(T.c.id))]


def counts(conn: Connection) -> dict[str, int]:
    """How many rows by state."""
    found = conn.execute(select(T.c.state, func.count().label("many")).group_by(T.c.state))
    return {row.state: row.many for row in found}


def next_due(conn: Connection) -> datetime | None:
    """When the next mail that waits is due; None where none waits."""
    due: datetime | None = conn.scalar(select(func.min(T.c.due)).where(T.c.state == "queued"))
    return due
