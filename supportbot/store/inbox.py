"""Mails of the IMAP servers: keep, finish, put away, look up; `claims` has those that wait for a reader.

Identity is (account, folder, UIDVALIDITY, UID), the unique key. The trap: two readers may hold the same mail when a
lease has run out, and only one can finish: the second is told so by an error that undoes its transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, case, func, literal_column, or_, select, update

from supportbot.mail.clean import clean_line
from supportbot.store import contents, tables
from supportbot.store.contents import content_hash
from supportbot.store.sql import Prepared, insert_new
from supportbot.tickets.ticket import Verdict
from supportbot.tickets.verdict import BY_CONTENT

How = Literal["moved", "copied", "keyword", "left", "gone"]
"""What became of the server's copy."""

SHOWN = 250
"""Signs of a sender or subject that are kept for lists."""

T = tables.inbox


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail as intake hands it over."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    content: bytes
    received: datetime
    partial: bool = False
    """Only the first bytes: the mail is above the hard limit, and stays on the server."""
    ahead: bool = False
    """To be looked at before those that are not."""
    points_at: int | None = None
    """The ticket whose mails must stay in order."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A mail as a list shows it, without its bytes."""

    id: int
    account: str
    folder: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    received: datetime
    kept: datetime
    partial: bool
    state: str
    strikes: int
    verdict: Verdict | None
    reason: str
    ticket: int | None
    finished: datetime | None
    on_server: str
    sender: str
    """Of a mail that was set aside, as is `subject`; "" where it is not known."""
    subject: str
    erased: datetime | None
    """When its bytes were removed, by their age or because somebody asked."""


_ROW = [T.c[name] for name in InboxRow.__dataclass_fields__]


def known(conn: Connection, account: str, folder: str, uidvalidity: int, uids: Iterable[int]) -> set[int]:
    """Which of these UIDs are kept already."""
    wanted = sorted(uids)
    found: set[int] = set()
    place = (T.c.account == account, T.c.folder == folder, T.c.uidvalidity == uidvalidity)
    for start in range(0, len(wanted), 1000):
        found.update(conn.scalars(select(T.c.uid).where(*place, T.c.uid.in_(wanted[start : start + 1000]))))
    return found


def keep(conn: Connection, mail: Kept, now: datetime) -> int | None:
    """Store the mail with its bytes; its id, or None where it is kept already."""
    sha256 = contents.hash_of(mail.content)
    row = {
        "account": mail.account,
        "folder": mail.folder,
        "uidvalidity": mail.uidvalidity,
        "uid": mail.uid,
        "sha256": sha256,
        "content_hash": content_hash(mail.content),
        "size": len(mail.content),
        "received": mail.received,
        "kept": now,
        "partial": mail.partial,
        "state": "new",
        "ahead": mail.ahead,
        "points_at": mail.points_at,
        "strikes": 0,
        "reason": "",
        "on_server": "waiting",
        "sender": "",
        "subject": "",
    }
    row_id = insert_new(conn, T, row)
    if row_id is not None:
        contents.put(conn, mail.content, sha256)
    return row_id


_FINISH = Prepared(
    lambda _: (
        update(T)
        # A person may decide again about what was set aside; nobody else about what has its verdict.
        .where(T.c.id == bindparam("mail"), or_(T.c.state != "done", T.c.verdict == "quarantine"))
        .values(
            state="done",
            lease_until=None,
            verdict=bindparam("its_verdict"),
            reason=bindparam("its_reason"),
            ticket=bindparam("its_ticket"),
            finished=bindparam("now"),
            on_server=case((T.c.on_server == "waiting", "settled"), else_=T.c.on_server),
        )
    )
)


def finish(conn: Connection, mail: int, verdict: Verdict, reason: str, ticket: int | None, now: datetime) -> None:
    """Record the verdict. Raises LookupError where the mail has one already (another reader was faster)."""
    row = {"mail": mail, "its_verdict": verdict, "its_reason": reason, "its_ticket": ticket, "now": now}
    if _FINISH.count(conn, row) != 1:
        raise LookupError(f"mail {mail} is not there, or has its verdict already")


def set_aside(conn: Connection, mail: int, reason: str, now: datetime, sender: str = "", subject: str = "") -> None:
    """Leave the mail to a person, who is told sender and subject: cleaned and at most SHOWN signs each."""
    finish(conn, mail, "quarantine", reason, None, now)
    _show(conn, mail, sender, subject)


def leave_alone(conn: Connection, mail: int, reason: str, now: datetime, sender: str, subject: str) -> None:
    """No ticket, by its words alone: staff are told sender and subject, and may decide otherwise."""
    finish(conn, mail, "ignore", reason, None, now)
    _show(conn, mail, sender, subject)


def _show(conn: Connection, mail: int, sender: str, subject: str) -> None:
    shown = {"sender": clean_line(sender, SHOWN), "subject": clean_line(subject, SHOWN)}
    conn.execute(update(T).where(T.c.id == mail).values(shown))


def look_again(conn: Connection, mail: int) -> None:
    """A person wants to decide about a mail that was left alone by its words: it is set aside, as others are."""
    conn.execute(update(T).where(T.c.id == mail, _LEFT_ALONE).values(verdict="quarantine"))


_EARLIER = Prepared(
    lambda _: select(func.min(T.c.id)).where(T.c.content_hash == bindparam("its_hash"), T.c.id < bindparam("mail"))
)


def earlier_copy(conn: Connection, content_hash: str, mail: int) -> int | None:
    """Id of the first mail before this one with the same bytes below the trace headers."""
    first: int | None = _EARLIER.value(conn, {"its_hash": content_hash, "mail": mail})
    return first


LONGEST_WAIT = timedelta(days=7)
"""How long a mail may have waited to be judged, and still be told of."""
_LEFT_ALONE = and_(T.c.verdict == literal_column("'ignore'"), T.c.reason.in_(BY_CONTENT))
_SETTLED = T.c.on_server == literal_column("'settled'")
_SET_ASIDE = T.c.verdict == literal_column("'quarantine'")


def to_put_away(
    conn: Connection, account: str, folder: str, uidvalidity: int, limit: int
) -> list[tuple[int, int, Verdict]]:
    """(id, uid, verdict) of mails that have their verdict and still lie in the server's folder, in order."""
    place = (T.c.account == account, T.c.folder == folder, T.c.uidvalidity == uidvalidity, _SETTLED)
    found = conn.execute(select(T.c.id, T.c.uid, T.c.verdict).where(*place).order_by(T.c.id).limit(limit))
    return [(row.id, row.uid, row.verdict) for row in found]


_HIGHEST = select(func.max(T.c.uid))


def highest(conn: Connection, account: str, folder: str, uidvalidity: int) -> int | None:
    """The highest UID that was kept; None where none was."""
    place = (T.c.account == account, T.c.folder == folder, T.c.uidvalidity == uidvalidity)
    found: int | None = conn.scalar(_HIGHEST.where(*place))
    return found


def let_go(conn: Connection, account: str, folder: str, uidvalidity: int) -> None:
    """What should still be put away, but whose UID means nothing any more: it is left where it lies."""
    place = (T.c.account == account, T.c.folder == folder, T.c.uidvalidity != uidvalidity, _SETTLED)
    conn.execute(update(T).where(*place).values(on_server="left"))


def put_away(conn: Connection, mails: Sequence[int], how: How, now: datetime) -> None:
    conn.execute(update(T).where(T.c.id.in_(mails)).values(on_server=how, put_away=now))


def raw(conn: Connection, mail: int) -> bytes:
    """The bytes as they came. Raises LookupError where mail or bytes are gone."""
    sha256 = conn.scalar(select(T.c.sha256).where(T.c.id == mail))
    if sha256 is None:
        raise LookupError(f"mail {mail} is not there")
    return contents.get(conn, sha256)


def get(conn: Connection, mail: int) -> InboxRow | None:
    row = conn.execute(select(*_ROW).where(T.c.id == mail)).one_or_none()
    return InboxRow(*row) if row else None


def settled(conn: Connection, since: datetime, after: int, limit: int) -> list[InboxRow]:
    """Mails with verdict and bytes that came since then, in order, those with an id above `after`: page by page."""
    wanted = select(*_ROW).where(T.c.state == "done", T.c.erased.is_(None), T.c.id > after, T.c.received >= since)
    return [InboxRow(*row) for row in conn.execute(wanted.order_by(T.c.id).limit(limit))]


def not_settled(conn: Connection, since: datetime) -> tuple[int, int]:
    """Of the mails that came since then: how many have no bytes any more, and how many have no verdict yet."""
    wanted = select(func.count()).where(T.c.received >= since)
    erased = conn.scalars(wanted.where(T.c.erased.is_not(None))).one()
    return erased, conn.scalars(wanted.where(T.c.state != "done")).one()


def quarantined(conn: Connection) -> list[InboxRow]:
    """What a person must look at, the oldest first."""
    return [InboxRow(*row) for row in conn.execute(select(*_ROW).where(_SET_ASIDE).order_by(T.c.id))]


def left_alone(conn: Connection, since: datetime) -> list[InboxRow]:
    """Mails that since then got no ticket by their words alone, the oldest first; of those kept for LONGEST_WAIT."""
    lately = T.c.kept >= since - LONGEST_WAIT
    found = select(*_ROW).where(lately, T.c.finished >= since, _LEFT_ALONE).order_by(T.c.kept)
    return [InboxRow(*row) for row in conn.execute(found)]


def counts(conn: Connection, since: datetime) -> list[tuple[Verdict | None, str, int]]:
    """(verdict, reason, how many) of the mails kept since then; verdict None: not settled yet."""
    reason = case((T.c.verdict.is_(None), ""), else_=T.c.reason)
    found = select(T.c.verdict, reason, func.count()).where(T.c.kept >= since).group_by(T.c.verdict, reason)
    return [(row[0], row[1], row[2]) for row in conn.execute(found)]


def waiting(conn: Connection) -> tuple[int, datetime | None]:
    """How many mails have no verdict yet, and since when the oldest waits."""
    row = conn.execute(select(func.count(), func.min(T.c.kept)).where(T.c.finished.is_(None))).one()
    return row[0], row[1]
