"""Real databases for the tests: a SQLite file, and a PostgreSQL server of our own on a free port."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from servers import postgres
from servers.postgres import make_database

from supportbot.store.database import Database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server without its database's name."""
    with postgres.started() as url:
        yield url


KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))]
"""One server is enough, so its tests stay in one process."""


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return "sqlite:///supportbot.db"
    return asyncio.run(make_database(request.getfixturevalue("postgres_server")))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the schema and nothing in it, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    asyncio.run(_open_and_close("sqlite:///supportbot.db", folder))
    return folder / "supportbot.db"


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the schema and nothing in it, to be copied."""
    url = asyncio.run(make_database(postgres_server))
    asyncio.run(_open_and_close(url, tmp_path_factory.mktemp("none")))
    return url.rpartition("/")[2]


async def _open_and_close(url: str, folder: Path) -> None:
    await (await Database.open(url, folder)).close()


@pytest.fixture(params=KINDS)
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the schema, of each kind in turn."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("migrated_file"), tmp_path / "supportbot.db")
        return "sqlite:///supportbot.db"
    template = request.getfixturevalue("migrated_template")
    return asyncio.run(make_database(request.getfixturevalue("postgres_server"), template))


@pytest.fixture
async def database(migrated_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """An open database with the schema, of each kind in turn."""
    opened = await Database.open(migrated_url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open("sqlite:///supportbot.db", tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_database(postgres_server: str, migrated_template: str, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(await make_database(postgres_server, migrated_template), tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def write(database: Database) -> Callable:
    """`await write(function, arguments…)`: function(conn, arguments…) in a transaction of its own."""

    async def run(function, *arguments, **named):
        return await database.write(lambda conn: function(conn, *arguments, **named))

    return run
