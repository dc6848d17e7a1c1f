"""`privacy` beside a daemon that lives, on SQLite: neither fails, and neither holds the other up."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import large
import pytest
from daemon_desk import mail

from supportbot.commands import privacy
from supportbot.store import inbox, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.store.sqlite import BUSY_SECONDS

pytestmark = pytest.mark.slow

TICKETS = 600
ADDRESS = "user1@kund7.example"
LONGEST = BUSY_SECONDS
"""How long another's small transaction may wait: a daemon gives up then."""


@pytest.fixture
def full(desk):
    """The desk with a database as after some years, where much is too old."""
    for file in desk.folder.glob("supportbot.db*"):
        if file.is_file():
            file.unlink()
    assert desk("db", "upgrade").code == 0
    large.fill_sqlite(desk.folder / "supportbot.db", TICKETS, 100)
    return desk


@contextmanager
def living(desk):
    """A daemon of its own, at work on mails that come in all the while."""
    log = desk.folder / "daemon.log"
    command = [sys.executable, "-m", "supportbot", "run", "--config", str(desk.config)]
    with log.open("w") as output:
        daemon = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            for _ in range(600):
                if "started" in log.read_text():
                    break
                time.sleep(0.1)
            yield daemon
        finally:
            daemon.terminate()
            daemon.wait(20)
    told = log.read_text()
    assert "locked" not in told
    assert "Traceback" not in told


class Pulse(threading.Thread):
    """Somebody else's small transactions, and the longest that one took: mails that come in."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.longest, self.mails, self.enough = folder, 0.0, 0, False

    def run(self):
        asyncio.run(self.work())

    async def work(self):
        database = await Database.open("sqlite:///supportbot.db", self.folder)
        while not self.enough:
            begun, now = time.monotonic(), datetime.now(UTC)
            content = mail(f"Telefonen {self.mails} startar inte.", f"Bo <bo{self.mails}@x{self.mails}.example>")
            kept = Kept("kundcenter", "INBOX", 9, self.mails + 1, content, now)
            await database.write(lambda conn, kept=kept, now=now: inbox.keep(conn, kept, now))
            self.longest = max(self.longest, time.monotonic() - begun)
            self.mails += 1
            await asyncio.sleep(0.1)
        await database.close()


@contextmanager
def pulse(desk):
    beating = Pulse(desk.folder)
    beating.start()
    try:
        yield beating
    finally:
        beating.enough = True
        beating.join()
    for _ in range(300):
        if desk.change(inbox.waiting)[0] == 0:
            break
        time.sleep(0.1)
    assert desk.change(inbox.waiting) == (0, None), "the daemon went on with its work"
    assert beating.mails > 3
    assert beating.longest < LONGEST


def rewritten(desk):
    """A number that grows whenever the file is written anew."""
    with closing(sqlite3.connect(desk.folder / "supportbot.db")) as connection:
        return connection.execute("PRAGMA schema_version").fetchone()[0]


def is_in_file(desk, text):
    return text.encode() in (desk.folder / "supportbot.db").read_bytes()


def test_retention_beside_a_daemon(full):
    with living(full), pulse(full):
        told = full("privacy", "retention")
    assert told.code == 0, told.err
    assert told.out.endswith("Removed.\n")
    assert "letters" in told.out
    assert full("privacy", "retention").out == "Nothing is too old.\n"


def test_erasing_beside_a_daemon_of_a_small_database(full):
    assert is_in_file(full, ADDRESS)
    with living(full), pulse(full):
        told = full("privacy", "erase", "--address", ADDRESS, "--yes", "--by", "Eva")
        assert told.code == 0, told.err
        assert "until it is written anew" not in told.out
    assert not is_in_file(full, ADDRESS)


def test_a_large_database_is_written_anew_only_while_no_daemon_runs(full, monkeypatch):
    monkeypatch.setattr(privacy, "AT_ONCE", 1_000_000)
    before = rewritten(full)
    with living(full), pulse(full):
        told = full("privacy", "erase", "--address", ADDRESS, "--yes", "--by", "Eva")
        assert told.code == 0, told.err
        assert "until it is written anew, which would hold up the daemon: stop it, and erase again" in told.out
    assert rewritten(full) == before
    again = full("privacy", "erase", "--address", ADDRESS, "--yes", "--by", "Eva")
    assert "until it is written anew" not in again.out
    assert not is_in_file(full, ADDRESS)
    assert rewritten(full) > before


def test_somebody_who_holds_the_database_makes_nothing_fail(full):
    """A transaction of another that lasts longer than is waited for: what was removed is removed, and it is said."""
    held, enough = threading.Event(), threading.Event()

    async def hold():
        database = await Database.open("sqlite:///supportbot.db", full.folder)
        await database.read(lambda conn: (timers.due(conn, datetime.now(UTC), 1), held.set(), enough.wait(60)))
        await database.close()

    holder = threading.Thread(target=asyncio.run, args=(hold(),))
    holder.start()
    held.wait(10)
    try:
        told = full("privacy", "erase", "--address", ADDRESS, "--yes", "--by", "Eva")
    finally:
        enough.set()
        holder.join()
    assert told.code == 0, told.err
    assert "what the database's file or log still holds, as others are using it: erase again" in told.out
