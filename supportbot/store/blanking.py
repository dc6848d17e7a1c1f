"""Mails, letters and tickets of which only what must stay is left: identity, verdict, numbers, dates.

Identity rows stay (UIDVALIDITY and UID, hashes of the bytes, Message-IDs of our letters), so that nothing is fetched or
answered twice. The trap: two mails may have the same bytes, so contents go only when no row with content names them;
and a large one's file goes later (`sweep`), because a file is not brought back when a transaction is undone.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from supportbot.store import tables, tickets
from supportbot.store.ticket_rows import ticket_from, ticket_row
from supportbot.tickets.bookkeeping import without_persons
from supportbot.tickets.ticket import BillingState, JournalEntry

I, O, T, J, C = tables.inbox, tables.outbox, tables.tickets, tables.journal, tables.contents  # noqa: E741 - the tables by their first letters
KEPT_ENTRIES = ("billing confirmed", "billing waived", "billing candidate")
"""What the journal says of a charge: kept as long as the charge is."""
_HASH = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = re.compile(r"[0-9a-f]{64}\.\d+\.tmp")


def mails(conn: Connection, ids: Sequence[int], now: datetime, why: str = "") -> int:
    """Remove the bytes, sender and subject of mails that have their verdict. Those set aside leave the list (`why`)."""
    rows = conn.execute(select(I.c.id, I.c.sha256, I.c.reason).where(I.c.id.in_(ids), I.c.state == "done")).all()
    done = [row.id for row in rows]
    conn.execute(update(I).where(I.c.id.in_(done)).values(erased=now, sender="", subject=""))
    conn.execute(update(I).where(I.c.id.in_(done), I.c.verdict == "quarantine").values(verdict="ignore", reason=why))
    for row in rows:
        if "@" in row.reason:
            reason = row.reason.partition(" (")[0]
            conn.execute(update(I).where(I.c.id == row.id).values(reason="" if "@" in reason else reason))
    _drop_contents(conn, {row.sha256 for row in rows})
    return len(done)


def letters(conn: Connection, ids: Sequence[int], now: datetime) -> int:
    """Remove the bytes, recipient and replies of letters that have left or were given up; the Message-ID stays."""
    left = O.c.state.in_(("sent", "gave_up"))
    rows = conn.execute(select(O.c.id, O.c.sha256).where(O.c.id.in_(ids), left)).all()
    done = [row.id for row in rows]
    blank = {"erased": now, "recipient": "", "recipient_key": "", "domain": "", "reason": "", "bounce": ""}
    conn.execute(update(O).where(O.c.id.in_(done)).values(blank))
    _drop_contents(conn, {row.sha256 for row in rows})
    return len(done)


def ticket_texts(conn: Connection, numbers: Sequence[int], actor: str, why: str, now: datetime) -> int:
    """Remove subject, texts and people of resolved tickets, but for a confirmed charge; the journal says so."""
    rows = conn.execute(select(T).where(T.c.number.in_(numbers), T.c.is_open.is_(False)).with_for_update()).all()
    for row in rows:
        bare = without_persons(ticket_from(row), now.date())
        conn.execute(update(T).where(T.c.number == row.number).values(ticket_row(bare) | {"erased": now}))
        tickets.add_journal(conn, row.number, (JournalEntry(now, actor, "erased", why),))
    done = [row.number for row in rows]
    for table in (tables.articles, tables.participants):
        conn.execute(delete(table).where(table.c.ticket.in_(done)))
    return len(done)


def charges(conn: Connection, numbers: Sequence[int], actor: str, now: datetime) -> int:
    """Remove confirmed charges that need not be kept any longer, of tickets that have no texts any more."""
    conn.execute(delete(J).where(J.c.ticket.in_(numbers), J.c.what.in_(KEPT_ENTRIES)))
    return ticket_texts(conn, numbers, actor, "the charge's years have passed", now)


def removable_entries() -> Any:
    """Of the journal, joined with its tickets: all but a confirmed charge's, and that texts were removed."""
    what = J.c.what
    not_kept = or_(what.not_in(KEPT_ENTRIES), T.c.billing_state != BillingState.CONFIRMED.value)
    return not_kept & (what != "erased")


def journals(conn: Connection, numbers: Sequence[int]) -> int:
    """Remove what the journal says of these tickets, but for a confirmed charge. Returns how many entries."""
    wanted = select(J.c.id).join(T, T.c.number == J.c.ticket).where(J.c.ticket.in_(numbers), removable_entries())
    return conn.execute(delete(J).where(J.c.id.in_(wanted))).rowcount


def _drop_contents(conn: Connection, hashes: Iterable[str]) -> None:
    wanted = set(hashes)
    for table in (I, O):
        still = select(table.c.sha256).where(table.c.sha256.in_(wanted), table.c.erased.is_(None))
        wanted -= set(conn.scalars(still)) if wanted else set()
    conn.execute(delete(C).where(C.c.sha256.in_(wanted)))


def sweep(conn: Connection) -> int:
    """Remove the files of large contents that no row names any more. Returns how many.

    Inside a write transaction, so that no mail with the same bytes can come in between.
    """
    folder: Path | None = conn.get_execution_options().get("raw_folder")
    if folder is None or not folder.is_dir():
        return 0
    files = {path.name: path for path in folder.iterdir() if _HASH.fullmatch(path.name[:64])}
    hashes = sorted({name[:64] for name in files})
    named: set[str] = set()
    for start in range(0, len(hashes), 500):
        named.update(conn.scalars(select(C.c.sha256).where(C.c.sha256.in_(hashes[start : start + 500]))))
    gone = 0
    for name, path in files.items():
        # An unfinished file is another transaction's that died: this one has the writer's lock.
        if _UNFINISHED.fullmatch(name) or (_HASH.fullmatch(name) and name not in named):
            path.unlink(missing_ok=True)
            gone += 1
    return gone
