"""Mails and letters with their bytes -> which are damaged, gone, or half done; and bytes that nobody names.

The trap: the hash of a mail is noted twice, in its row and as the name of its bytes, and the bytes may stand in a file
beside the database: all three must be the same.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, literal, select

from supportbot.store import contents, leases, tables
from supportbot.store.fsck_values import Check, Finding, Page

I, O, C, T, A = tables.inbox, tables.outbox, tables.contents, tables.tickets, tables.articles  # noqa: E741
ROWS = 500
BYTES = 16_000_000
"""Bytes of contents that one page reads at most, but for a single larger mail."""
LATE = timedelta(minutes=1)
"""So long after its lease a claim has no owner: a daemon that lives looks every five seconds."""
FRESH_SECONDS = 3600.0
"""A file that is younger may belong to a transaction under way."""
_HEX = "0123456789abcdef"
_NAME = re.compile(r"[0-9a-f]{64}(\.\d+\.tmp)?")
NEEDS_TICKET = ("ack", "forward")
_TICKETED = ("ticket", "follow-up")


def checks(now: datetime) -> tuple[Check, ...]:
    return (
        Check("mails", partial(mails, now)),
        Check("letters", partial(letters, now)),
        Check("contents", unnamed, first=""),
        Check("files", strays, first=""),
    )


def _page(
    conn: Connection,
    wanted: "Select[Any]",
    look: "Callable[[Any, _Bytes, datetime], Iterator[Finding]]",
    now: datetime,
) -> Page:
    """The next rows, and what `look` finds of each."""
    rows = _cut(conn.execute(wanted.limit(ROWS)).all())
    bytes_of = _Bytes(conn, rows)
    return Page(tuple(finding for row in rows for finding in look(row, bytes_of, now)), rows[-1].id if rows else None)


def mails(now: datetime, conn: Connection, after: int) -> Page:
    """The next mails that came: their bytes, their verdict, the ticket and the article that it says."""
    articles = select(func.count()).where(A.c.ticket == I.c.ticket, A.c.inbox_id == I.c.id).scalar_subquery()
    wanted = (
        select(
            I,
            C.c.size.label("stored_size"),
            T.c.number.label("its_ticket"),
            T.c.erased.label("ticket_erased"),
            articles.label("articles"),
            _gone(conn, I).label("gone"),
        )
        .outerjoin_from(I, C, C.c.sha256 == I.c.sha256)
        .outerjoin(T, T.c.number == I.c.ticket)
        .where(I.c.id > after)
    )
    return _page(conn, wanted.order_by(I.c.id), _mail, now)


def _mail(row: Any, bytes_of: "_Bytes", now: datetime) -> Iterator[Finding]:
    where = f"mail {row.id} ({row.account}, {row.folder}, UID {row.uid})"
    yield from bytes_of.wrong(row, where)
    if (
        row.erased is None
        and row.sha256 in bytes_of.whole
        and bytes_of.whole[row.sha256] != (row.content_hash, row.size)
    ):
        yield Finding("damaged", where, "size or hash without trace headers is not that which was noted")
    if (row.state == "done") != (row.verdict is not None and row.finished is not None):
        yield Finding("half_done", where, f"state {row.state}, verdict {row.verdict}, finished {row.finished}")
    elif row.verdict in _TICKETED and row.its_ticket is None:
        yield Finding("no_ticket", where, f"verdict {row.verdict}, but ticket {row.ticket} is not there")
    elif row.verdict in _TICKETED and row.erased is None and row.ticket_erased is None and row.articles != 1:
        kind = "doubled" if row.articles else "no_article"
        yield Finding(kind, where, f"stands {row.articles} times in ticket {row.ticket}")  # type: ignore[arg-type]
    elif row.ticket is not None and row.its_ticket is None:
        yield Finding("no_ticket", where, f"ticket {row.ticket} is not there")
    yield from _claim(row, "reading", where, now)


def letters(now: datetime, conn: Connection, after: int) -> Page:
    """The next mails that leave: their bytes, their ticket, how they ended."""
    earlier = O.alias("earlier")
    twice = exists(select(earlier.c.id).where(earlier.c.message_id == O.c.message_id, earlier.c.id < O.c.id))
    wanted = (
        select(
            O,
            C.c.size.label("stored_size"),
            T.c.number.label("its_ticket"),
            twice.label("twice"),
            _gone(conn, O).label("gone"),
        )
        .outerjoin_from(O, C, C.c.sha256 == O.c.sha256)
        .outerjoin(T, T.c.number == O.c.ticket)
        .where(O.c.id > after)
    )
    return _page(conn, wanted.order_by(O.c.id), _letter, now)


def _letter(row: Any, bytes_of: "_Bytes", now: datetime) -> Iterator[Finding]:
    about = f", ticket {row.ticket}" if row.ticket is not None else ""
    where = f"letter {row.id} ({row.kind}{about})"
    yield from bytes_of.wrong(row, where)
    if row.ticket is not None and row.its_ticket is None:
        yield Finding("no_ticket", where, f"ticket {row.ticket} is not there")
    elif row.ticket is None and row.kind in NEEDS_TICKET:
        yield Finding("no_ticket", where, "names no ticket")
    if row.twice:
        yield Finding("doubled", where, "an earlier letter has the same Message-ID")
    if (row.state in ("sent", "gave_up")) != (row.finished is not None) and row.attempt:
        yield Finding("half_done", where, f"state {row.state}, finished {row.finished}")
    yield from _claim(row, "sending", where, now)


def _claim(row: Any, state: str, where: str, now: datetime) -> Iterator[Finding]:
    if row.state != state:
        return
    if row.gone:
        yield Finding("unclaimed", where, f"claimed by {row.holder}, which lives no more")
    elif row.lease_until is None or row.lease_until < now - LATE:
        until = f"{row.lease_until:%Y-%m-%d %H:%M} UTC" if row.lease_until else "no moment"
        yield Finding("unclaimed", where, f"claimed until {until}, and nobody has taken it up")


def _gone(conn: Connection, table: Any) -> Any:
    """SQLite has one daemon, whose claims the next one frees."""
    return leases.is_gone(table.c.holder) if conn.dialect.name == "postgresql" else literal(False)


def _cut(rows: Sequence[Any]) -> Sequence[Any]:
    """As many as have BYTES together, but at least one."""
    total = 0
    for place, row in enumerate(rows):
        total += (row.stored_size or 0) if row.erased is None else 0
        if place and total > BYTES:
            return rows[:place]
    return rows


class _Bytes:
    """The contents of a page by hash: of whole ones the hash below the trace headers and the size; or what is wrong."""

    def __init__(self, conn: Connection, rows: Sequence[Any]) -> None:
        self.whole: dict[str, tuple[str, int]] = {}
        self._wrong: dict[str, Finding] = {}
        wanted = {row.sha256 for row in rows if row.erased is None}
        for sha256, size, content in conn.execute(select(C).where(C.c.sha256.in_(wanted))):
            try:
                found = bytes(content) if content is not None else contents.read_file(conn, sha256)
            except LookupError as error:
                kind = "damaged" if "damaged" in str(error) else "bytes_gone"
                self._wrong[sha256] = Finding(kind, "", str(error))  # type: ignore[arg-type]
                continue
            if contents.hash_of(found) != sha256 or len(found) != size:
                self._wrong[sha256] = Finding("damaged", "", "its bytes are not those that were stored")
                continue
            self.whole[sha256] = contents.content_hash(found), size

    def wrong(self, row: Any, where: str) -> Iterator[Finding]:
        if row.erased is not None:
            return
        if found := self._wrong.get(row.sha256):
            yield Finding(found.kind, where, found.what)
        elif row.sha256 not in self.whole:
            yield Finding("bytes_gone", where, f"the contents {row.sha256} are not in the database")


def unnamed(conn: Connection, done: str) -> Page:
    """Bytes that no mail and no letter with content names: one sixteenth of all hashes a page."""
    begin = _HEX[len(done)]
    end = _HEX[len(done) + 1] if len(done) < 15 else "g"

    def hashes(table: Any) -> Any:
        return select(table.c.sha256).where(table.c.sha256 >= begin, table.c.sha256 < end)

    left = hashes(C).except_(hashes(I).where(I.c.erased.is_(None)), hashes(O).where(O.c.erased.is_(None)))
    found = [
        Finding("unnamed", f"contents {sha256}", "no mail and no letter has them") for sha256 in conn.scalars(left)
    ]
    return Page(tuple(found), done + begin if end != "g" else None)


def strays(conn: Connection, after: str) -> Page:
    """Files of large contents that no row names."""
    folder: Path | None = conn.get_execution_options().get("raw_folder")
    if folder is None or not folder.is_dir():
        return Page(())
    old = time.time() - FRESH_SECONDS
    names = sorted(path.name for path in folder.iterdir() if path.name > after)[:ROWS]
    hashes = [name[:64] for name in names]
    named = set(conn.scalars(select(C.c.sha256).where(and_(C.c.sha256.in_(hashes), C.c.content.is_(None)))))
    found = [
        Finding("stray_file", str(folder / name), "no row names it")
        for name in names
        if _NAME.fullmatch(name) and name not in named and _age(folder / name) < old
    ]
    return Page(tuple(found), names[-1] if len(names) == ROWS else None)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
