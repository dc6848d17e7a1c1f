"""PostgreSQL's own mechanics: connections that die, deadlocks, passwords, claims of daemons that are no more."""

import asyncio
from datetime import timedelta

import pytest
from builders import NOW
from some_timers import keys, put
from sqlalchemy import text

from supportbot.errors import Denied, Invalid, Unreachable
from supportbot.store import blanking, claims, inbox, leases, outbox, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing

pytestmark = pytest.mark.xdist_group("postgres")

HOUR = timedelta(hours=1)


async def test_a_connection_that_dies_is_told_and_replaced(postgres_database):
    def dies(conn):
        put(conn, "gone")
        conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unreachable):
        await postgres_database.write(dies)
    assert await postgres_database.write(lambda conn: put(conn, "b")) == "b"
    assert await postgres_database.read(keys) == {"b"}


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


async def test_why_it_cannot_be_entered_is_told_with_its_mend(postgres_server, tmp_path):
    host = postgres_server.rpartition(":")[0]
    for url, error, what, mend in (
        (f"{postgres_server}/no_such", Denied, 'database "no_such" does not exist.', "createdb"),
        (postgres_server.replace("desk@", "nobody@") + "/x", Denied, 'role "nobody" does not exist.', "pg_hba.conf"),
        (f"{host}:1/x", Unreachable, "nothing listens there.", "Start the server"),
    ):
        with pytest.raises(error) as told:
            await Database.open(url, tmp_path)
        assert told.value.what == f"the database: {what}"
        assert mend in told.value.mend


async def test_postgresql_has_its_own_backup(postgres_database, tmp_path):
    with pytest.raises(Invalid, match="pg_dump"):
        await postgres_database.backup(tmp_path / "copy")


async def test_what_a_dead_daemon_had_claimed_is_claimed_again_at_once(postgres_database):
    def write(function, *given):
        return postgres_database.write(lambda conn: function(conn, *given))

    await write(inbox.keep, Kept("a", "INBOX", 1, 1, b"x", NOW), NOW)
    letter = Outgoing("ack:1", "ack", None, "eva@akesglass.example", "<1@x.example>", b"Hej!", None)
    await write(outbox.add, letter, NOW)
    await write(leases.take, "daemon one", "one", 60)
    await write(leases.take, "daemon two", "two", 60)
    assert len(await write(claims.claim, 10, NOW, HOUR, 10**6, "one")) == 1
    assert len(await write(outbox.claim, 10, NOW, HOUR, 5, "one")) == 1
    assert await write(claims.claim, 10, NOW, HOUR, 10**6, "two") == []
    assert await write(outbox.claim, 10, NOW, HOUR, 5, "two") == []
    await write(leases.give_back, "daemon one", 1)
    assert len(await write(claims.claim, 10, NOW, HOUR, 10**6, "two")) == 1
    (again,) = await write(outbox.claim, 10, NOW, HOUR, 5, "two")
    assert (again.attempt, again.unknowns) == (2, 1)
    assert not await write(outbox.is_claimed_by, again.id, "one"), "what it learns now is no news"
    assert await write(outbox.is_claimed_by, again.id, "two")
    await write(outbox.sent, again.id, "250 ok", NOW)
    assert not await write(outbox.is_claimed_by, again.id, "two")


@pytest.mark.parametrize("first", ["removed", "kept"])
async def test_bytes_are_not_removed_while_the_same_mail_comes_again(postgres_database, first):
    """Whichever of two daemons' transactions begins first, the second mail has its bytes."""

    def keep(conn, uid):
        return inbox.keep(conn, Kept("a", "INBOX", 1, uid, b"the same", NOW), NOW)

    old = await postgres_database.write(lambda conn: keep(conn, 1))
    await postgres_database.write(lambda conn: inbox.set_aside(conn, old, "why", NOW))
    steps = {"removed": lambda conn: blanking.mails(conn, [old], NOW), "kept": lambda conn: keep(conn, 2)}
    async with postgres_database._engine.begin() as conn:
        await conn.run_sync(steps.pop(first))
        (second,) = steps.values()
        waiting = asyncio.create_task(postgres_database.write(second))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    await waiting
    assert await postgres_database.read(lambda conn: inbox.raw(conn, old + 1)) == b"the same"
