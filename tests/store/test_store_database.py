"""The doors of the database: each function whole or not at all, many in one commit, alive after every trouble."""

import asyncio
import threading
from datetime import timedelta

import pytest
from builders import NOW
from some_timers import keys, put
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from supportbot.errors import Invalid, Occupied, Unreachable
from supportbot.store import claims, inbox, tables
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.store.sql import insert_once


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


async def test_a_read_is_of_one_moment(migrated_url, tmp_path):
    async def write_meanwhile():
        other = await Database.open(migrated_url, tmp_path)
        await other.write(lambda conn: put(conn, "meanwhile"))
        await other.close()

    def look_twice(conn):
        first = keys(conn)
        another = threading.Thread(target=asyncio.run, args=(write_meanwhile(),))
        another.start()
        another.join(20)
        return first, keys(conn)

    database = await Database.open(migrated_url, tmp_path)
    assert await database.read(look_twice) == (set(), set())
    assert await database.read(keys) == {"meanwhile"}
    await database.close()


async def test_many_daemons_claim_what_the_others_have_not(url, tmp_path):
    databases = [await Database.open(url, tmp_path) for _ in range(3)]
    for number in range(30):
        mail = Kept("desk", "INBOX", 1, number, b"%d" % number, NOW)
        await databases[0].write(lambda conn, mail=mail: inbox.keep(conn, mail, NOW))
    lease = timedelta(minutes=2)
    all_claimed = [one.write(lambda conn: claims.claim(conn, 10, NOW, lease, 10**9)) for one in databases]
    claimed = [mail.id for batch in await asyncio.gather(*all_claimed) for mail in batch]
    assert len(claimed) == len(set(claimed))
    for one in databases:
        await one.close()


async def test_mails_of_a_ticket_are_claimed_in_order_whoever_claims(url, tmp_path):
    databases = [await Database.open(url, tmp_path) for _ in range(2)]
    lease = timedelta(minutes=2)

    def keep(conn):
        for uid, ticket in enumerate((10001, 10001, 10002, None, 10001), start=1):
            inbox.keep(conn, Kept("desk", "INBOX", 1, uid, b"%d" % uid, NOW, ahead=True, points_at=ticket), NOW)

    async def claim(which, most):
        claimed = await databases[which].write(lambda conn: claims.claim(conn, most, NOW, lease, 10**9))
        return {int(mail.content): mail.id for mail in claimed}

    await databases[0].write(keep)
    first = await claim(0, 1)
    second = await claim(1, 50)
    assert (set(first), set(second)) == ({1}, {3, 4})
    await databases[0].write(lambda conn: inbox.finish(conn, first[1], "follow-up", "it joins", 10001, NOW))
    assert set(await claim(1, 50)) == {2, 5}
    for one in databases:
        await one.close()


async def test_two_claims_at_once_keep_the_order(url, tmp_path):
    databases = [await Database.open(url, tmp_path) for _ in range(4)]

    def keep(conn):
        for uid in range(1, 41):
            inbox.keep(conn, Kept("desk", "INBOX", 1, uid, b"%d" % uid, NOW, ahead=True, points_at=10001), NOW)

    await databases[0].write(keep)
    all_claimed = [one.write(lambda conn: claims.claim(conn, 5, NOW, timedelta(minutes=2), 10**9)) for one in databases]
    claimed = [[int(mail.content) for mail in batch] for batch in await asyncio.gather(*all_claimed)]
    assert sorted(claimed) == [[], [], [], [1, 2, 3, 4]]  # one of five is for mails that do not go ahead
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
