"""The doors of the database: each function whole or not at all, many in one commit, alive after every trouble."""

import asyncio
import resource
import sqlite3
import threading
from datetime import timedelta

import pytest
from builders import NOW
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from supportbot.errors import Denied, Invalid, Occupied, Unreachable
from supportbot.store import contents, inbox, sqlite, tables, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.store.sql import insert_once

DUE = NOW + timedelta(days=1)


def put(conn, key):
    timers.set(conn, key, DUE, "test")
    return key


def keys(conn):
    return set(conn.scalars(select(tables.timers.c.key)))


async def test_insert_once(write):
    row = {"name": "a", "value": "1"}
    assert await write(insert_once, tables.meta, row) is True
    assert await write(insert_once, tables.meta, row | {"value": "2"}) is False
    assert await write(lambda conn: conn.scalar(select(tables.meta.c.value))) == "1"


async def test_an_error_undoes_its_own_function_alone(database):
    def fails(conn, key):
        put(conn, key)
        raise ValueError(key)

    calls = [
        database.write(lambda conn, run=fails if n % 5 == 0 else put, key=f"k{n}": run(conn, key)) for n in range(50)
    ]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [str(answer) for answer in answers] == [f"k{n}" for n in range(50)]
    assert all(isinstance(answer, ValueError) == (n % 5 == 0) for n, answer in enumerate(answers))
    assert await database.read(keys) == {f"k{n}" for n in range(50) if n % 5}


async def test_a_statement_that_fails_undoes_its_own_function_alone(database):
    def twice(conn):
        put(conn, "gone")
        for _ in range(2):
            conn.execute(insert(tables.meta), {"name": "same", "value": ""})

    answers = await asyncio.gather(
        *(database.write(run) for run in (lambda c: put(c, "a"), twice, lambda c: put(c, "b"))), return_exceptions=True
    )
    assert isinstance(answers[1], IntegrityError)
    assert await database.read(keys) == {"a", "b"}


async def test_reading_cannot_write(database):
    with pytest.raises(Unreachable):
        await database.read(lambda conn: put(conn, "x"))
    assert await database.read(keys) == set()


async def test_four_writers_lose_no_update(url, tmp_path):
    counters = tables.counters

    def add_one(conn):
        found = conn.execute(select(counters.c.value).where(counters.c.name == "ticket").with_for_update()).scalar_one()
        conn.execute(update(counters).where(counters.c.name == "ticket").values(value=found + 1))

    async def work():
        database = await Database.open(url, tmp_path)
        for _ in range(50):
            await database.write(add_one)
        await database.close()

    await asyncio.gather(*(work() for _ in range(4)))
    database = await Database.open(url, tmp_path)
    assert await database.read(lambda conn: conn.scalar(select(counters.c.value))) == 10000 + 200
    await database.close()


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ("mysql://x", Invalid),
        ("sqlite:///no/such/folder/x.db", Unreachable),
        ("postgresql+asyncpg://desk@127.0.0.1:1/x", Unreachable),
    ],
)
async def test_databases_that_cannot_be_opened(tmp_path, bad, error):
    with pytest.raises(error):
        await Database.open(bad, tmp_path)


async def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "supportbot.db"
    file.write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unreachable):
        await Database.open("sqlite:///supportbot.db", tmp_path)
    assert file.read_bytes() == b"Dear diary, " * 1000


# SQLite's own ways to fail.


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


async def test_a_read_is_of_one_moment(sqlite_database):
    begun, written = threading.Event(), threading.Event()

    def look_twice(conn):
        first = keys(conn)
        begun.set()
        written.wait(5)
        return first, keys(conn)

    looking = asyncio.ensure_future(sqlite_database.read(look_twice))
    await asyncio.to_thread(begun.wait, 5)
    await sqlite_database.write(lambda conn: put(conn, "meanwhile"))
    written.set()
    assert await looking == (set(), set())
    assert await sqlite_database.read(keys) == {"meanwhile"}


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


# PostgreSQL's.


@pytest.mark.xdist_group("postgres")
async def test_a_connection_that_dies_is_told_and_replaced(postgres_database):
    def dies(conn):
        put(conn, "gone")
        conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unreachable):
        await postgres_database.write(dies)
    assert await postgres_database.write(lambda conn: put(conn, "b")) == "b"
    assert await postgres_database.read(keys) == {"b"}


@pytest.mark.xdist_group("postgres")
async def test_a_deadlock_is_run_again(postgres_database):
    for key in ("a", "b"):
        await postgres_database.write(lambda conn, key=key: put(conn, key))

    def move_both(conn, first, second):
        conn.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
        timers.move(conn, first, NOW)
        conn.execute(text("SELECT pg_sleep(0.05)"))
        timers.move(conn, second, NOW)

    await asyncio.gather(
        postgres_database.write(lambda conn: move_both(conn, "a", "b")),
        postgres_database.write(lambda conn: move_both(conn, "b", "a")),
    )
    assert {one.due for one in await postgres_database.read(lambda conn: timers.due(conn, NOW, 9))} == {NOW}


@pytest.mark.xdist_group("postgres")
async def test_who_may_not_enter_is_denied(postgres_server, tmp_path):
    for url in (f"{postgres_server}/no_such_database", postgres_server.replace("desk@", "nobody@") + "/postgres"):
        with pytest.raises(Denied):
            await Database.open(url, tmp_path)


async def test_many_daemons_claim_what_the_others_have_not(url, tmp_path):
    databases = [await Database.open(url, tmp_path) for _ in range(3)]
    for number in range(30):
        mail = Kept("desk", "INBOX", 1, number, b"%d" % number, NOW)
        await databases[0].write(lambda conn, mail=mail: inbox.keep(conn, mail, NOW))
    lease = timedelta(minutes=2)
    claims = [one.write(lambda conn: inbox.claim(conn, 10, NOW, lease, 10**9)) for one in databases]
    claimed = [mail.id for batch in await asyncio.gather(*claims) for mail in batch]
    assert len(claimed) == len(set(claimed))
    for one in databases:
        await one.close()


async def test_only_sqlite_is_for_one_daemon(url, tmp_path):
    database, other = [await Database.open(url, tmp_path) for _ in range(2)]
    database.occupy("daemon")
    database.occupy("daemon")
    if type(database).__name__ == "SqliteDatabase":
        with pytest.raises(Occupied, match="another daemon"):
            other.occupy("daemon")
        await other.write(lambda conn: put(conn, "a command may still write"))
    await database.close()
    other.occupy("daemon")
    await other.close()
