"""Mails, letters and tickets of which only what must stay is left: identity, verdict, numbers, dates.

Identity rows stay (UIDVALIDITY and UID, hashes of the bytes, Message-IDs of our letters), so that nothing is fetched or
answered twice. The trap: two mails may have the same bytes, so contents go only when no row with content names them;
and a large one's file goes later (`sweep`), because a file is not brought back when a transaction is undone.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, literal_column, or_, select, update

from supportbot.store import contents, tables, tickets
from supportbot.store.ticket_rows import ticket_from, ticket_row
from supportbot.tickets.bookkeeping import without_persons
from supportbot.tickets.ticket import BillingState, JournalEntry

I, O, T, J, C = tables.inbox, tables.outbox, tables.tickets, tables.journal, tables.contents  # noqa: E741 - the tables by their first letters
KEPT_ENTRIES = ("billing confirmed", "billing waived", "billing candidate")
"""What the journal says of a charge: kept as long as the charge is."""
HEAD = 16_384
"""Bytes of a mail in which the header fields of one of our letters stand."""
_MESSAGE_ID = re.compile(rb"^Message-ID: <([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_HASH = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = re.compile(r"[0-9a-f]{64}\.\d+\.tmp")


def mails(conn: Connection, ids: Sequence[int], now: datetime, why: str = "") -> int:
    """Remove the bytes, sender and subject of mails that have their verdict. Those set aside leave the list (`why`)."""
    wanted = select(I.c.id, I.c.sha256, I.c.content_hash, I.c.reason).where(I.c.id.in_(ids), I.c.state == "done")
    rows = conn.execute(wanted).all()
    done = [row.id for row in rows]
    conn.execute(update(I).where(I.c.id.in_(done)).values(erased=now, sender="", subject=""))
    conn.execute(update(I).where(I.c.id.in_(done), I.c.verdict == "quarantine").values(verdict="ignore", reason=why))
    for row in rows:
        if "@" in row.reason:
            reason = row.reason.partition(" (")[0]
            conn.execute(update(I).where(I.c.id == row.id).values(reason="" if "@" in reason else reason))
    hashes = {row.sha256 for row in rows}
    _drop_contents(conn, hashes, {row.content_hash for row in rows}, _message_ids(conn, hashes))
    return len(done)


def letters(conn: Connection, ids: Sequence[int], now: datetime, keep_recipient: Collection[int] = ()) -> int:
    """Remove the bytes, recipient and replies of letters that have left or were given up; the Message-ID stays.

    `keep_recipient`: letters of which the recipient stays, too.
    """
    left = O.c.state.in_(("sent", "gave_up"))
    rows = conn.execute(select(O.c.id, O.c.sha256, O.c.message_id).where(O.c.id.in_(ids), left)).all()
    done = [row.id for row in rows]
    conn.execute(update(O).where(O.c.id.in_(done)).values(erased=now, reason="", bounce=""))
    nobody = {"recipient": "", "recipient_key": "", "domain": ""}
    conn.execute(update(O).where(O.c.id.in_([one for one in done if one not in keep_recipient])).values(nobody))
    hashes = {row.sha256 for row in rows}
    _drop_contents(conn, hashes, _content_hashes(conn, hashes), {row.message_id for row in rows})
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
    return not_kept & (what != literal_column("'erased'"))


def journals(conn: Connection, numbers: Sequence[int]) -> int:
    """Remove what the journal says of these tickets, but for a confirmed charge. Returns how many entries."""
    wanted = select(J.c.id).join(T, T.c.number == J.c.ticket).where(J.c.ticket.in_(numbers), removable_entries())
    return conn.execute(delete(J).where(J.c.id.in_(wanted))).rowcount


def _drop_contents(conn: Connection, hashes: set[str], content_hashes: set[str], message_ids: set[str]) -> None:
    """Remove the bytes that no mail and no letter needs any more.

    The same bytes have the same content hash and Message-ID, by which there are indexes: one by the bytes' own hash
    would have to be written for every mail, at a random place, for what is asked at night. The rows are locked before
    it is asked who names them: whoever stores the same bytes meanwhile waits, or has been waited for (`contents.put`).
    """
    conn.execute(select(C.c.size).where(C.c.sha256.in_(hashes)).order_by(C.c.sha256).with_for_update()).all()
    mails = select(I.c.sha256).where(I.c.content_hash.in_(content_hashes), I.c.sha256.in_(hashes), I.c.erased.is_(None))
    letters = select(O.c.sha256).where(O.c.message_id.in_(message_ids), O.c.sha256.in_(hashes), O.c.erased.is_(None))
    named = {*conn.scalars(mails), *conn.scalars(letters)}
    conn.execute(delete(C).where(C.c.sha256.in_(hashes - named)))


def _content_hashes(conn: Connection, hashes: Iterable[str]) -> set[str]:
    """Of letters; what is gone or damaged has none."""
    found = set()
    for sha256 in hashes:
        with suppress(LookupError):
            found.add(contents.content_hash(contents.get(conn, sha256)))
    return found


def _message_ids(conn: Connection, hashes: Iterable[str]) -> set[str]:
    """Of received mails, where they are written as our own letters have them."""
    head = func.substr(C.c.content, 1, HEAD)
    rows = conn.execute(select(C.c.sha256, head.label("head")).where(C.c.sha256.in_(hashes))).all()
    heads = (row.head if row.head is not None else contents.file_head(conn, row.sha256, HEAD) for row in rows)
    found = (_MESSAGE_ID.search(bytes(one)) for one in heads)
    return {match[1].decode("ascii", "replace") for match in found if match}


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
