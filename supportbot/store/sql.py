"""What SQLite and PostgreSQL say differently, and the guard for every text that goes to either.

The trap: a NUL is refused by PostgreSQL and cuts texts short in SQLite; a lone surrogate is refused by both. mail/
cleans what it reads, but one forgotten string must not make a mail impossible to store, so both become U+FFFD here.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, Engine, FromClause, Table, event
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(conn: Connection, table: FromClause, values: Mapping[str, Any]) -> bool:
    """Insert the row; False where its unique key is there already (ON CONFLICT DO NOTHING)."""
    return conn.execute(_insert(conn, table).on_conflict_do_nothing(), dict(values)).rowcount == 1


def insert_new(conn: Connection, table: FromClause, values: Mapping[str, Any]) -> int | None:
    """Insert the row; its new `id`, or None where its unique key is there already."""
    statement = _insert(conn, table).on_conflict_do_nothing().returning(table.c.id)
    new: int | None = conn.execute(statement, dict(values)).scalar()
    return new


def upsert(conn: Connection, table: FromClause, values: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Insert the row, or where its primary key is there set `changed`."""
    statement = _insert(conn, table).values(**values)
    conn.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(changed)))


def _insert(conn: Connection, table: FromClause) -> Any:
    return _INSERTS[conn.dialect.name](cast(Table, table))


def guard_texts(engine: Engine) -> None:
    """Make every statement of this engine clean its text parameters."""
    event.listen(engine, "before_cursor_execute", _clean_parameters, retval=True)


def _clean_parameters(
    conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    if executemany:
        return statement, [_cleaned(row) for row in parameters]
    return statement, _cleaned(parameters)


def _cleaned(row: Any) -> Any:
    if isinstance(row, Mapping):
        return {key: clean(value) for key, value in row.items()}
    return tuple(clean(value) for value in row)


def clean(value: Any) -> Any:
    """A text without NUL and lone surrogates; any other value as it is."""
    if not isinstance(value, str):
        return value
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    return value
