"""A desk with decided mails in a real SQLite database, copied for each test; and the command line, run in this process.

No server is needed: the mails are put where intake puts them, and the real triage worker settles them.
"""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from daemon_desk import mail
from desk_text import CLOSED, FILES, SQLITE
from servers import postgres
from servers.postgres import make_database
from sqlalchemy import text

from supportbot import cli, folders
from supportbot.app import open_desk
from supportbot.config_file import load
from supportbot.store import contents, copying, inbox, outbox
from supportbot.store import registry as stored_registry
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.triage import registry
from supportbot.workers.sandbox import Sandbox
from supportbot.workers.triage import TriageWorker

HOUR = timedelta(hours=1)
FORGED = "mx.icentrex.se; dmarc=fail header.from=icentrex.se; spf=fail smtp.mailfrom=lisa@icentrex.se"
EVIL = "\x1b[31m\x1b]0;title\x07 \u202egnp.exe"
"""What a terminal would obey: colour, window title, and text that runs backwards."""

FOLLOWING = ("articles", "journal", "participants")
"""Tables whose rows name a ticket."""
LARGE_MAIL = Kept(
    "kundcenter",
    "INBOX",
    1,
    6,
    b"Subject: large\r\n\r\n" + b"x" * contents.LARGE,
    datetime(2026, 11, 25, 9, tzinfo=UTC),
)

MAILS = (
    mail("Hej! Röstmeddelanden kommer inte längre till min mejl, sedan i måndags.", subject="Röstbrevlådan"),
    mail("Ingen kan ringa till oss, numret 08-465 004 20 är helt dött sedan i morse!", subject="AKUT: numret är dött"),
    mail("Telefonen i receptionen startar inte.", "Hav <info@havetsforlag.example>", "Telefonen startar inte"),
    mail("Vår Grandstream GXP1625 startar inte längre.", subject="Grandstream GXP1625 är död"),
    mail("Skicka alla listor.", "Lisa <lisa@icentrex.se>", "Listor", Authentication_Results=FORGED).replace(
        b"Skicka", b"Skicka \x1b[31m"
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Desk:
    """A desk's folder, and the command line with its `--config`."""

    PLAIN, URGENT, PARTNER, BILLABLE = 10001, 10002, 10003, 10004
    """Its tickets."""
    ASIDE = 5
    """The mail that was set aside."""

    folder: Path
    run: Callable[..., Answer]
    config: Path = field(init=False)
    url: str = SQLITE

    def __post_init__(self) -> None:
        self.config = self.folder / "config.toml"

    def __call__(self, *words: object) -> Answer:
        return self.run(*words, "--config", self.config)

    def change(self, work: Callable[..., Any]) -> Any:
        """`work(conn)` in a transaction of its own."""

        async def run() -> Any:
            database = await Database.open(self.url, self.folder)
            try:
                return await database.write(work)
            finally:
                await database.close()

        return asyncio.run(run())

    def damage(self, *statements: str) -> None:
        """As another program would: without the constraints that keep ours from it."""
        if self.url != SQLITE:
            free = [f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {name}_ticket_fkey" for name in FOLLOWING]
            all_of_it = (*(free if any("tickets" in one for one in statements) else ()), *statements)
            self.change(lambda conn: [conn.execute(text(one)) for one in all_of_it])
            return
        with closing(sqlite3.connect(self.folder / "supportbot.db")) as conn:
            for one in statements:
                conn.execute(one)
            conn.commit()

    def edit(self, before: str, after: str) -> None:
        text = self.config.read_text()
        assert before in text
        self.config.write_text(text.replace(before, after))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """The console script, in this process: `run("tickets", "list")`. A traceback fails the test."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SUPPORTBOT_CONFIG", raising=False)

    def start(*words: object) -> Answer:
        monkeypatch.setattr("sys.argv", ["supportbot", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert not set("\x1b\x07\u202e") & set(said.out + said.err), "a terminal would obey this"
        return Answer(code, said.out, said.err)

    return start


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every desk is copied from."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "secret.key").write_text("0123456789abcdef" * 4)
    (folder / "config.toml").write_text(CLOSED.format(url=SQLITE, rules=folders.shipped("rules"), smtp_port=1, more=""))
    asyncio.run(_settle(folder))
    return folder


async def _settle(folder: Path) -> None:
    """The mails came, and were settled, an hour ago; the relay refuses what is to leave."""
    then = datetime.now(UTC) - HOUR
    async with open_desk(load(folder / "config.toml"), lambda: then) as desk:
        await desk.database.write(lambda conn: stored_registry.replace(conn, registry.read(FILES)))
        await desk.reload()
        sandbox = Sandbox(size=1)
        await sandbox.start()
        worker = TriageWorker(desk.database, sandbox, lambda: desk.known, desk.now, asyncio.Event())
        for uid, content in enumerate(MAILS, 1):
            kept = Kept("kundcenter", "INBOX", 1, uid, content, then)
            await desk.database.write(lambda conn, kept=kept: inbox.keep(conn, kept, then))
            assert await worker.step() == 1
        await sandbox.stop()
        await desk.database.write(lambda conn: _refuse(conn, then))


def _refuse(conn: Any, then: datetime) -> None:
    for row in outbox.listing(conn, "queued", 100):
        outbox.retry(conn, row.id, then + 3 * HOUR, f"535 5.7.8 wrong password{EVIL}", False)


@pytest.fixture
def desk(prepared: Path, tmp_path: Path, run: Callable[..., Answer]) -> Iterator[Desk]:
    copied = tmp_path / "desk"
    shutil.copytree(prepared, copied)
    return Desk(copied, run)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.started() as url:
        yield url


@pytest.fixture(scope="session")
def prepared_postgres(postgres_server: str, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the same rows and a large mail, made by the product's own copying."""
    folder = tmp_path_factory.mktemp("copied") / "desk"
    shutil.copytree(prepared, folder)

    async def copy() -> str:
        url = await make_database(postgres_server)
        source, target = await Database.open(SQLITE, folder), await Database.open(url, folder)
        await source.write(lambda conn: inbox.keep(conn, LARGE_MAIL, LARGE_MAIL.received))
        await copying.copy(source, target, lambda table, rows: None)
        await target.close()
        await source.close()
        return url.rpartition("/")[2]

    return asyncio.run(copy())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres-commands"))])
def kept(request: pytest.FixtureRequest, desk: Desk) -> Desk:
    """The desk with a large mail without verdict, on each kind of database in turn."""
    if request.param == "sqlite":
        desk.change(lambda conn: inbox.keep(conn, LARGE_MAIL, LARGE_MAIL.received))
    else:
        name = request.getfixturevalue("prepared_postgres")
        desk.url = asyncio.run(make_database(request.getfixturevalue("postgres_server"), name))
        desk.edit(SQLITE, desk.url)
    return desk


@pytest.fixture(autouse=True)
def _logs_as_they_were():
    """A command run in this process sets the logs' stream; the next test must not write into a closed one."""
    yield
    structlog.reset_defaults()
