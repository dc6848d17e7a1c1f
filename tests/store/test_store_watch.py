"""What waits, and which faults are noted: on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest
from builders import NOW

from supportbot.store import alarms, figures, inbox, mailboxes, outbox
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing
from supportbot.tickets.faults import Fault, Noted

FIVE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def database(migrated_url, tmp_path):
    opened = await Database.open(migrated_url, tmp_path)
    yield opened
    await opened.close()


def letter(conn, number, at, tried=False, sent=False):
    mail = Outgoing(f"ack:{number}:{number}", "ack", number, f"a{number}@b.example", f"{number}@x", b"x")
    outbox.add(conn, mail, at)
    if not (tried or sent):
        return
    row = next(row for row in outbox.claim(conn, 10, at, 4 * FIVE, 5) if row.key == mail.key)
    if sent:
        outbox.sent(conn, row.id, "250", at)
    else:
        outbox.retry(conn, row.id, at + timedelta(hours=1), "421 later", False)


WAITING = [
    # (letters, asked after minutes) -> (how many wait, since which minute, nothing leaves)
    ([], 9, (0, None, False)),
    ([{"at": 0}], 4, (0, None, False)),
    ([{"at": 0}], 6, (1, 0, True)),
    ([{"at": 0, "tried": True}], 1, (1, 0, True)),
    ([{"at": 0, "sent": True}, {"at": 1, "tried": True}], 2, (1, 1, True)),
    ([{"at": 0, "tried": True}, {"at": 1, "sent": True}], 2, (1, 0, False)),
    ([{"at": 0, "tried": True}, {"at": 1, "tried": True}, {"at": 2}], 3, (2, 0, True)),
]


@pytest.mark.parametrize(("letters", "minutes", "expected"), WAITING)
async def test_letters_that_wait(database, letters, minutes, expected):
    def make(conn):
        for number, values in enumerate(letters):
            letter(conn, number, NOW + values["at"] * MINUTE, values.get("tried", False), values.get("sent", False))

    await database.write(make)
    found = await database.read(lambda conn: figures.waiting(conn, NOW + minutes * MINUTE, FIVE))
    many, since, nothing = expected
    assert (found.letters, found.nothing_leaves) == (many, nothing)
    assert found.since == (None if since is None else NOW + since * MINUTE)
    if any(values.get("tried") for values in letters):
        assert found.because == "421 later"


async def test_the_figures(database):
    def make(conn):
        letter(conn, 1, NOW - timedelta(days=2), tried=True)
        letter(conn, 2, NOW - timedelta(minutes=30))
        letter(conn, 3, NOW, sent=True)
        inbox.keep(conn, Kept("a", "INBOX", 1, 1, b"Subject: x", NOW), NOW - MINUTE)
        mailboxes.failed(conn, "a", "INBOX", "refused", NOW)
        alarms.put(conn, (Noted(Fault("mailbox", NOW, "refused", "a"), True),), NOW)

    await database.write(make)
    found = await database.read(lambda conn: figures.read(conn, NOW))
    assert found.by_age == {"under_5m": 0, "under_1h": 1, "under_1d": 0, "over_1d": 1}
    assert sum(count for _, _, count in found.letters) == 2
    assert found.oldest_letter == NOW - timedelta(days=2)
    assert (found.unread, found.oldest_unread) == (1, NOW - MINUTE)
    assert (found.set_aside, found.open_tickets, found.open_urgent) == (0, 0, 0)
    assert found.mailboxes[0].failing_since == NOW
    assert found.look.noted[0].alarmed


async def test_noted_faults_come_back_as_they_were(database):
    assert (await database.read(alarms.last)).at is None
    noted = (Noted(Fault("mailbox", NOW, "nekad: å", "a"), True), Noted(Fault("rules", NOW + FIVE)))
    await database.write(lambda conn: (alarms.turn(conn), alarms.put(conn, noted, NOW)))
    assert await database.read(alarms.last) == alarms.Look(NOW, noted)


async def test_looks_take_turns(database):
    """Each adds a fault to those that it found: none is lost between two that look at once."""

    def look(number):
        def work(conn):
            seen = alarms.turn(conn).noted
            alarms.put(conn, (*seen, Noted(Fault("mailbox", NOW, "", f"box {number}"))), NOW)

        return database.write(work)

    await asyncio.gather(*(look(number) for number in range(8)))
    assert len((await database.read(alarms.last)).noted) == 8
