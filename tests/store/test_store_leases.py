"""Leases: one holder at a time, a new token for each, the fence, and claims of daemons that are no more."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from supportbot.errors import Unreachable
from supportbot.store import inbox, leases
from supportbot.store.inbox import Kept

NOW = datetime(2026, 11, 25, 9, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def write(database):
    return lambda function, *given: database.write(lambda conn: function(conn, *given))


async def test_one_has_it_until_it_ends_or_is_given_back(write):
    assert await write(leases.take, "mailbox a", "one", 60) == 1
    assert await write(leases.take, "mailbox a", "two", 60) is None
    assert await write(leases.take, "mailbox b", "two", 60) == 1
    await write(leases.give_back, "mailbox a", 1)
    assert await write(leases.take, "mailbox a", "two", 60) == 2
    assert await write(leases.take, "mailbox a", "one", 60) is None


async def test_one_that_ended_goes_to_another_and_the_first_is_fenced_off(write):
    assert await write(leases.take, "mailbox a", "one", 0.05) == 1
    await asyncio.sleep(0.1)
    assert await write(leases.renew, "mailbox a", 1, 0.05), "nobody wanted it meanwhile"
    await asyncio.sleep(0.1)
    assert await write(leases.take, "mailbox a", "two", 60) == 2
    assert not await write(leases.renew, "mailbox a", 1, 60)
    await write(leases.demand, "mailbox a", 2)
    with pytest.raises(Unreachable, match="taken over: mailbox a"):
        await write(leases.demand, "mailbox a", 1)
    await write(leases.give_back, "mailbox a", 1)
    assert await write(leases.take, "mailbox a", "three", 60) is None, "an old token gives nothing back"


async def test_what_was_written_behind_the_fence_is_undone(database):
    await database.write(lambda conn: leases.take(conn, "mailbox a", "two", 60))

    def late(conn):
        inbox.keep(conn, Kept("a", "INBOX", 1, 1, b"x", NOW), NOW)
        leases.demand(conn, "mailbox a", 0)

    with pytest.raises(Unreachable):
        await database.write(late)
    assert await database.read(inbox.waiting) == (0, None)


async def test_many_at_once_and_one_gets_it(database):
    takes = [database.write(lambda conn, n=n: leases.take(conn, "mailbox a", f"d{n}", 60)) for n in range(20)]
    assert sorted(await asyncio.gather(*takes), key=str) == [1, *[None] * 19]


async def test_everyone_is_listed_and_the_long_dead_are_forgotten(write):
    await write(leases.take, "daemon one", "one", 60)
    await write(leases.take, "daemon two", "two", -8 * 86400)
    await write(leases.take, "mailbox a", "one", -8 * 86400)
    assert await write(leases.everyone) == [
        ("daemon one", "one", True),
        ("daemon two", "two", False),
        ("mailbox a", "one", False),
    ]
    await write(leases.forget, "daemon ", 7)
    assert [name for name, _, _ in await write(leases.everyone)] == ["daemon one", "mailbox a"]
