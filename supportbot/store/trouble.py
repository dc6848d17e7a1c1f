"""What a driver raises -> the class that says what the caller does next.

The trap: a full disk and a broken connection are trouble outside (try again later), a violated constraint is a defect
of ours; only the former become Away.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from supportbot.connecting import why_not
from supportbot.errors import Away, Denied, SupportbotError

SQLITE_TROUBLE = (
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY",
    "SQLITE_NOMEM", "SQLITE_PROTOCOL", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_AUTH", "SQLITE_PERM",
)  # fmt: skip
POSTGRES_TROUBLE = ("08", "25006", "53", "55P03", "57", "58")
"""SQLSTATE classes and codes: connection, read-only, resources, lock, operator intervention, system."""
POSTGRES_CONFLICT = ("40001", "40P01")
"""Serialization failure and deadlock: the transaction can be run again at once."""
POSTGRES_DENIED = {
    "28": "Check the user of database.url, database.password, and whom the server's pg_hba.conf lets in.",
    "3D": "Make it (createdb NAME), or mend its name in database.url.",
    "42501": "Make the user of database.url the owner of that database.",
}
"""Credentials, no such database, no right; each with its mend."""
REACH = "Start the server, or check host and port of database.url."


@contextmanager
def as_errors() -> Iterator[None]:
    """Raise Away or Denied for trouble with the database; everything else as it is."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        told = translated(error)
        if told is None:
            raise
        raise told from error


def translated(error: Exception) -> SupportbotError | None:
    """The error that the caller should see, or None where this one is a defect of ours."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(driver, OSError) and (words := why_not(driver)):
        return Away(f"the database: {words}.", REACH)
    text = f"the database: {driver}"
    if isinstance(driver, OSError | PoolTimeout):  # all connections wait for a server that says nothing
        return Away(text)
    if getattr(driver, "sqlite_errorname", "").startswith(SQLITE_TROUBLE):
        return Away(text)
    code = sqlstate(error)
    for begins, mend in POSTGRES_DENIED.items():
        if code.startswith(begins):
            return Denied(f"{text}.", mend)
    if code.startswith((*POSTGRES_TROUBLE, *POSTGRES_CONFLICT)):
        return Away(text)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Away(text)
    return None


def sqlstate(error: BaseException | None) -> str:
    """PostgreSQL's five-character code, wherever driver and wrapper keep it; "" where there is none."""
    while error is not None:
        code = getattr(error, "sqlstate", None)
        if isinstance(code, str):
            return code
        error = getattr(error, "orig", None) or error.__cause__
    return ""
