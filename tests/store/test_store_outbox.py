"""Mails that leave: queued once, claimed in order, tried again, given up, come back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOW, a_ticket

from supportbot.store import acks, outbox, tickets
from supportbot.tickets.effects import Outgoing
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.ticket import Status

LEASE = timedelta(minutes=20)
DAY = timedelta(days=1)


def a_letter(name="1", kind="ack", recipient="anna@kund.example", ticket=None, **values):
    return Outgoing(
        f"{kind}:{name}", kind, ticket, recipient, f"{kind}-{name}@desk.example", b"Subject: x\r\n\r\n", **values
    )


async def claim(write, now=NOW, limit=20, per_domain=20):
    return await write(outbox.claim, limit, now, LEASE, per_domain)


async def test_a_key_leaves_once_with_the_first_bytes(write):
    first = Outgoing("ack:1:7", "ack", None, "anna@kund.example", "a@desk", b"first")
    second = Outgoing("ack:1:7", "ack", None, "anna@kund.example", "b@desk", b"second")
    assert await write(outbox.add, first, NOW) is True
    assert await write(outbox.add, second, NOW) is False
    (claimed,) = await claim(write)
    assert (claimed.content, claimed.message_id, claimed.attempt, claimed.unknowns) == (b"first", "a@desk", 1, 0)
    assert claimed.created == NOW
    assert await write(outbox.content, claimed.id) == b"first"
    assert await write(outbox.content, 999) is None
    assert await claim(write) == []


async def test_alerts_before_forwards_before_acks_before_digests(write):
    for kind in ("digest", "ack", "forward", "alert"):
        await write(outbox.add, a_letter(kind=kind), NOW)
        await write(outbox.add, a_letter("2", kind=kind), NOW - DAY)
    claimed = [*await claim(write, limit=3), *await claim(write)]
    assert [one.key for one in claimed] == [
        f"{kind}:{name}" for kind in ("alert", "forward", "ack", "digest") for name in ("2", "1")
    ]


async def test_nothing_leaves_before_it_is_due(write):
    await write(outbox.add, a_letter(not_before=NOW + LEASE), NOW)
    await write(outbox.add, a_letter("2", not_before=NOW - LEASE), NOW)
    assert await write(outbox.next_due) == NOW
    assert [one.key for one in await claim(write)] == ["ack:2"]
    assert await write(outbox.next_due) == NOW + LEASE
    assert [one.key for one in await claim(write, NOW + LEASE)] == ["ack:1"]
    assert await write(outbox.next_due) is None


async def test_a_dead_domain_holds_up_nobody(write):
    for number in range(30):
        await write(outbox.add, a_letter(f"dead{number}", "alert", f"x{number}@Dead.example"), NOW)
    for number in range(3):
        await write(outbox.add, a_letter(f"well{number}", "ack", f"x{number}@well.example"), NOW)
    claimed = await claim(write, limit=10, per_domain=4)
    assert [one.kind for one in claimed] == ["alert"] * 4 + ["ack"] * 3
    assert await claim(write, limit=10, per_domain=4) == []
    await write(outbox.sent, claimed[0].id, "250 ok", NOW)
    assert len(await claim(write, limit=10, per_domain=4)) == 1


async def test_a_page_full_of_one_domain_is_turned(write):
    for number in range(10):
        await write(outbox.add, a_letter(f"a{number}", recipient="x@a.example"), NOW)
    for number in range(10):
        await write(outbox.add, a_letter(f"b{number}", recipient="x@b.example"), NOW)
    claimed = await claim(write, limit=5, per_domain=2)
    assert [one.recipient for one in claimed] == ["x@a.example"] * 2 + ["x@b.example"] * 2


async def test_a_send_that_was_cut_off_is_of_unknown_acceptance(write):
    await write(outbox.add, a_letter(), NOW)
    for unknowns in range(3):
        now = NOW + unknowns * 2 * LEASE
        (claimed,) = await claim(write, now)
        assert (claimed.unknowns, claimed.attempt) == (unknowns, unknowns + 1)
        assert await claim(write, now + LEASE / 2) == []


async def test_release_at_start_counts_what_was_cut_off(write, database):
    await write(outbox.add, a_letter(), NOW)
    await write(outbox.add, a_letter("waits"), NOW + DAY)
    await claim(write)
    assert await write(outbox.release, NOW + 2 * LEASE) == 1
    (claimed,) = await claim(write, NOW + 2 * LEASE)
    assert (claimed.unknowns, claimed.attempt) == (1, 2)


async def test_retry_counts_only_unknown_outcomes(write):
    await write(outbox.add, a_letter(), NOW)
    (claimed,) = await claim(write)
    await write(outbox.retry, claimed.id, NOW + LEASE, "450 later", False)
    assert await claim(write) == []
    (claimed,) = await claim(write, NOW + LEASE)
    await write(outbox.retry, claimed.id, NOW + DAY, "the line broke", True)
    (row,) = await write(outbox.listing, None, 10)
    assert (row.state, row.attempt, row.unknowns, row.reason, row.due) == (
        "queued", 2, 1, "the line broke", NOW + DAY,
    )  # fmt: skip


async def test_what_the_relay_held_up_is_due_once_it_takes_mails_again(write):
    for kind in ("digest", "ack", "forward", "alert"):
        await write(outbox.add, a_letter(kind=kind), NOW)
        await write(outbox.add, a_letter("2", kind=kind), NOW)
    by_key = {one.key: one.id for one in await claim(write)}
    for key, row in by_key.items():
        held_up = key not in ("alert:2", "ack:2")  # these two were refused themselves
        await write(outbox.retry, row, NOW + (LEASE if "alert" in key else DAY), "away", key == "forward:1", held_up)
    assert await claim(write) == []
    assert await write(outbox.relay_is_back, 2, NOW) == 2
    assert [one.key for one in await claim(write)] == ["alert:1", "forward:1"]
    assert await write(outbox.relay_is_back, 10, NOW) == 4
    assert await write(outbox.relay_is_back, 10, NOW) == 0
    assert {one.key for one in await claim(write)} == {"forward:2", "ack:1", "digest:1", "digest:2"}
    rows = {row.key: row for row in await write(outbox.listing, None, 10)}
    assert (rows["alert:2"].due, rows["ack:2"].due) == (NOW + LEASE, NOW + DAY)
    await write(outbox.retry, by_key["ack:1"], NOW + DAY, "450 later")
    assert await write(outbox.relay_is_back, 10, NOW) == 0


async def test_the_last_attempt_counts_too(write):
    await write(outbox.add, a_letter(), NOW)
    (claimed,) = await claim(write)
    await write(outbox.gave_up, claimed.id, "the line broke too often", NOW, True)
    (row,) = await write(outbox.listing, None, 10)
    assert (row.state, row.attempt, row.unknowns, row.finished) == ("gave_up", 1, 1, NOW)


async def test_what_was_sent_stays_sent(write):
    await write(outbox.add, a_letter(), NOW)
    (claimed,) = await claim(write)
    await write(outbox.sent, claimed.id, "250 2.0.0 queued", NOW)
    await write(outbox.retry, claimed.id, NOW, "late", True)
    await write(outbox.gave_up, claimed.id, "late", NOW)
    assert await write(outbox.requeue, claimed.id, NOW) is False
    (row,) = await write(outbox.listing, "sent", 10)
    assert (row.reason, row.finished, row.unknowns) == ("250 2.0.0 queued", NOW, 0)
    assert await claim(write, NOW + DAY) == []


async def test_a_person_may_have_a_dead_letter_tried_again(write):
    for name in ("given-up", "came-back"):
        await write(outbox.add, a_letter(name), NOW)
    given_up, came_back = await claim(write)
    await write(outbox.gave_up, given_up.id, "550 no such user", NOW)
    await write(outbox.sent, came_back.id, "250", NOW)
    await write(outbox.bounced, came_back.id, False, "4.2.2", "delayed", NOW)
    assert await write(outbox.requeue, came_back.id, NOW) is False
    await write(outbox.bounced, came_back.id, True, "5.1.1", "unknown user", NOW)
    await write(outbox.bounced, came_back.id, False, "4.0.0", "an older delay notice", NOW)
    dead = await write(outbox.undelivered, NOW - DAY)
    assert [(row.id, row.bounce_permanent) for row in dead] == [(given_up.id, None), (came_back.id, True)]
    later = NOW + 10 * DAY
    assert await write(outbox.undelivered, NOW + DAY) == [], "of no ticket, and long ago"
    assert await write(outbox.requeue, given_up.id, later) is True
    assert await write(outbox.requeue, came_back.id, later) is True
    assert await write(outbox.requeue, 999, later) is False
    again = await claim(write, later)
    assert [(one.id, one.attempt, one.unknowns, one.created) for one in again] == [
        (given_up.id, 1, 0, later),
        (came_back.id, 1, 0, later),
    ]
    assert await write(outbox.undelivered, NOW - DAY) == []


@pytest.mark.parametrize("resolved", [False, True])
async def test_dead_letters_of_a_ticket_matter_while_it_is_open(write, resolved):
    ticket = a_ticket()
    await write(tickets.apply, Plan(replace(ticket, status=Status.RESOLVED if resolved else Status.TAKEN)), True)
    await write(outbox.add, a_letter(ticket=ticket.number), NOW)
    (claimed,) = await claim(write)
    await write(outbox.gave_up, claimed.id, "550", NOW)
    assert bool(await write(outbox.undelivered, NOW + 100 * DAY)) == (not resolved)


async def test_found_by_message_id_and_ticket(write):
    for number in (10001, 10002):
        await write(outbox.add, a_letter(str(number), ticket=number), NOW)
    found = await write(outbox.by_message_ids, ["ack-10002@desk.example", "nobody@x", "ack-10002@desk.example"])
    assert {key: row.ticket for key, row in found.items()} == {"ack-10002@desk.example": 10002}
    assert await write(outbox.by_message_ids, []) == {}
    ids = {row.id: row.ticket for row in await write(outbox.listing, None, 10)}
    assert {row.id: row.ticket for row in await write(outbox.by_ids, [*ids, 999])} == ids
    assert await write(outbox.by_ids, []) == []
    assert [row.key for row in await write(outbox.for_ticket, 10001)] == ["ack:10001"]
    assert await write(outbox.counts) == {"queued": 2}


async def test_acknowledgements_are_counted_for_the_limits(write):
    rows = [("1", "Anna@kund.example", True, NOW), ("2", "anna@kund.example", False, NOW - 2 * DAY),
            ("3", "bo@kund.example", False, NOW), ("4", "bo@kund.example", False, NOW)]  # fmt: skip
    for name, recipient, proven, at in rows:
        await write(outbox.add, a_letter(name, recipient=recipient), at, proven=proven)
    await write(outbox.add, a_letter("5", "forward", "anna@kund.example"), NOW)
    for address, expected in (("anna@KUND.example", 1), ("bo@kund.example", 2), ("nobody@kund.example", 0)):
        assert await write(acks.to, address, NOW - DAY) == expected
    assert await write(acks.to, "anna@kund.example", NOW - 3 * DAY) == 2
    assert await write(acks.to_unproven, NOW - DAY) == 2
    assert await write(acks.to_unproven, NOW - 3 * DAY) == 3
