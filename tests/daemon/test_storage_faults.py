"""The real daemon, as a process, on a database that fails: nothing lost, nothing doubled, and it goes on by itself.

Mails come in all the time; each has a nonce. In the end every nonce stands in one article of one ticket, its mail lies
in the done folder, and was acknowledged: further copies are the same bytes, of an attempt whose end nobody knew.
"""

import asyncio
import imaplib
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager, closing, suppress
from itertools import count

import asyncpg
import pytest
from daemon_desk import PASSWORD, SQLITE, mail, make_desk
from servers.ports import free_port
from servers.postgres import Postgres
from servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.slow

MORE = """
[watch]
listen = "127.0.0.1:{port}"
[limits]
acks_unproven_per_hour = 100000
"""
ROUNDS = int(os.environ.get("SUPPORTBOT_STORAGE_ROUNDS", "1"))
"""How often each fault comes; 1 in the everyday run."""
NONCE = re.compile(r"N\d{5}x[0-9a-f]{8}")
RESUMES = 60
"""Seconds after healing by which all must be done (T0)."""
HOLD_LOCK = """
import sqlite3, sys, time
conn = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
conn.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
conn.execute("ROLLBACK")
"""


class Desk:
    """A desk's folder with its servers, and the daemon that runs on it."""

    def __init__(self, folder, url, server, sink, user, port):
        self.folder, self.url, self.server, self.sink, self.user, self.port = folder, url, server, sink, user, port
        self.file = folder / "supportbot.db"
        self.nonces, self.log, self._numbers = [], [], count(1)
        self.process = None

    def deliver(self, many=1):
        for _ in range(many):
            number = next(self._numbers)
            nonce = f"N{number:05d}x{os.urandom(4).hex()}"
            self.nonces.append(nonce)
            sender = f"Eva {number} <eva{number}@bagarstugan.example>"
            content = mail(
                f"Hej! Telefonen i rum {nonce} är svart.", sender, f"Svart {nonce}", f"<{nonce}@kund.example>"
            )
            self.server.deliver(self.user, [content])

    @asynccontextmanager
    async def load(self, every=0.25):
        """Mails keep coming meanwhile."""

        async def come():
            while True:
                self.deliver()
                await asyncio.sleep(every)

        coming = asyncio.create_task(come())
        try:
            yield
        finally:
            coming.cancel()

    def start(self):
        command = [sys.executable, "-m", "supportbot", "run", "--config", self.folder / "config.toml"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # Read here and not from a file: a limit on the size of files must not hit the log.
        threading.Thread(target=self.log.extend, args=[self.process.stdout], daemon=True).start()

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(timeout=20)

    async def command(self, *words):
        line = [sys.executable, "-m", "supportbot", *words, "--config", self.folder / "config.toml"]
        ran = await asyncio.to_thread(subprocess.run, line, capture_output=True, text=True, timeout=60)
        assert "Traceback" not in ran.stderr, ran.stderr
        return ran

    def unready(self):
        """What /readyz says is wrong; [] where all is well, None where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as page:
                return json.load(page)["because"]
        except urllib.error.HTTPError as error:
            return json.load(error)["because"]
        except OSError:
            return None

    async def until(self, holds, seconds, what):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, f"the daemon has ended: {self.tail()}"
            found = holds()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return time.monotonic()
            await asyncio.sleep(0.2)
        folders, left = self.server.folders(self.user), self.unacknowledged()
        raise AssertionError(f"not within {seconds} s: {what}; {folders}, {left} not acknowledged; {self.tail()}")

    async def at_rest(self, after, seconds=RESUMES):
        """All that came is put away and acknowledged; how many seconds that took."""
        begun = time.monotonic()

        async def done():
            folders = self.server.folders(self.user)
            if folders["INBOX"] or folders.get("Handled") != len(self.nonces) or self.unacknowledged():
                return False
            with suppress(sqlite3.OperationalError, OSError, asyncpg.PostgresError):  # it may not be back yet
                return not await self.query("SELECT id FROM outbox WHERE state IN ('queued', 'sending') LIMIT 1")
            return False

        return await self.until(done, seconds, f"at rest after {after}") - begun

    def unacknowledged(self):
        return len(self.nonces) - len(self.acknowledged())

    def acknowledged(self):
        """Address -> what it was sent."""
        found = {}
        for received in self.sink.accepted:
            (to,) = received.recipients
            if to.startswith("eva"):
                found.setdefault(to, []).append(received.content)
        return found

    def tail(self):
        return "".join(self.log[-40:])

    async def query(self, sql):
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.file)) as conn:
                return conn.execute(sql).fetchall()
        conn = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        try:
            return [tuple(row) for row in await conn.fetch(sql)]
        finally:
            await conn.close()

    async def judge(self, again=frozenset()):
        """Nothing lost, nothing doubled; `again`: mails that the database had forgotten, and that were read once more.

        Returns how many of the others were acknowledged more than once.
        """
        for sql in ("SELECT text FROM articles", "SELECT subject FROM tickets"):
            found = Counter(nonce for (text,) in await self.query(sql) for nonce in NONCE.findall(text))
            assert found == Counter(self.nonces), sql
        assert self.server.folders(self.user) == {"INBOX": 0, "Handled": len(self.nonces)}
        acknowledged = self.acknowledged()
        assert len(acknowledged) == len(self.nonces)
        copies = [sent for to, sent in acknowledged.items() if len(sent) > 1 and to not in again]
        assert all(len(set(sent)) == 1 for sent in copies), "a second copy must be the same bytes"
        states = await self.query("SELECT state, count(*) FROM outbox GROUP BY state")
        assert [state for state, _ in states] == ["sent"]
        for ran in await asyncio.gather(self.command("fsck"), self.command("reconcile")):
            assert ran.returncode == 0, ran.stdout
        return len(copies)

    async def lost(self):
        """UIDs in the done folder of mails that the database does not know, by reconcile."""
        ran = await self.command("reconcile", "--json")
        return [
            int(row["where"].split()[1])
            for row in json.loads(ran.stdout)["differences"]
            if row["kind"] == "not stored there"
        ]

    def move_back(self, nonces):
        """Mails from the done folder into the inbox, as a person does whom reconcile has told to."""
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.authenticate("PLAIN", lambda _: f"\0{self.user}\0{PASSWORD}".encode())
            client.select("Handled")
            for nonce in nonces:
                _, (uids,) = client.uid("SEARCH", "SUBJECT", nonce)
                if uids:
                    assert client.uid("MOVE", uids.decode(), "INBOX")[0] == "OK"


@asynccontextmanager
async def desk(folder, url, server, user):
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=server.certificate) as sink:
        port = free_port()
        await make_desk(folder, server, sink, user, url=url, more=MORE.format(port=port))
        made = Desk(folder, url, server, sink, user, port)
        try:
            yield made
        finally:
            if made.process and made.process.poll() is None:
                made.process.kill()
                made.process.wait()


def cannot_store(one):
    return any("nothing can be stored" in why or "the database" in why for why in one.unready() or [])


async def test_sqlite_locked_and_full(tmp_path, server, user):
    async with desk(tmp_path, SQLITE, server, user) as one:
        one.deliver(3)
        one.start()
        await one.at_rest("the start")
        locked, full = [], []
        for _ in range(ROUNDS):
            async with one.load():
                holder = subprocess.Popen([sys.executable, "-c", HOLD_LOCK, one.file, "6"], stdout=subprocess.PIPE)
                assert holder.stdout.readline() == b"held\n"
                await one.until(lambda: cannot_store(one), 20, "not ready while locked")
                await asyncio.to_thread(holder.wait)
            locked.append(await one.at_rest("the lock"))
            await one.until(lambda: one.unready() == [], 20, "ready again")
            async with one.load():
                limit(one.process.pid, 0)
                await one.until(lambda: cannot_store(one), 20, "not ready while full")
                before = one.server.folders(one.user)["Handled"]
                await asyncio.sleep(3)
                assert one.server.folders(one.user)["Handled"] == before, "moved without a commit"
                limit(one.process.pid, resource.RLIM_INFINITY)
            full.append(await one.at_rest("the full disk"))
            await one.until(lambda: one.unready() == [], 20, "ready again")
        one.end()
        assert one.process.returncode == 0, one.tail()
        assert await one.judge() == 0
        print(
            f"{len(one.nonces)} mails; resumed after a lock within {max(locked):.1f} s, a full disk {max(full):.1f} s"
        )


def limit(pid, size):
    """No file of the process can be written beyond this size: to SQLite, a disk that takes nothing."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.skipif(os.geteuid() != 0 or ROUNDS == 1, reason="mounts a disk; part of the long run")
async def test_a_disk_of_8_mb_that_is_full(tmp_path, server, user):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], check=True)
    try:
        async with desk(tmp_path, f"sqlite:///{disk}/supportbot.db", server, user) as one:
            one.file = disk / "supportbot.db"
            one.deliver(3)
            one.start()
            await one.at_rest("the start")
            for _ in range(ROUNDS):
                async with one.load():
                    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
                        while filler.write(bytes(4096)):
                            pass
                    await one.until(lambda: cannot_store(one), 40, "not ready while full")
                    await asyncio.sleep(5)
                    (disk / "filler").unlink()
                await one.at_rest("the full disk")
            one.end()
            assert await one.judge() == 0
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def address(nonce):
    """Who wrote the mail."""
    return f"eva{int(nonce[1:6])}@bagarstugan.example"


def is_in_the_file(file):
    """Put what the log holds into the database file, if nobody reads it just now."""
    with closing(sqlite3.connect(file, timeout=1)) as conn:
        (busy, _, _) = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


async def test_what_a_lost_log_or_a_restored_backup_forgot_is_named_and_comes_back(tmp_path, server, user):
    async with desk(tmp_path, SQLITE, server, user) as one:
        one.start()
        one.deliver(3)
        await one.at_rest("the start")
        async with one.load(0.1):
            ran = await one.command("db", "backup", str(tmp_path / "backup"))
            assert ran.returncode == 0, ran.stderr
        copied = sqlite3.connect(tmp_path / "backup" / "supportbot.db")
        sent = {to for (to,) in copied.execute("SELECT recipient FROM outbox WHERE state = 'sent'")}
        known = {nonce for (text,) in copied.execute("SELECT subject FROM tickets") for nonce in NONCE.findall(text)}
        waiting = copied.execute("SELECT count(*) FROM inbox").fetchone()[0] - len(known)
        copied.close()
        await one.at_rest("the load")
        one.end()
        assert sent and len(known) < len(one.nonces)
        assert (await one.command("db", "restore", str(tmp_path / "backup"), "--replace")).returncode == 0
        one.start()
        forgotten = [nonce for nonce in one.nonces if nonce not in known]
        await one.until(lambda: one.unready() == [], 30, "ready")
        assert len(await one.lost()) == len(forgotten) - waiting
        one.move_back(forgotten)
        await one.at_rest("the restore")
        again = {address(nonce) for nonce in forgotten}
        await one.until(lambda: is_in_the_file(one.file), 20, "all in the file")
        one.deliver(4)
        forgotten = one.nonces[-4:]
        await one.at_rest("four more")
        one.end(signal.SIGKILL)
        cut = tmp_path / "cut.db"
        shutil.copy(one.file, cut)
        log = (tmp_path / "supportbot.db-wal").read_bytes()
        (tmp_path / "cut.db-wal").write_bytes(log[: len(log) // 2 // 4096 * 4096 + 1000])
        with closing(sqlite3.connect(cut)) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",), "it ends at a commit"
            (halved,) = conn.execute("SELECT count(*) FROM tickets").fetchone()
        for name in ("supportbot.db-wal", "supportbot.db-shm"):
            (tmp_path / name).unlink()
        assert len(one.nonces) - 4 <= halved < len(one.nonces)
        assert len(await one.lost()) == 4
        one.start()
        one.move_back(forgotten)
        await one.at_rest("the lost log")
        one.end()
        again |= {address(nonce) for nonce in forgotten}
        await one.judge(again)  # what was queued in the backup has left again, as the same bytes
        assert not sent & {to for to, copies in one.acknowledged().items() if len(copies) > 1}


async def test_postgresql_crashed_cut_off_and_away(tmp_path, server, user):
    with Postgres() as database:
        async with desk(tmp_path, f"{database.url}/postgres", server, user) as one:
            one.deliver(3)
            one.start()
            await one.at_rest("the start")
            crashed, connected, away, cut = [], [], [], 0
            for _ in range(ROUNDS):
                async with one.load():
                    for _ in range(2):
                        await asyncio.sleep(0.7)
                        await asyncio.to_thread(database.restart)
                crashed.append(await one.at_rest("crashes"))
                async with one.load(0.1):
                    for _ in range(20):
                        cut += await cut_off(one)
                        await asyncio.sleep(0.1)
                connected.append(await one.at_rest("cut connections"))
                async with one.load():
                    await asyncio.to_thread(database.stop)
                    await one.until(lambda: cannot_store(one), 20, "not ready while away")
                    if ROUNDS > 1:
                        await asyncio.sleep(20)  # longer than a lease holds
                    assert (await one.command("status")).returncode == 1
                    await asyncio.to_thread(database.start)
                away.append(await one.at_rest("being away"))
                await one.until(lambda: one.unready() == [], 20, "ready again")
            one.end()
            assert one.process.returncode == 0, one.tail()
            copies = await one.judge()
            print(
                f"{len(one.nonces)} mails, {copies} acknowledged more than once; resumed after crashes within "
                f"{max(crashed):.1f} s, {cut} cut connections {max(connected):.1f} s, being away {max(away):.1f} s"
            )


async def cut_off(one):
    """End every connection of the daemon, whatever it is at; how many."""
    conn = await asyncpg.connect(one.url.replace("+asyncpg", ""))
    try:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'supportbot'"
        return len(await conn.fetch(ended))
    finally:
        await conn.close()
