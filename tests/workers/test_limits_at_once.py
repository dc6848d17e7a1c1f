"""Mails of one batch keep to the limits together, also where a database settles them at the same time (R8, TH29)."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from builders import NOW, a_decision, a_mail
from servers import postgres

from supportbot.mail.message import Address
from supportbot.store import inbox, outbox
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.workers.knowledge import Limits
from supportbot.workers.sandbox import Sandbox
from supportbot.workers.sandboxed import Read
from supportbot.workers.triage import TriageWorker

pytestmark = pytest.mark.xdist_group("postgres")
CUSTOMER = a_decision(customer="K1")
STRANGER = a_decision(customer=None, purchase="unknown", route="review", sender_is_customer=False)
MANY = 12


class Reads(Sandbox):
    """A sandbox that gives these answers, in order."""

    def __init__(self, answers: list[Read]) -> None:
        self.answers = answers

    async def read(self, mails, *_):
        assert len(mails) == len(self.answers)
        return self.answers


@pytest.fixture(scope="module")
def server():
    with postgres.started() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request, tmp_path):
    url = "sqlite:///supportbot.db"
    if request.param == "postgres":
        url = await postgres.make_database(request.getfixturevalue("server"))
    opened = await Database.open(url, tmp_path)
    yield opened
    await opened.close()


async def letters(database, known, answers):
    """How many letters of each kind come of mails that are settled in one batch."""
    mails = [Kept("a", "INBOX", 1, uid, b"%d" % uid, NOW) for uid, _ in enumerate(answers, 1)]
    await database.write(lambda conn: [inbox.keep(conn, mail, NOW) for mail in mails])
    worker = TriageWorker(database, Reads(answers), lambda: known, lambda: NOW, asyncio.Event())
    assert await worker.step() == len(answers)
    return Counter(row.kind for row in await database.read(lambda conn: outbox.listing(conn, None, 1000)))


def mail(address, text="Hej", **changes):
    return a_mail(sender=Address("", address), message_id=None, new_text=text, **changes)


async def test_an_unproven_sender_gets_one(database, known):
    found = await letters(database, known, [Read(mail("okand@annan.example"), STRANGER)] * MANY)
    assert found["ack"] == 1


async def test_many_unproven_senders_get_no_more_than_the_hourly_limit(database, known):
    known = replace(known, limits=Limits(unproven_per_hour=3))
    answers = [Read(mail(f"offer{number}@annan{number}.example"), STRANGER) for number in range(MANY)]
    assert (await letters(database, known, answers))["ack"] == 3


async def test_a_customer_that_says_the_same_again_and_again_gets_one(database, known):
    known = replace(known, limits=Limits(same_words_per_day=1))
    found = await letters(database, known, [Read(mail("eva@kund.example", "Luren piper"), CUSTOMER)] * MANY)
    assert found["ack"] == 1


async def test_alerts_keep_to_their_pace(database, known):
    known = replace(known, limits=Limits(alerts_per_hour=4))
    urgent = replace(STRANGER, kind="fault", urgent=True)
    answers = [Read(mail(f"offer{number}@annan{number}.example"), urgent) for number in range(MANY)]
    found = await letters(database, known, answers)
    assert found["alert"] == 5  # four, and one that stands for the others
