"""What SQLite and PostgreSQL say differently, and the guard for every text that goes to either.

The trap: a NUL is refused by PostgreSQL and cuts texts short in SQLite; a lone surrogate is refused by both. mail/ cleans
what it reads, but one forgotten string must not make a mail impossible to store, so both become U+FFFD here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, FromClause, Table, event
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(conn: Connection, table: FromClause, values: Mapping[str, Any]) -> bool:
    """Insert the row; False where its unique key is there already (ON CONFLICT DO NOTHING)."""
    assert isinstance(table, Table)
    statement = _INSERTS[conn.dialect.name](table).on_conflict_do_nothing()
    return conn.execute(statement, dict(values)).rowcount == 1


def upsert(conn: Connection, table: FromClause, values: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Insert the row, or where its primary key is there set `changed`."""
    assert isinstance(table, Table)
    statement = _INSERTS[conn.dialect.name](table).values(**values)
    conn.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=dict(changed)))


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
