"""What SQLite and PostgreSQL say differently, quick inserts, and the guard for every text that goes to either.

The trap: a NUL is refused by PostgreSQL and cuts texts short in SQLite; a lone surrogate is refused by both. mail/
cleans what it reads, but one forgotten string must not make a mail impossible to store, so both become U+FFFD here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Engine, FromClause, Table, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from supportbot.failpoints import hit

Adapt = Callable[[Any], Any]

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def take_turns(conn: Connection, key: int) -> None:
    """Until this transaction ends no other that names the key gets past this; SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.pg_advisory_xact_lock(key)))


class Prepared:
    """A statement of the hot path, compiled once for each database: its execution costs a third of what Core's does.

    Its results are counts or single values that need no conversion. It is made from the INSERT of a dialect.
    """

    def __init__(self, build: Callable[[Any], Any], columns: Sequence[str] | None = None) -> None:
        self._build = build
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def count(self, conn: Connection, row: Mapping[str, Any]) -> int:
        """Execute it; how many rows it made or changed."""
        sql, values = self._form(conn, row)
        if conn.dialect.name == "sqlite":
            return int(_cursor(conn).execute(sql, values).rowcount)
        return conn.exec_driver_sql(sql, values).rowcount

    def many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for each row."""
        forms = [self._form(conn, row) for row in rows]
        sql, values = forms[0][0], [values for _, values in forms]
        if conn.dialect.name == "sqlite":
            _cursor(conn).executemany(sql, values)
        else:
            conn.exec_driver_sql(sql, values)

    def value(self, conn: Connection, row: Mapping[str, Any]) -> Any:
        """Execute it; what its RETURNING gives, or None."""
        sql, values = self._form(conn, row)
        if conn.dialect.name == "sqlite":
            found = _cursor(conn).execute(sql, values).fetchall()
            return found[0][0] if found else None
        return conn.exec_driver_sql(sql, values).scalar()

    def _form(self, conn: Connection, row: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
        name = conn.dialect.name
        if name not in self._forms:
            self._forms[name] = self._compiled(conn)
        form = self._forms[name]
        given = {**form.constants, **row} if form.constants else row
        return form.sql, tuple([adapt(given[key]) for key, adapt in form.parameters])

    def _compiled(self, conn: Connection) -> "_Form":
        dialect = conn.dialect
        compiled = self._build(_INSERTS[dialect.name]).compile(dialect=dialect, column_keys=self._columns)
        binds = [(key, compiled.binds[key]) for key in compiled.positiontup]
        constants = {key: bind.value for key, bind in binds if not bind.required}
        return _Form(str(compiled), tuple((key, _adapting(bind.type, dialect)) for key, bind in binds), constants)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one database wants it."""

    sql: str
    parameters: tuple[tuple[str, Adapt], ...]
    """In order: the name of each, and what its value goes through."""
    constants: dict[str, Any]


def _adapting(kind: TypeEngine[Any], dialect: Dialect) -> Adapt:
    """What the type asks for; where it asks for nothing (as for texts), the guard."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    # One mail writes the same moment a dozen times.
    return lru_cache(256)(process) if process and isinstance(kind, UTCDateTime) else process or clean


def _cursor(conn: Connection) -> Any:
    return conn.connection.cursor()


_prepared: dict[tuple[str, str, tuple[str, ...]], Prepared] = {}


def insert_once(conn: Connection, table: FromClause, values: Mapping[str, Any]) -> bool:
    """Insert the row; False where its unique key is there already (ON CONFLICT DO NOTHING)."""
    build = lambda insert: insert(table).on_conflict_do_nothing()  # noqa: E731
    return _known("once", table, values, build).count(conn, values) == 1


def insert_new(conn: Connection, table: FromClause, values: Mapping[str, Any]) -> int | None:
    """Insert the row; its new `id`, or None where its unique key is there already."""
    build = lambda insert: insert(table).on_conflict_do_nothing().returning(table.c.id)  # noqa: E731
    new: int | None = _known("new", table, values, build).value(conn, values)
    return new


def insert_rows(conn: Connection, table: FromClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with the same columns, each of which must be new."""
    if rows:
        _known("rows", table, rows[0], lambda insert: insert(table)).many(conn, rows)


def _known(how: str, table: FromClause, row: Mapping[str, Any], build: Callable[[Any], Any]) -> Prepared:
    key = (how, cast(Table, table).name, tuple(row))
    if key not in _prepared:
        _prepared[key] = Prepared(build, tuple(row))
    return _prepared[key]


def upsert(conn: Connection, table: FromClause, values: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Insert the row, or where its primary key is there set `changed`."""
    statement = cast(Any, _INSERTS[conn.dialect.name])(table).values(**values)
    conn.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(changed)))


def guard_texts(engine: Engine) -> None:
    """Make every statement of this engine clean its text parameters; statements and commits can be made to fail."""
    event.listen(engine, "commit", lambda _: hit("commit"))
    event.listen(engine, "before_cursor_execute", _clean_parameters, retval=True)


def _clean_parameters(
    conn: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> tuple[str, Any]:
    hit("sql")
    if executemany:
        return statement, [_cleaned(row) for row in parameters]
    return statement, _cleaned(parameters)


def _cleaned(row: Sequence[Any]) -> Sequence[Any]:
    for value in row:
        if type(value) is str and clean(value) is not value:
            return tuple(map(clean, row))
    return row


def clean(value: Any) -> Any:
    """A text without NUL and lone surrogates; the very same object where nothing is to be cleaned."""
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
