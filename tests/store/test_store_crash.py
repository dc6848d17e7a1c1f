"""kill -9, backup, migrations: what is on disk is whole, old, ours, or refused."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from builders import NOW
from sqlalchemy import select, text

from supportbot.errors import Invalid, Occupied
from supportbot.store import contents, inbox, schema, tables, tickets, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept

VICTIMS = """
import asyncio, json, os, random, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from supportbot.store import inbox, schema, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
import alembic.command

folder, NOW = Path(sys.argv[1]), datetime(2026, 11, 25, tzinfo=UTC)

def work(pipe, life):
    async def writer(database, name):
        for number in range(10_000):
            key = f"{life}-{name}-{number}"
            def both(conn):
                timers.set(conn, key + " first", NOW, "x")
                size = 300_000 if number % 7 == 3 else 500
                mail = Kept("desk", f"{life}-{name}", 1, number, key.encode() * (size // len(key)), NOW)
                inbox.keep(conn, mail, NOW)
                timers.set(conn, key + " second", NOW, "x")
            await database.write(both)
            os.write(pipe, key.encode() + b"\\n")
    async def main():
        database = await Database.open("sqlite:///supportbot.db", folder)
        database.occupy("daemon")
        await asyncio.gather(*(writer(database, name) for name in range(4)))
    asyncio.run(main())

acknowledged = []
for life in range(20):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        work(write, life)
    os.close(write)
    enough, seen = random.randrange(1, 50), b""
    with os.fdopen(read, "rb", buffering=0) as pipe:
        while seen.count(b"\\n") < enough and (more := pipe.read(4096)):
            seen += more
        os.kill(pid, signal.SIGKILL)
        seen += pipe.readall()
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), "it ended by itself"
    acknowledged += seen.decode().split()
print(json.dumps(acknowledged))
"""


async def test_kill_9_loses_no_acknowledged_commit_and_leaves_no_half_one(tmp_path):
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", VICTIMS, tmp_path], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    acknowledged = json.loads(ran.stdout)
    assert len({key.split("-")[0] for key in acknowledged}) == 20
    database = await Database.open("sqlite:///supportbot.db", tmp_path)
    database.occupy("daemon")
    found = await database.read(lambda conn: list(conn.scalars(select(tables.timers.c.key))))
    whole = {key.removesuffix(" first") for key in found if key.endswith(" first")}
    assert whole == {key.removesuffix(" second") for key in found if key.endswith(" second")}
    assert set(acknowledged) <= whole

    def every_mail(conn):
        rows = conn.execute(select(tables.inbox.c.id, tables.inbox.c.folder, tables.inbox.c.uid)).all()
        return {f"{row.folder}-{row.uid}": inbox.raw(conn, row.id) for row in rows}

    mails = await database.read(every_mail)
    assert mails.keys() == whole
    assert all(content == key.encode() * (len(content) // len(key)) for key, content in mails.items())
    assert any(len(content) > contents.LARGE for content in mails.values())
    await database.close()


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


@pytest.mark.xdist_group("postgres")
async def test_postgresql_has_its_own_backup(postgres_database, tmp_path):
    with pytest.raises(Invalid, match="pg_dump"):
        await postgres_database.backup(tmp_path / "copy")


def test_the_newest_migration_is_the_head():
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.HEAD]


async def test_an_empty_database_gets_the_tables_of_the_program(url, tmp_path):
    database = await Database.open(url, tmp_path)

    def differences(conn):
        return compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), tables.METADATA)

    assert await database.read(differences) == []
    assert await database.read(schema.is_current)
    await database.close()


async def test_many_first_starts_at_once(url, tmp_path):
    opened = await asyncio.gather(*(Database.open(url, tmp_path) for _ in range(6)))
    assert await opened[0].write(tickets.reserve_number) == 10001
    for one in opened:
        await one.close()


async def test_a_newer_schema_is_refused_and_untouched(url, tmp_path):
    database = await Database.open(url, tmp_path)
    await database.write(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.close()
    for migrate in (True, False):
        with pytest.raises(Occupied, match="9999"):
            await Database.open(url, tmp_path, migrate=migrate)


async def test_without_migrating_an_old_schema_is_refused(url, tmp_path):
    if url.startswith("sqlite"):
        with pytest.raises(Invalid, match="is not there"):
            await Database.open(url, tmp_path, migrate=False)
        assert list(tmp_path.iterdir()) == []
        (tmp_path / "supportbot.db").touch()
    with pytest.raises(Occupied, match="db upgrade"):
        await Database.open(url, tmp_path, migrate=False)
    await (await Database.open(url, tmp_path)).close()
    await (await Database.open(url, tmp_path, migrate=False)).close()


async def test_a_migration_that_is_cut_off_leaves_nothing(database):
    def cut_off(conn):
        for table in reversed(tables.METADATA.sorted_tables):
            table.drop(conn)
        conn.execute(text("DELETE FROM alembic_version"))
        schema.upgrade(conn)
        raise ValueError("killed")

    with pytest.raises(ValueError, match="killed"):
        await database.write(cut_off)
    assert await database.read(schema.is_current)
    assert await database.write(tickets.reserve_number) == 10001
