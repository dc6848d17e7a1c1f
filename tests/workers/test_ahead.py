"""Which mails are looked at first: known senders and what joins a ticket, in order, nobody waiting for ever (TH32)."""

from datetime import timedelta
from pathlib import Path

import pytest
from builders import NOW
from daemon_desk import FILES, mail
from watching import cpu_of

from supportbot.mail import thread
from supportbot.mail.glance import glance
from supportbot.mail.message import Address
from supportbot.store import claims, inbox, outbox
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing
from supportbot.triage import registry
from supportbot.workers.ahead import Place, place_of

KEY = b"k" * 32
STRANGER = "Okänd <okand@annan.example>"
OURS = "ack.10001.abcdefghijklmnopqrstuvwx@icentrex.se"
TOKEN = thread.sign(10001, KEY)


class Known:
    """What the order needs to know."""

    registry, staff, keys = registry.read(FILES), frozenset({"lisa@icentrex.se"}), (KEY,)


@pytest.fixture
async def database(database):
    """With an acknowledgement of ticket 10001."""
    letter = Outgoing("ack:10001:1", "ack", 10001, "a@b.example", OURS, b"x")
    await database.write(lambda conn: outbox.add(conn, letter, NOW))
    return database


LATER, AHEAD, TICKET = Place(), Place(True), Place(True, 10001)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (mail("Hej"), AHEAD),
        (mail("Hej", "Eva <EVA@Sub.Bagarstugan.Example>"), AHEAD),
        (mail("Hej", "fel@sydtele.example"), AHEAD),
        (mail("Hej", "lisa@icentrex.se"), AHEAD),
        (mail("Hej", STRANGER), LATER),
        (mail("Hej", STRANGER, "[ICX-10001-AAAAAAAAAAAAA] Fel"), LATER),
        (mail("Hej", STRANGER, f"SV: {TOKEN} Fel"), TICKET),
        (mail("Hej", STRANGER, f"SV: {TOKEN} Ännu äldre ärende om växeln i källaren hos oss på landet"), TICKET),
        (mail("Hej", STRANGER, References=f"<x@y.example> <{OURS}>"), TICKET),
        (mail("Hej", STRANGER, In_Reply_To="<ack.10001.zzz@icentrex.se>"), LATER),
        (mail("Hej", STRANGER, Delivered_To=thread.plus_address("kundcenter@icentrex.se", 10001, KEY)), TICKET),
        (mail("Hej", subject=f"SV: {TOKEN} Fel"), TICKET),
        (mail("Hej", STRANGER, f"{thread.sign(10002, KEY)} Fel", References=f"<{OURS}>"), TICKET),
        (b"From: eva@bagarstugan.example, x@y.example\r\n\r\nHej", LATER),
        (b"", LATER),
        (b"From eva@bagarstugan.example\n\nHej", LATER),
    ],
)
async def test_who_goes_ahead_and_what_stays_in_order(database, raw, place):
    assert await database.read(lambda conn: place_of(conn, raw, Known)) == place


@pytest.mark.parametrize("unit", [b"From: ", b"From: a\r\n", b"x", b"<", b"(", b"=?utf-8?q?", b"\r", b"\n x", b":;"])
def test_a_glance_takes_no_time(unit):
    raw = b"Subject: x\r\nFrom: " + unit * (1_000_000 // len(unit))
    assert cpu_of(lambda: glance(raw)) < 0.3


def test_a_glance_sees_what_the_reader_sees():
    for file in sorted((Path(__file__).parents[1] / "hostile").glob("*.eml")):
        glance(file.read_bytes())
    assert glance(mail("Hej", "Eva <eva@bagarstugan.example>")).sender == Address("Eva", "eva@bagarstugan.example")


async def test_what_goes_ahead_stays_in_order_and_nobody_waits_for_ever(database):
    def keep(conn):
        for uid in range(1, 101):
            assert inbox.keep(conn, Kept("a", "INBOX", 1, uid, b"%d" % uid, NOW, ahead=uid > 20), NOW)

    def claim(conn):
        return [int(row.content) for row in claims.claim(conn, 50, NOW, timedelta(minutes=1), 1_000_000)]

    await database.write(keep)
    all_claimed = [await database.write(claim) for _ in range(4)]
    assert all_claimed == [
        [*range(21, 61), *range(1, 11)],
        [*range(61, 101), *range(11, 21)],
        [],
        [],
    ]
