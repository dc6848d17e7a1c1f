"""A database URL -> `Database`: one door for writing, one for reading, whatever the database is.

`write` and `read` take plain functions of a Connection and run each in a transaction of its own meaning: all of it or
nothing. The trap: a function may run twice (PostgreSQL, after a deadlock), so it does nothing but SQL.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from supportbot.config import sqlite_file
from supportbot.errors import Away, Invalid, Problem
from supportbot.store import backup, lock, schema, sqlite
from supportbot.store.lock import Lock
from supportbot.store.trouble import as_errors

T = TypeVar("T")

READERS = 2


class Database(ABC):
    """An open database. All its methods raise Away while the database cannot be used, and live on."""

    shared: bool
    """Whether other daemons may work with it at the same time."""
    trouble: str = ""
    """Why the last thing that was to be stored was not, where the database is to blame."""

    @staticmethod
    async def open(url: str, folder: Path, migrate: bool = True, password: str | None = None) -> "Database":
        """Open it, relative to `folder`, and bring its schema up to date (or, without `migrate`, demand that it is).

        `password`: of a PostgreSQL server that wants one.
        Raises Occupied for the database of a newer program, Unreachable, Denied.
        """
        if file := sqlite_file(url, folder):
            return await SqliteDatabase.start(file, migrate)
        if url.startswith("postgresql+asyncpg://"):
            from supportbot.store.postgres import PostgresDatabase  # its driver is loaded where it is used

            return await PostgresDatabase.start(url, migrate, password)
        raise Invalid([Problem("database.url", f"{url!r} is neither sqlite:/// nor postgresql+asyncpg://.")])

    async def write(self, run: Callable[[Connection], T]) -> T:
        """The function's result, once what it wrote is on disk. What it raises undoes what it wrote.

        After Away it may be stored all the same: the answer to the COMMIT may be what was lost.
        """
        try:
            result = await self._write(run)
        except Away as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return result

    @abstractmethod
    async def _write(self, run: Callable[[Connection], T]) -> T: ...

    @abstractmethod
    async def read(self, run: Callable[[Connection], T]) -> T:
        """The function's result, of one moment's state; it cannot write."""

    @abstractmethod
    def occupy(self, name: str) -> None:
        """Take the database for one daemon until it is closed. Raises Occupied when another has it (SQLite only)."""

    @abstractmethod
    def is_occupied(self, name: str) -> bool:
        """Whether another process has taken it so (SQLite only)."""

    @abstractmethod
    async def backup(self, target: Path) -> None:
        """Copy all to the new folder `target`, of one moment's state, while others write. Raises Invalid."""

    @abstractmethod
    async def size(self) -> int:
        """Bytes of the database, large contents beside it not counted."""

    @abstractmethod
    async def scrub(self, whole: bool) -> bool:
        """Make removed rows unreadable in the files; `whole`: write all anew, while others wait. False: try later."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is being written, and close."""


class SqliteDatabase(Database):
    shared = False

    def __init__(self, file: Path) -> None:
        self._file = file
        self._writing = sqlite.writing_engine(file)
        self._reading = sqlite.reading_engine(file)
        self._readers = ThreadPoolExecutor(READERS, "supportbot-reader")
        self._writer = sqlite.Writer(self._writing)
        self._lock: Lock | None = None

    @classmethod
    async def start(cls, file: Path, migrate: bool) -> "SqliteDatabase":
        sqlite.prepare(file, create=migrate)
        database = cls(file)
        try:
            if not await database.read(schema.is_current):
                await database.write(schema.upgrade if migrate else schema.demand)
        except BaseException:
            await database.close()
            raise
        return database

    async def _write(self, run: Callable[[Connection], T]) -> T:
        result: T = await asyncio.wrap_future(self._writer.submit(run))
        return result

    async def read(self, run: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, run)

    def _read(self, run: Callable[[Connection], T]) -> T:
        with as_errors(), self._reading.begin() as conn:
            return run(conn)

    def occupy(self, name: str) -> None:
        if self._lock is None:
            self._lock = Lock.take(lock.file_of(self._file, name), str(self._file))

    def is_occupied(self, name: str) -> bool:
        return lock.is_held(lock.file_of(self._file, name))

    async def backup(self, target: Path) -> None:
        await asyncio.to_thread(backup.copy, self._file, target)

    async def size(self) -> int:
        return await asyncio.to_thread(lambda: self._file.stat().st_size)

    async def scrub(self, whole: bool) -> bool:
        return await asyncio.to_thread(sqlite.scrub, self._file, whole)

    async def close(self) -> None:
        await asyncio.to_thread(self._writer.close)
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None
