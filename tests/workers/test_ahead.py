"""Which mails are looked at first: known senders and what joins a ticket, in order, nobody waiting for ever (TH32)."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from builders import NOW
from daemon_desk import FILES, mail

from supportbot.mail import thread
from supportbot.mail.glance import glance
from supportbot.mail.message import Address
from supportbot.store import inbox, outbox
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing
from supportbot.triage import registry
from supportbot.workers.ahead import goes_ahead

KEY = b"k" * 32
STRANGER = "Okänd <okand@annan.example>"
OURS = "ack.10001.abcdefghijklmnopqrstuvwx@icentrex.se"
TOKEN = thread.sign(10001, KEY)


class Known:
    """What the order needs to know."""

    registry, staff, keys = registry.read(FILES), frozenset({"lisa@icentrex.se"}), (KEY,)


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open("sqlite:///x.db", tmp_path)
    letter = Outgoing("ack:10001:1", "ack", 10001, "a@b.example", OURS, b"x")
    await opened.write(lambda conn: outbox.add(conn, letter, NOW))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("raw", "ahead"),
    [
        (mail("Hej"), True),
        (mail("Hej", "Eva <EVA@Sub.Bagarstugan.Example>"), True),
        (mail("Hej", "fel@sydtele.example"), True),
        (mail("Hej", "lisa@icentrex.se"), True),
        (mail("Hej", STRANGER), False),
        (mail("Hej", STRANGER, "[ICX-10001-AAAAAAAAAAAAA] Fel"), False),
        (mail("Hej", STRANGER, f"SV: {TOKEN} Fel"), True),
        (mail("Hej", STRANGER, f"SV: {TOKEN} Ännu äldre ärende om växeln i källaren hos oss på landet"), True),
        (mail("Hej", STRANGER, References=f"<x@y.example> <{OURS}>"), True),
        (mail("Hej", STRANGER, In_Reply_To="<ack.10001.zzz@icentrex.se>"), False),
        (mail("Hej", STRANGER, Delivered_To=thread.plus_address("kundcenter@icentrex.se", 10001, KEY)), True),
        (b"From: eva@bagarstugan.example, x@y.example\r\n\r\nHej", False),
        (b"", False),
        (b"From eva@bagarstugan.example\n\nHej", False),
    ],
)
async def test_who_goes_ahead(database, raw, ahead):
    assert await database.read(lambda conn: goes_ahead(conn, raw, Known)) is ahead


@pytest.mark.parametrize("unit", [b"From: ", b"From: a\r\n", b"x", b"<", b"(", b"=?utf-8?q?", b"\r", b"\n x", b":;"])
def test_a_glance_takes_no_time(unit):
    raw = b"Subject: x\r\nFrom: " + unit * (1_000_000 // len(unit))
    begun = time.process_time()
    glance(raw)
    assert time.process_time() - begun < 0.3


def test_a_glance_sees_what_the_reader_sees():
    for file in sorted((Path(__file__).parents[1] / "hostile").glob("*.eml")):
        glance(file.read_bytes())
    assert glance(mail("Hej", "Eva <eva@bagarstugan.example>")).sender == Address("Eva", "eva@bagarstugan.example")


async def test_what_goes_ahead_stays_in_order_and_nobody_waits_for_ever(database):
    def keep(conn):
        for uid in range(1, 101):
            assert inbox.keep(conn, Kept("a", "INBOX", 1, uid, b"%d" % uid, NOW, ahead=uid > 20), NOW)

    def claim(conn):
        return [int(row.content) for row in inbox.claim(conn, 50, NOW, timedelta(minutes=1), 1_000_000)]

    await database.write(keep)
    claims = [await database.write(claim) for _ in range(4)]
    assert claims == [
        [*range(21, 61), *range(1, 11)],
        [*range(61, 101), *range(11, 21)],
        [],
        [],
    ]
