"""SQLite's own mechanics: one file, one writing thread with group commit, a lock, files beside it, a backup."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from builders import NOW
from some_timers import keys, put
from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import IntegrityError

from supportbot.errors import Invalid, Occupied, Unreachable
from supportbot.store import blanking, claims, contents, inbox, sqlite, tables, tickets, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept


async def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "supportbot.db"
    file.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unreachable):
        await Database.open("sqlite:///supportbot.db", tmp_path)
    assert file.read_bytes() == b"Dear diary, " * 1000


async def test_a_closed_database_has_done_what_waited_and_says_so(tmp_path):
    database = await Database.open("sqlite:///supportbot.db", tmp_path)
    waiting = [asyncio.ensure_future(database.write(lambda conn, n=n: put(conn, f"k{n}"))) for n in range(100)]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*waiting)) == 100
    with pytest.raises(Unreachable, match="closed"):
        await database.write(lambda conn: put(conn, "later"))
    database = await Database.open("sqlite:///supportbot.db", tmp_path)
    assert len(await database.read(keys)) == 100
    await database.close()


async def a_group(database, *functions):
    """Run the functions in one group: they queue up while the writer is held."""
    hold = threading.Event()
    first = asyncio.ensure_future(database.write(lambda conn: hold.wait(5)))
    await asyncio.sleep(0.05)
    rest = [asyncio.ensure_future(database.write(run)) for run in functions]
    await asyncio.sleep(0)
    hold.set()
    await first
    return await asyncio.gather(*rest, return_exceptions=True)


async def test_those_who_wait_share_a_commit(sqlite_database):
    commits = []
    event.listen(sqlite_database._writing, "commit", commits.append)
    answers = await a_group(sqlite_database, *(lambda conn, n=n: put(conn, f"k{n}") for n in range(50)))
    assert answers == [f"k{n}" for n in range(50)]
    assert len(commits) == 2


async def test_a_commit_that_fails_fails_everybody_in_it(sqlite_database):
    def breaks_the_commit(conn):
        conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        conn.execute(insert(tables.participants), {"ticket": 1, "address": "of no ticket"})

    answers = await a_group(sqlite_database, lambda conn: put(conn, "a"), breaks_the_commit)
    assert all(isinstance(answer, IntegrityError) for answer in answers)
    assert await sqlite_database.read(keys) == set()
    assert await sqlite_database.write(lambda conn: put(conn, "b")) == "b"


async def test_a_call_that_was_given_up_before_its_turn_is_left_out(sqlite_database):
    hold = threading.Event()
    first = asyncio.ensure_future(sqlite_database.write(lambda conn: hold.wait(5)))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(sqlite_database.write(lambda conn: put(conn, "given up")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    hold.set()
    await first
    assert await sqlite_database.read(keys) == set()


async def test_a_full_database_is_told_and_survived(sqlite_database):
    def fill(conn):
        for n in range(100):
            inbox.keep(conn, Kept("desk", "INBOX", 1, n, b"%d" % n + b"x" * 20_000, NOW), NOW)

    def limit(conn, pages):
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def mails(conn):
        return conn.scalar(select(func.count()).select_from(tables.inbox))

    await sqlite_database.write(lambda conn: limit(conn, 1))  # SQLite raises it to what there is
    with pytest.raises(Unreachable, match="full"):
        await sqlite_database.write(fill)
    assert await sqlite_database.read(mails) == 0
    await sqlite_database.write(lambda conn: limit(conn, 1_000_000))
    await sqlite_database.write(fill)
    assert await sqlite_database.read(mails) == 100


async def test_a_full_disk_is_told_and_survived(sqlite_database, tmp_path):
    """A limit on the size of files makes the same errors as a full disk: in the commit, and in a large mail's file."""
    large = Kept("desk", "INBOX", 1, 1, b"x" * (contents.LARGE * 4), NOW)
    wal = (tmp_path / "supportbot.db-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal + 2000, hard))
    try:
        with pytest.raises(Unreachable):
            await sqlite_database.write(lambda conn: put(conn, "a"))
        with pytest.raises(Unreachable):
            await sqlite_database.write(lambda conn: inbox.keep(conn, large, NOW))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await sqlite_database.read(keys) == set()
    assert list((tmp_path / "supportbot.db.raw").iterdir()) == []
    assert await sqlite_database.write(lambda conn: put(conn, "b")) == "b"
    mail = await sqlite_database.write(lambda conn: inbox.keep(conn, large, NOW))
    assert await sqlite_database.read(lambda conn: inbox.raw(conn, mail)) == large.content


async def test_a_lock_of_another_program_is_waited_for_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    database = await Database.open("sqlite:///supportbot.db", tmp_path)
    other = sqlite3.connect(tmp_path / "supportbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unreachable, match="locked"):
        await database.write(lambda conn: put(conn, "a"))
    assert await database.read(keys) == set(), "readers are not held up"
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(lambda conn: put(conn, "b")) == "b"
    await database.close()


async def test_what_is_acknowledged_is_synced(sqlite_database):
    def settings(conn):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await sqlite_database.write(settings) == ["wal", 2, 1]
    assert await sqlite_database.read(settings) == ["wal", 2, 1]


async def test_personal_data_is_for_its_owner_only(sqlite_database, tmp_path):
    large = Kept("desk", "INBOX", 1, 1, b"x" * (contents.LARGE + 1), NOW)
    await sqlite_database.write(lambda conn: inbox.keep(conn, large, NOW))
    open_to_others = [path.name for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []


async def test_the_lock_dies_with_its_process_and_names_it(tmp_path):
    program = (
        "import asyncio, pathlib, sys\n"
        "from supportbot.store.database import Database\n"
        "async def main():\n"
        "    database = await Database.open('sqlite:///supportbot.db', pathlib.Path(sys.argv[1]))\n"
        "    database.occupy('daemon')\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    first = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True)
    assert await asyncio.to_thread(first.stdout.readline) == "ready\n"
    database = await Database.open("sqlite:///supportbot.db", tmp_path)
    with pytest.raises(Occupied, match=rf"process {first.pid}\)"):
        database.occupy("daemon")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    database.occupy("daemon")
    await database.close()


async def test_a_backup_under_load_is_of_one_moment_and_restores(sqlite_database, tmp_path):
    stop = False

    async def load(name):
        number = 0
        while not stop:
            key, number = f"{name}-{number}", number + 1

            def both(conn, key=key, number=number):
                timers.set(conn, key, NOW, "x")
                content = key.encode() * (contents.LARGE // 2 if number % 5 == 0 else 10)
                inbox.keep(conn, Kept("desk", name, 1, number, content, NOW), NOW)

            await sqlite_database.write(both)

    loads = [asyncio.ensure_future(load(f"w{n}")) for n in range(3)]
    while not any((tmp_path / "supportbot.db.raw").glob("[0-9a-f]*[0-9a-f]")):
        await asyncio.sleep(0.01)
    await sqlite_database.write(lambda conn: None)
    await sqlite_database.backup(tmp_path / "copy")
    await asyncio.sleep(0.02)
    stop = True
    await asyncio.gather(*loads)

    def state(conn):
        keys = set(conn.scalars(select(tables.timers.c.key)))
        mails = {inbox.raw(conn, mail) for mail in conn.scalars(select(tables.inbox.c.id))}
        return keys, mails

    keys, mails = await sqlite_database.read(state)
    restored = await Database.open("sqlite:///supportbot.db", tmp_path / "copy")
    copied_keys, copied_mails = await restored.read(state)
    assert 0 < len(copied_keys) <= len(keys)
    assert copied_keys <= keys
    assert copied_mails <= mails
    assert len(copied_mails) == len(copied_keys)
    assert any(len(mail) > contents.LARGE for mail in copied_mails)
    assert await restored.write(tickets.reserve_number) == 10001
    await restored.close()
    with pytest.raises(Invalid, match="already there"):
        await sqlite_database.backup(tmp_path / "copy")


def kept(uid, content):
    return Kept("desk", "INBOX", 1, uid, content, NOW)


async def test_a_lost_file_sets_its_mail_aside_and_blocks_no_other(sqlite_database, tmp_path):
    large = b"x" * (contents.LARGE + 1)

    async def write(function, *arguments):
        return await sqlite_database.write(lambda conn: function(conn, *arguments))

    lost = await write(inbox.keep, kept(1, large), NOW)
    damaged = await write(inbox.keep, kept(2, large + b"y"), NOW)
    well = await write(inbox.keep, kept(3, b"Subject: hej"), NOW)
    files = tmp_path / "supportbot.db.raw"
    assert {path.name for path in files.iterdir()} == {contents.hash_of(one) for one in (large, large + b"y")}
    (files / contents.hash_of(large)).unlink()
    (files / contents.hash_of(large + b"y")).write_bytes(large + b"z")
    assert [one.id for one in await write(claims.claim, 10, NOW, timedelta(minutes=2), 10**9)] == [well]
    set_aside = {row.id: row.reason for row in await write(inbox.quarantined)}
    assert "is gone" in set_aside[lost]
    assert "damaged" in set_aside[damaged]


async def test_files_of_large_mails_go_with_them(sqlite_database, tmp_path):
    large = b"x" * (contents.LARGE + 1)

    def keep_done(conn):
        mail = inbox.keep(conn, kept(5, large + b"y"), NOW)
        inbox.finish(conn, mail, "ignore", "bulk", None, NOW)
        stays = inbox.keep(conn, kept(6, large), NOW)
        blanking.mails(conn, [mail], NOW)
        return stays

    stays = await sqlite_database.write(keep_done)
    folder = tmp_path / "supportbot.db.raw"
    (folder / ("0" * 64 + ".99.tmp")).write_bytes(b"left by one that died")
    assert await sqlite_database.write(blanking.sweep) == 2
    assert [path.name for path in folder.iterdir()] == [contents.hash_of(large)]
    assert await sqlite_database.read(lambda conn: inbox.raw(conn, stays)) == large
