"""Limits of acknowledgements, and what is stored together: mails settled on a real SQLite database, without servers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOW, a_decision, a_mail

from supportbot.mail.message import Address, ParsedMail
from supportbot.store import claims, inbox, outbox, tickets, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.triage.decision import Decision
from supportbot.workers.knowledge import Knowledge, Limits
from supportbot.workers.settle import Settled, settle

CUSTOMER = a_decision(customer="K1")
STRANGER = a_decision(customer=None, purchase="unknown", route="review", sender_is_customer=False)


@pytest.fixture
def known(a_desk) -> Knowledge:
    return replace(a_desk, limits=Limits(unproven_per_hour=5, proven_per_day=3))


class Box:
    """Keeps mails and settles them, one after the other."""

    def __init__(self, database: Database, known: Knowledge) -> None:
        self.database, self.known, self.uid = database, known, 0

    async def settle(self, mail: ParsedMail, decision: Decision, now=NOW, partial=False) -> Settled:
        self.uid += 1
        kept = Kept("a", "INBOX", 1, self.uid, f"Subject: {self.uid}\r\n\r\n".encode(), now, partial)

        def work(conn):
            inbox.keep(conn, kept, now)
            (row,) = claims.claim(conn, 1, now, timedelta(minutes=1), 1_000_000)
            return settle(conn, row, mail, decision, self.known, now)

        return await self.database.write(work)

    async def acks(self) -> list[str]:
        rows = await self.database.read(lambda conn: outbox.listing(conn, None, 1000))
        return [row.recipient for row in rows if row.kind == "ack"]


@pytest.fixture
def box(database, known):
    return Box(database, known)


def sender(address: str) -> ParsedMail:
    return a_mail(sender=Address("", address), message_id=None)


async def test_an_unproven_sender_is_acknowledged_once_in_24_hours(box):
    for _ in range(3):
        await box.settle(sender("okand@annan.example"), STRANGER)
    await box.settle(sender("okand@annan.example"), STRANGER, NOW + timedelta(hours=23))
    assert await box.acks() == ["okand@annan.example"]
    await box.settle(sender("okand@annan.example"), STRANGER, NOW + timedelta(hours=25))
    assert len(await box.acks()) == 2


async def test_many_forged_senders_get_no_more_than_the_hourly_limit(box):
    for number in range(20):
        await box.settle(sender(f"offer{number}@annan.example"), STRANGER)
    assert len(await box.acks()) == 5
    found = await box.database.read(lambda conn: tickets.listing(conn, status="all", limit=100))
    assert len(found) == 20
    journal = await box.database.read(lambda conn: tickets.journal_of(conn, found[0].number))
    assert "hourly limit" in next(entry.text for entry in journal if entry.what == "not acknowledged")
    await box.settle(sender("en-till@annan.example"), STRANGER, NOW + timedelta(hours=1, minutes=1))
    assert len(await box.acks()) == 6


async def test_a_proven_customer_has_a_limit_of_its_own_and_urgent_faults_always_pass(box):
    for number in range(20):
        await box.settle(sender(f"offer{number}@annan.example"), STRANGER)
    for room in ("köket", "hallen", "lagret", "vinden", "källaren"):
        await box.settle(replace(sender("eva@bagarstugan.example"), new_text=f"Tyst i {room}."), CUSTOMER)
    assert (await box.acks()).count("eva@bagarstugan.example") == 3
    await box.settle(sender("eva@bagarstugan.example"), replace(CUSTOMER, urgent=True))
    assert (await box.acks()).count("eva@bagarstugan.example") == 4


async def test_who_writes_the_same_but_for_numbers_is_acknowledged_once_a_day(box):
    for number in range(4):
        said = replace(sender("eva@bagarstugan.example"), new_text=f"Ärende {number} har skapats.")
        await box.settle(said, replace(CUSTOMER, urgent=number > 1), NOW + timedelta(hours=number))
    assert len(await box.acks()) == 1
    await box.settle(said, CUSTOMER, NOW + timedelta(hours=25))
    assert len(await box.acks()) == 2


async def test_nobody_is_flooded_in_a_customers_name(box):
    for number in range(9):
        said = replace(sender(f"m{number}@bagarstugan.example"), new_text=f"Fel {number}")
        await box.settle(said, replace(CUSTOMER, urgent=number % 2 == 0))
    assert len(await box.acks()) == 5
    await box.settle(replace(sender("eva@bagarstugan.example"), authenticity="verified"), CUSTOMER)
    assert len(await box.acks()) == 6


async def test_an_urgent_fault_sets_its_timer_and_a_second_alert_row_is_a_no_op(box):
    settled = await box.settle(sender("eva@bagarstugan.example"), replace(CUSTOMER, urgent=True))
    timer = await box.database.read(lambda conn: timers.get(conn, f"alert:{settled.ticket}"))
    assert timer.due == NOW + timedelta(minutes=10)
    assert [key.split(":")[0] for key in settled.sends] == ["alert", "ack"]
    rows = await box.database.read(lambda conn: outbox.for_ticket(conn, settled.ticket))
    assert len({row.message_id for row in rows}) == len(rows) == 2


async def test_a_mail_that_cannot_be_settled_leaves_nothing_behind(box, monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("supportbot.workers.dispatch.write", broken)
    with pytest.raises(ValueError, match="a defect"):
        await box.settle(sender("eva@bagarstugan.example"), CUSTOMER)
    assert not await box.database.read(lambda conn: tickets.listing(conn, status="all", limit=10))
    assert not await box.acks()


async def test_an_address_that_cannot_be_written_to_costs_the_answer_and_not_the_ticket(box):
    settled = await box.settle(sender("jörgen@bagarstugan.example"), CUSTOMER)
    assert settled.verdict == "ticket"
    assert not await box.acks()
    journal = await box.database.read(lambda conn: tickets.journal_of(conn, settled.ticket))
    assert "jörgen@bagarstugan.example" in next(entry.text for entry in journal if entry.what == "not acknowledged")


async def test_the_journal_says_when_only_the_beginning_of_a_mail_was_read(box):
    whole = await box.settle(sender("eva@bagarstugan.example"), CUSTOMER)
    part = await box.settle(sender("eva@bagarstugan.example"), CUSTOMER, partial=True)
    for settled, said in ((whole, False), (part, True)):
        journal = await box.database.read(lambda conn, n=settled.ticket: tickets.journal_of(conn, n))
        assert any(entry.what == "cut off" for entry in journal) is said
