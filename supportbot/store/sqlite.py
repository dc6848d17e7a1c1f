"""The SQLite side of Database: one writer thread with group commit, readers on snapshots of their own.

Callers that wait at the same time share one COMMIT, which is what costs (an fsync). Each function runs in a SAVEPOINT,
so that an error undoes it alone. Traps: pysqlite opens a transaction only at the first write, so that of two
read-modify-writes one is lost (hence BEGIN IMMEDIATE); a full disk may roll back the whole transaction, and then
everybody in it is told.
"""

import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from supportbot.errors import Away, Invalid, Problem, Unreachable
from supportbot.store.sql import guard_texts
from supportbot.store.trouble import as_errors, translated

GROUP = 64
"""Functions in one commit at most."""
PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",  # a SAVEPOINT may need a journal of its own
    "cache_size = -16000",
    "secure_delete = ON",  # what is removed is overwritten, not only forgotten
    "wal_autocheckpoint = 4000",  # pages: fewer checkpoints when mails come in crowds
)
BUSY_SECONDS = 5.0
"""How long a lock of another process is waited for."""


@dataclass(slots=True)
class Wanted:
    """A function that waits for its turn, and where its answer goes."""

    run: Callable[[Connection], Any]
    answer: "Future[Any]" = field(default_factory=Future)


def raw_folder(file: Path) -> Path:
    """Where the large contents of a database stand: beside it."""
    return file.with_name(file.name + ".raw")


def writing_engine(file: Path) -> Engine:
    return _engine(file, "BEGIN IMMEDIATE")


def reading_engine(file: Path) -> Engine:
    return _engine(file, "BEGIN", "query_only = ON")


def _engine(file: Path, begin: str, *more: str) -> Engine:
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        _set_wal(connection)
        for pragma in (*PRAGMAS, *more):
            connection.execute(f"PRAGMA {pragma}")
        if connection.execute("PRAGMA synchronous").fetchone() != (2,):
            raise Unreachable(f"{file}: SQLite refuses synchronous = FULL, without which a power cut loses mail")

    @event.listens_for(engine, "begin")
    def start(conn: Connection) -> None:
        conn.exec_driver_sql(begin)

    guard_texts(engine)
    return engine.execution_options(raw_folder=raw_folder(file))


def _set_wal(connection: sqlite3.Connection) -> None:
    """Switching to WAL does not wait for locks by itself: two first starts at once would fail."""
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > patience:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise Unreachable(f"SQLite cannot keep a write-ahead log here (journal mode {mode}): use a local disk")


def scrub(file: Path, whole: bool) -> bool:
    """Empty the log of what it still holds of removed rows; `whole`: also write the file anew, without its gaps.

    False where others hold it up for too long just now: it is done the next time.
    """
    with as_errors(), closing(sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA secure_delete = ON")
            if whole:
                connection.execute("VACUUM")
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            return False
    return not busy


def prepare(file: Path, create: bool) -> None:
    """Make the database file for its owner only: it holds personal data. No-op where it is there."""
    if not create and not file.exists():
        mend = "Make it: supportbot registry import DIR, or supportbot db upgrade"
        raise Invalid([Problem(str(file), "is not there.", mend)])
    with as_errors():
        raw_folder(file).mkdir(mode=0o700, exist_ok=True)
        # Never opened where it is there: closing it would drop the locks that SQLite holds in this process.
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


class Writer:
    """The one thread that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[Wanted | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._conn: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="supportbot-writer", daemon=True)
        self._thread.start()

    def submit(self, run: Callable[[Connection], Any]) -> "Future[Any]":
        wanted = Wanted(run)
        with self._lock:
            if self._closed:
                raise Unreachable("the database is closed")
            self._waiting.put(wanted)
        return wanted.answer

    def close(self) -> None:
        """Do what waits, then end the thread."""
        with self._lock:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            group: list[Wanted] = []
            wanted = self._waiting.get()
            while wanted is not None:
                if wanted.answer.set_running_or_notify_cancel():
                    group.append(wanted)
                if len(group) == GROUP or self._waiting.empty():
                    break
                wanted = self._waiting.get()
            ended = wanted is None
            if group:
                self._commit(group)
        self._disconnect()

    def _commit(self, group: list[Wanted]) -> None:
        """One transaction for the group. Answers are given after its COMMIT, never before."""
        answers: list[Callable[[], None]] = []
        try:
            conn = self._connected()
            with conn.begin():
                driver = conn.connection.driver_connection
                assert driver is not None
                answers.extend(_run_alone(conn, driver, wanted) for wanted in group)
        except BaseException as error:  # whatever it is, nothing was stored, and the thread lives on
            self._disconnect()
            told = (translated(error) if isinstance(error, Exception) else None) or error
            answers = [_raising(wanted, told) for wanted in group]
        for give in answers:
            give()

    def _connected(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn

    def _disconnect(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            try:
                conn.invalidate()
                conn.close()
            except Exception:  # it is given up anyway; the next group opens a new one
                pass


def _run_alone(conn: Connection, driver: Any, wanted: Wanted) -> Callable[[], None]:
    """Run one function in a SAVEPOINT; returns what gives its answer once the transaction is committed."""
    driver.execute("SAVEPOINT alone")
    try:
        result = wanted.run(conn)
    except Exception as error:
        if not driver.in_transaction:  # SQLite has rolled back everything, the others' work too
            raise (translated(error) or Away("SQLite has rolled back the transaction")) from error
        driver.execute("ROLLBACK TO alone")
        driver.execute("RELEASE alone")
        return _raising(wanted, translated(error) or error)
    if not driver.in_transaction:
        raise Away("SQLite has rolled back the transaction")
    driver.execute("RELEASE alone")
    return lambda: wanted.answer.set_result(result)


def _raising(wanted: Wanted, error: BaseException) -> Callable[[], None]:
    return lambda: wanted.answer.set_exception(error)
