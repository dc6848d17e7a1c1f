"""A lease is kept up while its daemon lives, goes to another when it does not, and a woken daemon is unsure at once."""

import asyncio

import pytest

from supportbot.errors import Unreachable
from supportbot.workers.lease import Lease

QUICK = {"seconds": 3.0, "every": 0.1, "margin": 0.2}


@pytest.fixture
def lease(database):
    return lambda holder: Lease(database, "mailbox a", holder, **QUICK)


async def until(holds):
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.01)


async def test_one_works_and_the_other_stands_by_until_the_first_ends(lease):
    working = []

    async def work(name):
        working.append(name)
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(lease(name).while_held(lambda name=name: work(name))) for name in ("one", "two")]
    await until(lambda: working)
    await asyncio.sleep(4)
    assert working == ["one"], "it is renewed beyond its seconds"
    tasks[0].cancel()
    await until(lambda: len(working) == 2)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_ends_the_work_is_told_and_the_lease_given_back(lease):
    async def work():
        raise Unreachable("the server is gone")

    first, second = lease("one"), lease("two")
    with pytest.raises(Unreachable, match="the server is gone"):
        await first.while_held(work)
    assert await second.take()


async def test_a_holder_that_was_away_is_unsure_and_stops(lease, database):
    first, second = lease("one"), lease("two")
    assert await first.take() and first.sure()
    await until(lambda: not first.sure())  # it was stopped, say
    await asyncio.sleep(0.5)
    assert await second.take()
    with pytest.raises(Unreachable, match="taken over"):
        await first.keep()
    with pytest.raises(Unreachable, match="taken over"):
        await database.write(first.fence)
    await database.write(second.fence)


async def test_work_stops_when_the_lease_is_lost(lease):
    ended = asyncio.Event()

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    first, second = lease("one"), lease("two")
    first.every = 5.0  # it renews too late
    task = asyncio.create_task(first.while_held(work))
    await until(first.sure)
    await until(lambda: not first.sure())
    await asyncio.sleep(0.5)
    assert await second.take()
    with pytest.raises(Unreachable, match="taken over"):
        await task
    assert ended.is_set() and second.sure()
