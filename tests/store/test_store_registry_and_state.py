"""Timers, mailboxes, registry, the digest's input, the figures of `status`."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from builders import NOW, a_decision, a_ticket

from supportbot.store import inbox, mailboxes, outbox, queue, registry, status, tickets, timers
from supportbot.store.inbox import Kept
from supportbot.store.mailboxes import MailboxState
from supportbot.store.timers import Due
from supportbot.tickets.effects import Outgoing
from supportbot.tickets.faults import Fault
from supportbot.tickets.lifecycle import Plan
from supportbot.triage.records import Customer, Device, Model, NumberRange, Partner
from supportbot.triage.registry import Registry

HOUR = timedelta(hours=1)


async def test_a_timer_is_set_once_and_moved(write):
    assert await write(timers.set, "digest", NOW, "digest") is True
    assert await write(timers.set, "digest", NOW + HOUR, "digest") is False
    assert await write(timers.get, "digest") == Due("digest", NOW, "digest")
    await write(timers.move, "digest", NOW + HOUR)
    assert await write(timers.due, NOW, 10) == []
    assert [one.key for one in await write(timers.due, NOW + HOUR, 10)] == ["digest"]
    assert await write(timers.set, "digest", NOW, "other", 10001, {"step": 2}, overwrite=True) is True
    assert await write(timers.get, "digest") == Due("digest", NOW, "other", 10001, {"step": 2})
    await write(timers.drop, "digest")
    assert await write(timers.get, "digest") is None


async def test_the_longest_overdue_rings_first(write):
    for hours in (3, 1, 2):
        await write(timers.set, f"t{hours}", NOW - hours * HOUR, "alert")
    assert [one.key for one in await write(timers.due, NOW, 2)] == ["t3", "t2"]


async def test_a_mailbox_fails_since_the_first_failure_in_a_row(write):
    box = ("desk", "INBOX")
    assert await write(mailboxes.find, *box) is None
    await write(mailboxes.failed, *box, "no route", NOW)
    await write(mailboxes.failed, *box, "refused", NOW + HOUR)
    assert await write(mailboxes.find, *box) == MailboxState("desk", "INBOX", None, None, NOW, "refused")
    await write(mailboxes.searched, *box, 4294967295, NOW + HOUR)
    well = MailboxState("desk", "INBOX", 4294967295, NOW + HOUR, None, "refused")
    assert await write(mailboxes.find, *box) == well
    await write(mailboxes.failed, *box, "again", NOW + 2 * HOUR)
    assert (await write(mailboxes.find, *box)).failing_since == NOW + 2 * HOUR
    await write(mailboxes.searched, *box, 7, NOW + 3 * HOUR, "mail UID 2: NO broken")
    refused = MailboxState("desk", "INBOX", 7, NOW + 3 * HOUR, NOW + 2 * HOUR, "mail UID 2: NO broken")
    assert await write(mailboxes.find, *box) == refused
    await write(mailboxes.searched, *box, 7, NOW + 4 * HOUR)
    assert (await write(mailboxes.find, *box)).failing_since is None
    await write(mailboxes.searched, "fresh", "INBOX", 1, NOW, "mail UID 9: NO broken")
    assert (await write(mailboxes.find, "fresh", "INBOX")).failing_since == NOW
    await write(mailboxes.searched, "another", "INBOX", 1, NOW)
    assert [one.name for one in await write(mailboxes.everyone)] == ["another", "desk", "fresh"]


CUSTOMERS = (
    Customer("C2", "Zebra AB", "", contract_start=None),
    Customer(
        "C1", "Åkeri & Söner AB", "556677-8899", ("akeri.example", "xn--keri-poa.example"), ("anna@akeri.example",),
        (NumberRange("+46846500400", "+46846500403"), NumberRange("+46700000000", "+46700000000")), "partner", "P01",
        "Uppstart Plus", date(2024, 1, 31), date(2027, 12, 31), Decimal("2.50"), "en",
    ),
)  # fmt: skip
DEVICES = (
    Device("C1", "Yealink", "T46U", "80:5E:C0:21:16:70", "SN1", False, "no"),
    Device("C1", "Jabra", "Evolve2"),
    Device("C1", "Jabra", "Evolve2"),
)
PARTNERS = (
    Partner("P02", "Plain"),
    Partner(
        "P01", "Nordpartner AB", ("Nord", "NP"), ("nordpartner.example",), "en", "+46846500490", "email",
        "fel@nordpartner.example", ("affected_number", "contact_phone"), "Skriv till oss.\nTack!", "Fel: {subject}",
        "both", False, 5_000_000_000, r"NP-\d+", "mon-fri 08-17", True,
    ),
)  # fmt: skip
MODELS = (Model("Yealink", "T46U", "desk_phone", True, True), Model("Acme", "X", "headset", False))


def parts(of):
    return tuple(of.customers.values()), of.devices, tuple(of.partners.values()), of.models


async def test_the_registry_comes_back_exactly_and_in_order(write):
    assert parts(await write(registry.load)) == ((), (), (), ())
    assert await write(registry.fingerprint) == ""
    whole = Registry(CUSTOMERS, DEVICES, PARTNERS, MODELS)
    await write(registry.replace, whole)
    loaded = await write(registry.load)
    assert parts(loaded) == (CUSTOMERS, DEVICES, PARTNERS, MODELS)
    assert str(loaded.customers["C1"].included_hours) == "2.50"
    first = await write(registry.fingerprint)
    await write(registry.replace, loaded)
    assert await write(registry.fingerprint) == first
    await write(registry.replace, Registry(CUSTOMERS[:1], DEVICES[1:], PARTNERS, MODELS))
    assert parts(await write(registry.load)) == (CUSTOMERS[:1], DEVICES[1:], PARTNERS, MODELS)
    assert await write(registry.fingerprint) not in (first, "")


async def test_a_registry_that_cannot_be_stored_changes_nothing(write, database):
    await write(registry.replace, Registry(CUSTOMERS))

    def break_off(conn):
        registry.replace(conn, Registry(CUSTOMERS[:1], DEVICES))
        raise ValueError("the operator pulled the plug")

    with pytest.raises(ValueError, match="plug"):
        await database.write(break_off)
    assert parts(await write(registry.load)) == (CUSTOMERS, (), (), ())


async def test_digest_and_status_tell_of_everything_that_waits(write):
    ticket = a_ticket(a_decision(urgent=True))
    await write(tickets.apply, Plan(ticket), True)
    kept = [Kept("desk", "INBOX", 1, uid, b"mail %d" % uid, NOW) for uid in (1, 2, 3)]
    ids = [await write(inbox.keep, mail, NOW) for mail in kept]
    await write(inbox.finish, ids[0], "ticket", "a fault", ticket.number, NOW)
    await write(inbox.set_aside, ids[1], "three strikes", NOW, "eva@a.example", "Hej")
    for key in ("1", "2"):
        row = Outgoing(f"forward:{key}", "forward", ticket.number, "fel@p.example", f"{key}@desk", b"")
        await write(outbox.add, row, NOW)
    dead, _ = await write(outbox.claim, 2, NOW, HOUR, 5)
    await write(outbox.gave_up, dead.id, "550 no", NOW)
    await write(mailboxes.failed, "desk", "INBOX", "refused\r\n\x1b[31m", NOW)

    told = await write(queue.digest_input, NOW)
    assert told.tickets == (ticket,)
    (aside,) = told.set_aside
    assert (aside.inbox_id, aside.reason) == (ids[1], "three strikes")
    assert (aside.sender, aside.subject) == ("eva@a.example", "Hej")
    assert [(one.outbox_id, one.ticket, one.why) for one in told.undelivered] == [(dead.id, ticket.number, "550 no")]
    assert sum(one.count for one in told.seen) == 3
    assert told.since == NOW - timedelta(days=1)
    assert told.troubles == (Fault("mailbox", NOW, "refused [31m", "desk (INBOX)"),)

    state = await write(status.state, NOW)
    assert (state.open_tickets, state.to_ring, state.waiting, state.oldest_waiting) == (1, 1, 1, NOW)
    assert (state.quarantined, state.gave_up, state.overdue) == (1, 1, None)
    assert state.outbox == {"gave_up": 1, "sending": 1}
    assert [one.error for one in state.mailboxes] == ["refused\r\n\x1b[31m"]

    await write(outbox.add, Outgoing("digest:1", "digest", None, "team@desk.example", "d@desk", b""), NOW + HOUR)
    assert (await write(queue.digest_input, NOW + 2 * HOUR)).since == NOW + HOUR
