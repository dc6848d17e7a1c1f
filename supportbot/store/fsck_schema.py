"""The database itself -> pages that are damaged, constraints that do not hold, a schema that is not this program's."""

from typing import Any

from sqlalchemy import Connection, text

from supportbot.store import tables
from supportbot.store.fsck_values import Check, Finding, Page

MOST = 100
"""Lines that SQLite's own check gives."""
_UNCHECKED = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""
_INVALID = """
SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT (indisvalid AND indisready) AND relnamespace = current_schema()::regnamespace ORDER BY 1, 2
"""


def checks() -> tuple[Check, ...]:
    return Check("database file", _pages), Check("constraints", _constraints), Check("schema", _schema)


def _pages(conn: Connection, after: int) -> Page:
    """SQLite's own look at every page and index. PostgreSQL checks its pages itself when it reads them."""
    if conn.dialect.name != "sqlite":
        return Page(())
    said = [str(row[0]) for row in conn.execute(text(f"PRAGMA integrity_check({MOST})"))]
    return Page(tuple(Finding("unreadable", "database file", line[:300]) for line in said if line != "ok"))


def _constraints(conn: Connection, after: int) -> Page:
    if conn.dialect.name == "sqlite":
        counted = 'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2'
        broken = conn.execute(text(counted)).all()
        found = [
            Finding("constraint", f"{row[0]}", f"{row[2]} rows name {row[1]} that are not there") for row in broken
        ]
        return Page(tuple(found))
    unchecked = [Finding("constraint", row[0], f"{row[1]} was never checked") for row in conn.execute(text(_UNCHECKED))]
    invalid = [Finding("constraint", row[0], f"the index {row[1]} is invalid") for row in conn.execute(text(_INVALID))]
    return Page((*unchecked, *invalid))


def _schema(conn: Connection, after: int) -> Page:
    """Tables, columns, keys and indexes are those that this program relies on."""
    from alembic.autogenerate import compare_metadata  # a quarter of a second, and only here
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(conn, opts={"compare_type": False, "compare_server_default": False})
    return Page(tuple(_difference(one) for one in compare_metadata(context, tables.METADATA)))


def _difference(one: Any) -> Finding:
    """Alembic tells what would have to be done: ("add_index", Index), ("add_column", schema, table, Column) …"""
    if isinstance(one, list):
        one = one[0]
    what, *about = one
    named = [getattr(part, "name", part) for part in about if part is not None]
    table = next((part.table.name for part in about if getattr(part, "table", None) is not None), "database")
    return Finding("schema", table, f"{what.replace('_', ' ')}: {' '.join(str(part) for part in named)}")
