"""kill -9, backup, migrations: what is on disk is whole, old, ours, or refused."""

import asyncio
import json
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from supportbot.errors import Invalid, Occupied
from supportbot.store import contents, inbox, schema, tables, tickets
from supportbot.store.database import Database

VICTIMS = """
import asyncio, json, os, random, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from supportbot.store import inbox, schema, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
import alembic.command, supportbot.store.postgres

url, folder, lives, NOW = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), datetime(2026, 11, 25, tzinfo=UTC)

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
        database = await Database.open(url, folder)
        database.occupy("daemon")
        await asyncio.gather(*(writer(database, name) for name in range(4)))
    asyncio.run(main())

acknowledged = []
for life in range(lives):
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


async def test_kill_9_loses_no_acknowledged_commit_and_leaves_no_half_one(migrated_url, tmp_path):
    lives = 20
    command = [sys.executable, "-c", VICTIMS, migrated_url, tmp_path, str(lives)]
    ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    acknowledged = json.loads(ran.stdout)
    assert len({key.split("-")[0] for key in acknowledged}) == lives
    database = await Database.open(migrated_url, tmp_path)
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
