"""What a daemon claimed without knowing of it waits again; what it is at is nobody else's. On both databases."""

from datetime import timedelta

from builders import NOW
from sqlalchemy import select

from supportbot.store import claims, inbox, leases, outbox, tables
from supportbot.store.inbox import Kept
from supportbot.store.outbox import Mine
from supportbot.tickets.effects import Outgoing

LEASE = timedelta(minutes=20)
US, OTHERS = "one:1", "two:2"


async def holder(database):
    """How this daemon is called: SQLite has no other, so it needs no name."""
    if not database.shared:
        return None
    for name in (US, OTHERS):
        await database.write(lambda conn, name=name: leases.take(conn, f"daemon {name}", name, 60))
    return US


def letters(conn):
    for number in (1, 2, 3):
        sealed = Outgoing(
            f"ack:{number}", "ack", None, f"{number}@kund.example", f"{number}@desk", b"Subject: x\r\n\r\n"
        )
        outbox.add(conn, sealed, NOW)


async def test_letters(database, write):
    us = await holder(database)
    await write(letters)

    async def claim(mine=None, now=NOW, who=us):
        return [row.id for row in await write(outbox.claim, 20, now, LEASE, 20, who, mine)]

    assert await claim() == [
        1,
        2,
        3,
    ]  # the answer is lost, or 1 is being sent and of 2 nobody could note what came of it
    assert await claim(Mine((1, 2, 3))) == []
    assert await claim(Mine((1,), (2,))) == [3]
    rows = await write(lambda conn: conn.execute(select(tables.outbox).order_by(tables.outbox.c.id)).all())
    assert [(row.attempt, row.unknowns) for row in rows] == [(1, 0), (1, 0), (2, 0)], "it was never sent"
    late = NOW + 2 * LEASE
    assert await claim(Mine((1, 3), (2,)), late) == [2], "a lease that ended leaves what is still being sent alone"
    rows = await write(lambda conn: conn.execute(select(tables.outbox).order_by(tables.outbox.c.id)).all())
    assert [row.unknowns for row in rows] == [0, 1, 0]
    if database.shared:
        assert await claim(Mine(), late, OTHERS) == [1, 3], "of another daemon only what its lease has given up"


async def test_mails(database, write):
    us = await holder(database)
    for uid in (1, 2):
        await write(inbox.keep, Kept("desk", "INBOX", 1, uid, b"%d" % uid, NOW), NOW)

    async def claim(mine=None, now=NOW, who=us):
        return [row.id for row in await write(claims.claim, 20, now, LEASE, 10**6, who, mine)]

    assert await claim() == [1, 2]
    assert await claim({1, 2}) == []
    assert await claim({1}) == [2]
    await write(inbox.finish, 2, "ignore", "bulk", None, NOW)
    assert await claim({1}, NOW + 2 * LEASE) == [], "what has its verdict, and what is being read"
    if database.shared:
        assert await claim(set(), NOW, OTHERS) == [], "another daemon's"
    assert await claim(set()) == [1]
