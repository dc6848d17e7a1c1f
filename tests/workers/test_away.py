"""While the database is away: what is known of an attempt is kept, and who waits is soon back."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from servers.smtp_sink import SLOW, SmtpSink

from supportbot.channels.smtp import Relay
from supportbot.config import SmtpSection
from supportbot.errors import Away, Denied, Unreachable
from supportbot.store import outbox, sqlite
from supportbot.store.database import Database
from supportbot.tickets.effects import Outgoing
from supportbot.workers import delivery, supervise
from supportbot.workers.delivery import DeliveryWorker


async def test_what_the_relay_has_accepted_is_noted_however_long_it_takes(tmp_path, monkeypatch, known):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(delivery, "AGAIN_SECONDS", 0.1)
    database = await Database.open("sqlite:///supportbot.db", tmp_path)
    sealed = Outgoing("ack:1", "ack", None, "anna@kund.example", "1@desk", b"From: a@b.example\r\nSubject: x\r\n\r\n")
    now = datetime.now(UTC)
    await database.write(lambda conn: outbox.add(conn, sealed, now))
    with SmtpSink() as sink, closing(sqlite3.connect(tmp_path / "supportbot.db", isolation_level=None)) as other:
        sink.fail("content", SLOW)
        relay = Relay(SmtpSection(host=sink.host, port=sink.port, tls="none"), None, "localhost")
        worker = DeliveryWorker(database, relay, lambda: known, lambda: datetime.now(UTC), asyncio.Event())
        assert await worker.step() == 1
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(100):
            await asyncio.sleep(0.1)
            if sink.accepted and database.trouble:
                break
        with pytest.raises(Away):
            await worker.step()
        assert database.trouble.startswith("the database: ")
        other.execute("ROLLBACK")
        for _ in range(100):
            await asyncio.sleep(0.1)
            if not await worker.step() and not worker._under_way:
                break
        (row,) = await database.read(lambda conn: outbox.listing(conn, None, 10))
        assert (row.state, row.attempt, row.unknowns) == ("sent", 1, 0)
        assert len(sink.accepted) == 1
        assert database.trouble == ""
        await relay.close()
    await database.close()


@pytest.mark.parametrize(
    ("error", "first", "later"),
    [
        (Away("the database: locked"), 1, 5),
        (Unreachable("a server"), 1, 60),
        (None, 1, 60),
        (Denied("no"), 60, 300),
    ],
)
def test_how_long_is_waited(error, first, later):
    assert (supervise.wait_after(1, error), supervise.wait_after(9, error)) == (first, later)
