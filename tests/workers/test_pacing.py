"""A flood of urgent faults and who is on call: bounded letters, never silence, no known customer drowned (TH29)."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOW, POLICY, a_decision, a_mail, arrived

from supportbot.mail.message import Address
from supportbot.store import outbox, tickets
from supportbot.store.database import Database
from supportbot.tickets import actions
from supportbot.tickets.lifecycle import open_ticket
from supportbot.workers.settle import store_plan
from supportbot.workers.timer import TimerWorker

MOST, REPEAT, MINUTE = 60, timedelta(minutes=10), timedelta(minutes=1)
STRANGER = a_decision(urgent=True, customer=None, purchase="unknown", route="review", sender_is_customer=False)
CUSTOMER = a_decision(urgent=True, customer="K1")


class OnCall:
    """Tickets are opened and time passes; and what whoever is on call is sent."""

    def __init__(self, database, known):
        self.database, self.known, self.now, self.number = database, known, NOW, 10000
        self.timer = TimerWorker(database, lambda: self.known, lambda: self.now, asyncio.Event())

    async def open(self, decision, sender="x@annan.example"):
        self.number += 1
        mail = replace(a_mail(), sender=Address("", sender))
        policy = replace(POLICY, alert_to=self.known.alert_to)
        plan = open_ticket(self.number, arrived(mail, self.number), decision, policy, self.now)
        await self.database.write(lambda conn: store_plan(conn, plan, True, "", b"", self.known, self.now))
        return self.number

    async def pass_time(self, long):
        for _ in range(int(long / MINUTE)):
            self.now += MINUTE
            await self.timer.step()

    async def letters(self):
        rows = await self.database.read(lambda conn: outbox.listing(conn, None, 100_000))
        return [row for row in reversed(rows) if row.kind == "alert"]


@pytest.fixture
async def on_call(tmp_path, known):
    database = await Database.open("sqlite:///x.db", tmp_path)
    yield OnCall(database, known)
    await database.close()


async def test_a_flood_of_urgent_faults_pages_nobody_to_death_and_is_never_silent(on_call):
    numbers = [await on_call.open(STRANGER, f"x{number}@annan.example") for number in range(100)]
    assert len(await on_call.letters()) == MOST + 1
    await on_call.pass_time(timedelta(minutes=90))
    sent = [row.created for row in await on_call.letters()]
    for begin in sent:
        assert sum(begin <= one < begin + timedelta(hours=1) for one in sent) <= MOST + 7
    times = sorted(set(sent))
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) <= REPEAT + MINUTE
    assert on_call.now - times[-1] <= REPEAT + MINUTE

    def take(conn):
        for number in numbers:
            plan = actions.take(tickets.find(conn, number, lock=True), "Lisa", on_call.now)
            store_plan(conn, plan, False, "", b"", on_call.known, on_call.now)

    await on_call.database.write(take)
    before = len(await on_call.letters())
    await on_call.pass_time(timedelta(minutes=30))
    assert len(await on_call.letters()) == before


async def test_a_known_customers_fault_is_told_on_its_own_but_not_without_end(on_call):
    for number in range(100):
        await on_call.open(STRANGER, f"x{number}@annan.example")
    customers = [await on_call.open(CUSTOMER, f"m{number}@bagarstugan.example") for number in range(20)]
    told = [row.ticket for row in await on_call.letters()]
    assert customers[0] in told
    assert len([number for number in customers if number in told]) == 5
    assert told.count(None) == 1


async def test_few_are_told_each(on_call):
    for number in range(5):
        await on_call.open(STRANGER, f"x{number}@annan.example")
    await on_call.pass_time(timedelta(minutes=61))
    letters = await on_call.letters()
    assert len(letters) == 5 * 7
    assert None not in {row.ticket for row in letters}
