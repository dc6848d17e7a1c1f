"""Real databases for the tests: a SQLite file, and a PostgreSQL server of our own on a free port.

It is started and stopped here, from the binaries of Debian's `postgresql`; SUPPORTBOT_REQUIRE_POSTGRES=1 makes
their absence a failure.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from supportbot.store.database import Database

_names = count(1)


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else (Path(on_path).parent if on_path else None)


def _as_other_user() -> list[str]:
    """initdb refuses to run as root: who runs it then."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server without its database's name."""
    binaries = _binaries()
    if binaries is None:
        if os.environ.get("SUPPORTBOT_REQUIRE_POSTGRES") == "1":
            pytest.fail("PostgreSQL's initdb is not there: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="supportbot-pg-"))
    user = _as_other_user()
    if user:
        os.chown(folder, 65534, 65534)
    port, data = _free_port(), folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
    log = folder / "log"
    run = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    subprocess.run(
        [*user, binaries / "initdb", "-D", data, "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C"], **run
    )
    subprocess.run([*user, binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"], **run)
    try:
        yield f"postgresql+asyncpg://desk@127.0.0.1:{port}"
    finally:
        subprocess.run([*user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


async def make_database(server: str, template: str = "template1") -> str:
    """A new PostgreSQL database; its URL."""
    name = f"t{os.getpid()}_{next(_names)}"
    admin = await asyncpg.connect(server.replace("+asyncpg", "") + "/postgres")
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await admin.close()
    return f"{server}/{name}"


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
