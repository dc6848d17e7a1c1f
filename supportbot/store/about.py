"""An address -> everything that is stored about it: tickets, mails, letters, and every other text that names it.

The trap: an address hides. It stands in base64 inside a stored mail, in the JSON of a decision, in the key of an outbox
row; so all text columns of all tables are looked through (a table added later too), and mails are decoded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, String, Table, or_, select

from supportbot.mail import mime
from supportbot.mail.message import Part
from supportbot.store import contents, tables
from supportbot.tickets.same_address import Wanted

PAGE = 50
"""Stored contents that are looked through in one transaction."""
REGISTRY = ("customers", "partners", "devices", "models")
"""Tables that an import replaces: only the import folder can be corrected."""
_AUTHOR = re.compile(
    r"^(?:from|sender|reply-to|return-path)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_BLANK_LINE = re.compile(r"\r?\n\r?\n")
_ENCODED = re.compile(rb"base64|quoted-printable", re.IGNORECASE)


@dataclass(slots=True)
class Hits:
    """Stored bytes that name the address, by their hash."""

    author: set[str] = field(default_factory=set)
    """Mails that it wrote."""
    named: set[str] = field(default_factory=set)
    """All others."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row with texts that name the address."""

    table: str
    key: tuple[Any, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    tickets: tuple[int, ...] = ()
    """That the address opened: wholly about it."""
    mails: tuple[int, ...] = ()
    """Inbox ids: those that it wrote, and all of its tickets."""
    named_mails: tuple[int, ...] = ()
    """Of others, that name it."""
    letters: tuple[int, ...] = ()
    """Outbox ids: to it, and about its tickets."""
    named_letters: tuple[int, ...] = ()
    texts: tuple[TextRow, ...] = ()
    registry: tuple[TextRow, ...] = ()


def look_through(conn: Connection, wanted: Wanted, after: str, hits: Hits) -> str | None:
    """Look through the next stored contents; the hash to go on after, or None at the end."""
    C = tables.contents  # noqa: N806
    rows = conn.execute(select(C).where(C.c.sha256 > after).order_by(C.c.sha256).limit(PAGE)).all()
    for row in rows:
        try:
            content = bytes(row.content) if row.content is not None else contents.read_file(conn, row.sha256)
        except LookupError:
            continue  # damaged: the backup's matter
        text = content.decode("latin-1")
        if any(wanted.is_in(_utf8(one)) for one in _AUTHOR.findall(_BLANK_LINE.split(text, maxsplit=1)[0])):
            hits.author.add(row.sha256)
        elif wanted.is_in(_utf8(text)) or (_ENCODED.search(content) and _is_inside(mime.read_tree(content)[0], wanted)):
            hits.named.add(row.sha256)
    return rows[-1].sha256 if len(rows) == PAGE else None


def _utf8(text: str) -> str:
    """Bytes read as Latin-1, as what they more likely are."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def _is_inside(part: Part, wanted: Wanted) -> bool:
    body = part.text if part.text is not None else part.content.decode("utf-8", "replace")
    return wanted.is_in(body) or any(_is_inside(child, wanted) for child in part.parts)


def find(conn: Connection, wanted: Wanted, hits: Hits) -> Found:
    """All rows that are about the address or name it, in one moment's state."""
    own = tuple(row.number for row in _naming(conn, wanted, tables.tickets, "sender"))
    inbox, outbox = tables.inbox, tables.outbox
    authored = {row.inbox_id for row in _naming(conn, wanted, tables.articles, "author") if row.inbox_id is not None}
    mails = {row.id for row in _in(conn, inbox, "sha256", hits.author)} | authored
    mails |= {row.id for row in _in(conn, inbox, "ticket", own)}
    letters = {row.id for row in _naming(conn, wanted, outbox, "recipient")}
    letters |= {row.id for row in _in(conn, outbox, "ticket", own)}
    named = {row.id for row in _in(conn, inbox, "sha256", hits.named)} - mails
    named_letters = {row.id for row in _in(conn, outbox, "sha256", hits.named | hits.author)} - letters
    texts = [row for table in tables.METADATA.sorted_tables for row in _texts(conn, wanted, table)]
    return Found(
        tickets=own,
        mails=tuple(sorted(mails)),
        named_mails=tuple(sorted(named)),
        letters=tuple(sorted(letters)),
        named_letters=tuple(sorted(named_letters)),
        texts=tuple(row for row in texts if row.table not in REGISTRY),
        registry=tuple(row for row in texts if row.table in REGISTRY),
    )


def _naming(conn: Connection, wanted: Wanted, table: Any, column: str) -> list[Any]:
    rows = conn.execute(select(table).where(_may_name(table.c[column], wanted)).order_by(*table.primary_key)).all()
    return [row for row in rows if wanted.is_in(getattr(row, column) or "")]


def _may_name(column: Any, wanted: Wanted) -> Any:
    """SQLite folds ASCII only, so that other domains are looked for in Python alone."""
    return column.icontains(f"@{wanted.domain}", autoescape=True) if wanted.domain.isascii() else column.is_not(None)


def _in(conn: Connection, table: Any, column: str, values: Any) -> Iterator[Any]:
    wanted = sorted(values)
    for start in range(0, len(wanted), 500):
        yield from conn.execute(select(table).where(table.c[column].in_(wanted[start : start + 500])))


def _texts(conn: Connection, wanted: Wanted, table: Table) -> Iterator[TextRow]:
    columns = [column for column in table.columns if isinstance(column.type, String)]
    if not columns:
        return
    keys = list(table.primary_key)
    rows = conn.execute(select(*keys, *columns).where(or_(*(_may_name(column, wanted) for column in columns))))
    for row in rows:
        values = row[len(keys) :]
        naming = tuple(
            column.name for column, value in zip(columns, values, strict=True) if value and wanted.is_in(value)
        )
        if naming:
            yield TextRow(table.name, tuple(row[: len(keys)]), naming)
