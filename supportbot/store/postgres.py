"""The PostgreSQL side of Database: the same functions, each in a transaction of its own on a pooled connection.

Any number of daemons may share it: claims skip locked rows, unique keys decide races. A deadlock or serialization
failure undoes the transaction, and it is run again. Large contents stay in the database: the daemons share no disk.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from supportbot.errors import Invalid, Problem
from supportbot.store import schema
from supportbot.store.database import Database
from supportbot.store.sql import guard_texts
from supportbot.store.trouble import POSTGRES_CONFLICT, as_errors, sqlstate

T = TypeVar("T")

TRIES = 5
SETTINGS = {"application_name": "supportbot", "synchronous_commit": "on", "timezone": "UTC"}
"""Of every connection: "stored" must mean "on disk", whatever the server's default is."""


class PostgresDatabase(Database):
    shared = True

    def __init__(self, url: str, password: str | None = None) -> None:
        place = make_url(url)
        self._engine: AsyncEngine = create_async_engine(
            place.set(password=password) if password else place,
            pool_size=8,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"server_settings": SETTINGS, "timeout": 10},
        )
        guard_texts(self._engine.sync_engine)
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @classmethod
    async def start(cls, url: str, migrate: bool, password: str | None = None) -> "PostgresDatabase":
        database = cls(url, password)
        try:
            if not await database.read(schema.is_current):
                await database.write(schema.upgrade if migrate else schema.demand)
        except BaseException:
            await database.close()
            raise
        return database

    async def _write(self, run: Callable[[Connection], T]) -> T:
        with as_errors():
            for attempt in range(1, TRIES + 1):
                try:
                    async with self._engine.begin() as conn:
                        return await conn.run_sync(run)
                except Exception as error:
                    if attempt == TRIES or sqlstate(error) not in POSTGRES_CONFLICT:
                        raise
                    await asyncio.sleep(0.01 * attempt)
        raise AssertionError("the last try returns or raises")

    async def read(self, run: Callable[[Connection], T]) -> T:
        with as_errors():
            async with self._reading.begin() as conn:
                return await conn.run_sync(run)

    def occupy(self, name: str) -> None:
        """No-op: PostgreSQL is the database of many daemons."""

    def is_occupied(self, name: str) -> bool:
        """False: leases tell who works with it."""
        return False

    async def backup(self, target: Path) -> None:
        raise Invalid([Problem("db backup", "copies SQLite databases only.", "Use pg_dump for PostgreSQL.")])

    async def size(self) -> int:
        return await self.read(lambda conn: conn.scalar(select(func.pg_database_size(func.current_database()))) or 0)

    async def scrub(self, whole: bool) -> bool:
        """VACUUM writes tables anew only when FULL, and locks them meanwhile; the server's own does the rest."""
        if whole:
            with as_errors():
                async with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
                    await conn.exec_driver_sql("VACUUM FULL")
        return True

    async def close(self) -> None:
        await self._engine.dispose()
