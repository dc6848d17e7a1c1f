"""A SQLite database -> an empty PostgreSQL one: every row and every content, proven equal by counts and hashes.

The trap: what a person changes meanwhile with a command would be missing. So the source is read again at the end, and
its hashes are those that the target must have; a target that was begun and not finished is refused the next time.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Integer, Table, delete, func, literal, select, tuple_

from supportbot.errors import Invalid, Problem
from supportbot.store import contents, tables
from supportbot.store.database import Database
from supportbot.store.sql import insert_rows

PAGE = 500
"""Rows read and written together."""
PAGE_BYTES = 8_000_000
"""Bytes of contents after which a page ends early."""
_OF_A_NEW_ONE = ("counters", "meta")
"""Tables that the schema itself fills."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and the sum of their hashes: whatever their order, equal rows give equal sums."""

    rows: int
    hash: str


async def copy(source: Database, target: Database, tell: Callable[[str, int], None]) -> dict[str, Sum]:
    """Copy all; the sums of both, by table. `tell` is called with each table and its rows.

    Raises Invalid where the target is not empty, or is not equal in the end; LookupError where contents are damaged.
    """
    await _demand_empty(target)
    await target.write(_remove_what_a_new_one_has)
    for table in tables.METADATA.sorted_tables:
        copied = 0
        after: tuple[Any, ...] | None = None
        while page := await source.read(partial(_page, table, after)):
            await target.write(partial(_insert, table, page))
            after = tuple(page[-1][column.name] for column in table.primary_key)
            copied += len(page)
        tell(table.name, copied)
    await target.write(_set_sequences)
    there, here = await target.read(sums), await source.read(sums)
    if unequal := [name for name in here if here[name] != there[name]]:
        mend = "Stop what still writes, make the target empty, and copy again."
        raise Invalid(Problem(name, "is not the same in both databases.", mend) for name in unequal)
    return here


async def _demand_empty(target: Database) -> None:
    full = await target.read(_tables_with_rows)
    if full:
        raise Invalid(
            [Problem("the target", f"is not empty: {', '.join(full)} have rows.", "Name a new, empty database.")]
        )


def _tables_with_rows(conn: Connection) -> list[str]:
    asked = [table for table in tables.METADATA.sorted_tables if table.name not in _OF_A_NEW_ONE]
    return [table.name for table in asked if conn.scalar(select(literal(1)).select_from(table).limit(1))]


def _remove_what_a_new_one_has(conn: Connection) -> None:
    for name in _OF_A_NEW_ONE:
        conn.execute(delete(tables.METADATA.tables[name]))


def _insert(table: Table, page: list[dict[str, Any]], conn: Connection) -> None:
    insert_rows(conn, table, page)


def _page(table: Table, after: tuple[Any, ...] | None, conn: Connection) -> list[dict[str, Any]]:
    """The next rows in the order of the primary key, contents of large mails read from their files."""
    key = list(table.primary_key)
    wanted = select(table).order_by(*key).limit(PAGE)
    if after is not None:
        wanted = wanted.where(tuple_(*key) > tuple_(*after))
    page: list[dict[str, Any]] = []
    size = 0
    for row in conn.execute(wanted).mappings():
        values = dict(row)
        if table is tables.contents:
            if values["content"] is None:
                values["content"] = contents.read_file(conn, values["sha256"])
            size += len(values["content"])
        page.append(values)
        if size > PAGE_BYTES:
            break
    return page


def sums(conn: Connection) -> dict[str, Sum]:
    """Of every table. Contents are hashed again, so that a damaged one shows."""
    return {table.name: _sum(conn, table) for table in tables.METADATA.sorted_tables}


def _sum(conn: Connection, table: Table) -> Sum:
    rows = total = 0
    for values in _rows(conn, table):
        plain = [(name, _plain(values[name])) for name in sorted(values)]
        total += int.from_bytes(hashlib.sha256(repr(plain).encode("utf-8", "surrogatepass")).digest())
        rows += 1
    return Sum(rows, f"{total % (1 << 256):064x}")


def _rows(conn: Connection, table: Table) -> Iterator[Mapping[str, Any]]:
    after: tuple[Any, ...] | None = None
    while page := _page(table, after, conn):
        yield from page
        after = tuple(page[-1][column.name] for column in table.primary_key)


def _plain(value: Any) -> Any:
    """The same for both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return contents.hash_of(bytes(value))
    return value


def _set_sequences(conn: Connection) -> None:
    """The next row gets a new id, and the next ticket a new number."""
    for table in tables.METADATA.sorted_tables:
        for column in table.primary_key:
            if not isinstance(column.type, Integer):
                continue
            sequence = conn.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if sequence is not None:
                conn.execute(select(func.setval(sequence, (conn.scalar(select(func.max(column))) or 0) + 1, False)))
    last = conn.scalar(select(tables.counters.c.value).where(tables.counters.c.name == "ticket"))
    conn.execute(select(func.setval("ticket_number", last)))
