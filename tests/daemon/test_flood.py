"""A flood: thousands of forged senders, and urgent faults of a customer among them (TH8, TH32; design.md §6).

1,000 mails by default; `SUPPORTBOT_FLOOD=5000` is the whole demand, `SUPPORTBOT_FLOOD=10000` that of the backlog.
"""

import os
import time

import pytest
from daemon_desk import mail, parsed, running
from sqlalchemy import func, select

from supportbot.store import outbox, tables

pytestmark = pytest.mark.slow

MAILS = int(os.environ.get("SUPPORTBOT_FLOOD", "1000"))
SECONDS = 60
"""In which an urgent fault must be told and answered, whatever waits."""
LIMIT = 60
"""Acknowledgements an hour to all unproven senders together, and to one domain that nothing proves."""
URGENT = "Hej!\n\nSedan i morse kan ingen ringa oss, huvudnumret är helt dött. 08-465 004 20.\n\nMvh\nEva Dahl"


def forged(number: int) -> bytes:
    domain = f"bolag{number}.example"
    return mail(
        f"Hej! Skärmen på telefon A{number} är svart, den startar inte.",
        sender=f"Kund A{number} <kund{number}@{domain}>",
        subject=f"Fel A{number}",
        message_id=f"<flood{number}@{domain}>",
    )


def urgent(sender: str) -> bytes:
    return mail(URGENT, sender=f"Eva Dahl <{sender}@bagarstugan.example>", subject=f"Telefonen ({sender})")


async def answered(daemon, sender: str) -> float:
    """Seconds until the urgent fault of this sender was told to staff and acknowledged."""
    began = time.monotonic()
    await daemon.until(lambda: daemon.sent_to(f"{sender}@bagarstugan.example"), SECONDS, f"answer to {sender}")
    await daemon.until(lambda: alerts(daemon, sender), SECONDS, f"alert of {sender}")
    return time.monotonic() - began


def alerts(daemon, sender: str) -> list[str]:
    told = daemon.sent_to("jour@icentrex.se")
    return [text for text in (parsed(one).get_body(("plain",)).get_content() for one in told) if sender in text]


async def test_an_urgent_fault_waits_behind_no_flood(tmp_path, server, relay, user):
    relay.received.clear()
    server.deliver(user, [forged(number) for number in range(MAILS)])
    server.deliver(user, [urgent("sist")])
    began = time.monotonic()
    async with running(tmp_path, server, relay, user) as daemon:
        await answered(daemon, "sist")
        assert time.monotonic() - began < SECONDS
        verdicts = await daemon.verdicts()
        assert verdicts["waiting"] > MAILS / 2, "it did not wait for those that came before it"
        daemon.deliver(urgent("mitt-i"))
        assert await answered(daemon, "mitt-i") < SECONDS
        assert (await daemon.verdicts()).get("waiting", 0) > 0
        assert await daemon.settled(MAILS + 2, 60 + MAILS / 10) == {"ticket": MAILS + 2}
        acks = await daemon.desk.database.read(
            lambda conn: conn.scalar(select(func.count()).where(outbox.T.c.kind == "ack", outbox.T.c.proven.is_(False)))
        )
        assert acks == LIMIT
        assert sum("icentrex" not in address for address in recipients(daemon)) == LIMIT + 2
        order = await daemon.desk.database.read(
            lambda conn: conn.scalars(select(tables.articles.c.inbox_id).order_by(tables.articles.c.ticket)).all()
        )
        strangers = [one for one in order if one <= MAILS]
        assert strangers == sorted(strangers), "mails of one kind keep their order"


def recipients(daemon) -> list[str]:
    return [recipient for received in daemon.sink.accepted for recipient in received.recipients]
