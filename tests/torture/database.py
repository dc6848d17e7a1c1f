"""A desk's database -> its rows, read and changed past supportbot: SQLite's file, or a PostgreSQL database."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from desk_text import SQLITE

Rows = list[dict[str, Any]]


class Database(Protocol):
    url: str
    """As it stands in the config."""

    def rows(self, query: str) -> Rows: ...

    def change(self, statement: str) -> None: ...

    def content(self, sha256: str) -> bytes | None: ...

    @property
    def past(self) -> str:
        """SQL for a moment just past."""


class SqliteFile:
    url = SQLITE
    past = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 second') || '000'"

    def __init__(self, file: Path) -> None:
        self.file = file

    def rows(self, query: str) -> Rows:
        if not self.file.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.file, timeout=20)) as connection, connection:
            connection.execute(statement)

    def content(self, sha256: str) -> bytes | None:
        found = self.rows(f"SELECT content FROM contents WHERE sha256 = '{sha256}'")
        if found and found[0]["content"] is not None:
            return bytes(found[0]["content"])
        large = self.file.with_name(f"{self.file.name}.raw") / sha256
        return large.read_bytes() if large.exists() else None


class PostgresDatabase:
    past = "now() - interval '1 second'"

    def __init__(self, url: str) -> None:
        self.url = url
        self._place = url.replace("+asyncpg", "")

    def rows(self, query: str) -> Rows:
        return [dict(row) for row in asyncio.run(self._run("fetch", query))]

    def change(self, statement: str) -> None:
        asyncio.run(self._run("execute", statement))

    def content(self, sha256: str) -> bytes | None:
        found = self.rows(f"SELECT content FROM contents WHERE sha256 = '{sha256}'")
        return bytes(found[0]["content"]) if found else None

    async def _run(self, method: str, statement: str) -> Any:
        connection = await asyncpg.connect(self._place, timeout=20)
        try:
            return await getattr(connection, method)(statement)
        finally:
            await connection.close()
