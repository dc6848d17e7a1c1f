"""What is too old goes, on both databases: by kind and age; what is under way, identities and charges stay."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOW, a_decision, a_ticket
from sqlalchemy import select, update

from supportbot.config import RetentionSection
from supportbot.store import blanking, contents, corrections, inbox, outbox, retention, tables, tickets
from supportbot.store.inbox import Kept
from supportbot.tickets.corrections import Correction
from supportbot.tickets.effects import Outgoing
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.ticket import Article, Billing, BillingState, JournalEntry, Status
from supportbot.triage.decision import Reason

AGES = RetentionSection()
LATER = NOW + timedelta(days=1000)
MAIL = b"From: Anna <anna@kund.example>\r\nSubject: Telefonen\r\n\r\nHej!\r\n"
CHARGED = a_decision(
    billable=True,
    billable_reason="customer_cause",
    reasons={"billable": (Reason("own-fault", "Kunden.", "T7", "vi spillde kaffe"),)},
)


def keep_mail(conn, uid, verdict, ticket=None, content=MAIL):
    mail = inbox.keep(conn, Kept("a", "INBOX", 1, uid, content + str(uid).encode(), NOW), NOW)
    inbox.finish(conn, mail, verdict, "authentication of anna@kund.example failed (spf)", ticket, NOW)
    return mail


def store_ticket(conn, status=Status.RESOLVED, decision=None, number=10042, **changes):
    ticket = replace(a_ticket(decision), number=number, status=status, **changes)
    mail = keep_mail(conn, number, "ticket", number)
    articles = (Article(NOW, "anna@kund.example", "mail", "Kaffe i telefonen", mail),)
    journal = (JournalEntry(NOW, "anna@kund.example", "opened"), JournalEntry(NOW, "Eva", "billing confirmed", "kaffe"))
    tickets.apply(conn, Plan(ticket, articles, journal), True)
    outbox.add(
        conn, Outgoing(f"ack:{number}:1", "ack", number, "anna@kund.example", f"ack-{number}@x", b"Hej Anna"), NOW
    )
    corrections.put(conn, (Correction(number, "urgent", "no", "yes", "Eva", NOW, "Anna sade det"),))
    return mail


def all_sent(conn):
    for row in outbox.listing(conn, "queued", 100):
        outbox.sent(conn, row.id, "250 ok", NOW)


def remove_all(conn, now=LATER, ages=AGES):
    total = {}
    for _ in range(100):
        some = retention.step(conn, ages, now)
        if not some:
            return total
        for name, count in some.items():
            total[name] = total.get(name, 0) + count
    raise AssertionError("it never ends")


async def test_what_is_done_with_goes_and_identities_stay(write):
    mail = await write(store_ticket)
    await write(all_sent)
    assert await write(retention.due, AGES, LATER) == dict.fromkeys(
        ("handled_mails", "letters", "corrections", "journal", "tickets"), 1
    )
    assert await write(remove_all) == dict.fromkeys(
        ("handled_mails", "letters", "corrections", "journal", "tickets"), 1
    )
    row = await write(inbox.get, mail)
    assert (row.uid, row.verdict, row.sender, row.reason) == (10042, "ticket", "", "")
    with pytest.raises(LookupError):
        await write(inbox.raw, mail)
    assert await write(inbox.known, "a", "INBOX", 1, [10042]) == {10042}
    (letter,) = (await write(outbox.by_message_ids, ["ack-10042@x"])).values()
    assert (letter.recipient, letter.ticket) == ("", 10042)
    ticket = await write(tickets.find, 10042)
    assert (ticket.subject, ticket.summary, ticket.sender, ticket.participants, ticket.org_number) == (
        "", "", None, (), None,
    )  # fmt: skip
    assert (ticket.opened, ticket.updated, ticket.decision.category) == (NOW, NOW, "hardware")
    assert await write(tickets.articles_of, 10042) == ()
    assert [entry.what for entry in await write(tickets.journal_of, 10042)] == ["erased"]
    assert await write(corrections.of_ticket, 10042) == ()
    assert await write(remove_all) == {}


@pytest.mark.parametrize("status", [Status.NEW, Status.TAKEN, Status.WITH_PARTNER])
async def test_open_tickets_are_never_touched(write, status):
    await write(store_ticket, status)
    await write(all_sent)
    assert await write(remove_all) == {}


async def test_what_is_under_way_is_never_touched(write):
    await write(store_ticket)  # its acknowledgement has not left
    unread = await write(inbox.keep, Kept("a", "INBOX", 1, 1, MAIL, NOW), NOW)
    assert "letters" not in await write(remove_all)
    assert await write(inbox.raw, unread) == MAIL
    assert (await write(tickets.find, 10042)).subject != ""


async def test_a_confirmed_charge_stays_until_its_years_have_passed(write):
    billing = Billing(BillingState.CONFIRMED, "Eva", NOW, "spilled coffee")
    await write(store_ticket, decision=CHARGED, billing=billing)
    await write(all_sent)
    await write(remove_all)
    ticket = await write(tickets.find, 10042)
    assert (ticket.billing, ticket.customer_name, ticket.org_number) == (billing, "Kund AB", "556677-8899")
    assert (ticket.decision.customer, ticket.decision.billable_reason) == ("C1", "customer_cause")
    assert ticket.decision.reasons == {"billable": (Reason("own-fault", "Kunden.", "T7"),)}
    assert [entry.what for entry in await write(tickets.journal_of, 10042)] == ["billing confirmed", "erased"]
    assert await write(remove_all, NOW.replace(year=2034, month=12, day=31)) == {}
    assert await write(remove_all, NOW.replace(year=2035, month=1, day=1)) == {"charges": 1}
    assert {entry.what for entry in await write(tickets.journal_of, 10042)} == {"erased"}
    ticket = await write(tickets.find, 10042)
    assert (ticket.customer_name, ticket.org_number, ticket.billing.decided_by, ticket.decision.reasons) == (
        None, None, None, {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "days", "kind"),
    [
        ("ignore", 30, "machine_mails"),
        ("duplicate", 30, "machine_mails"),
        ("delivery-event", 30, "machine_mails"),
        ("quarantine", 180, "set_aside"),
    ],
)
async def test_mails_without_ticket_go_at_their_age(write, verdict, days, kind):
    mail = await write(keep_mail, 5, verdict)
    just = NOW + timedelta(days=days)
    assert await write(remove_all, just) == {}
    assert await write(remove_all, just + timedelta(seconds=1)) == {kind: 1}
    assert await write(inbox.quarantined) == []
    assert (await write(inbox.get, mail)).erased


async def test_keep_keeps(write):
    await write(keep_mail, 5, "ignore")
    assert await write(remove_all, LATER, RetentionSection(machine_mails="keep")) == {}


async def test_equal_bytes_stay_while_another_mail_has_them(write):
    first = await write(keep_mail, 5, "ignore")
    second = await write(inbox.keep, Kept("a", "INBOX", 1, 6, MAIL + b"5", NOW), NOW)
    assert await write(remove_all) == {"machine_mails": 1}
    assert await write(inbox.raw, second) == MAIL + b"5"
    assert (await write(inbox.get, first)).erased


LETTER = b"Received: by relay\r\nMIME-Version: 1.0\r\nMessage-ID: <ack-1@x>\r\nTo: a@b.example\r\n\r\nHej"


@pytest.mark.parametrize("large", [b"", b"x" * contents.LARGE])
@pytest.mark.parametrize("first", ["mail", "letter"])
async def test_equal_bytes_stay_while_a_letter_or_a_mail_has_them(write, first, large):
    content = LETTER + large

    def both(conn):
        mail = inbox.keep(conn, Kept("a", "INBOX", 1, 1, content, NOW), NOW)
        inbox.finish(conn, mail, "ignore", "bulk", None, NOW)
        outbox.add(conn, Outgoing("ack:1:1", "ack", None, "a@b.example", "ack-1@x", content), NOW)
        (letter,) = outbox.claim(conn, 1, NOW, timedelta(hours=1), 5)
        outbox.sent(conn, letter.id, "250", NOW)
        return {"mail": (blanking.mails, inbox.raw, mail), "letter": (blanking.letters, outbox.content, letter.id)}

    rows = await write(both)
    ((remove, _, gone),) = [row for name, row in rows.items() if name == first]
    ((remove_other, read, stays),) = [row for name, row in rows.items() if name != first]
    assert await write(remove, [gone], NOW) == 1
    assert await write(read, stays) == content
    assert await write(remove_other, [stays], NOW) == 1
    with pytest.raises(LookupError):
        await write(contents.get, contents.hash_of(content))


async def test_a_ticket_that_was_reopened_is_removed_again(write):
    await write(store_ticket)
    await write(all_sent)
    await write(remove_all)
    T = tables.tickets  # noqa: N806
    again = LATER + timedelta(days=1)
    await write(lambda conn: conn.execute(update(T).values(subject="Igen", updated=again)))
    assert await write(remove_all, again + timedelta(days=729)) == {}
    assert await write(remove_all, again + timedelta(days=731)) == {"tickets": 1}


async def test_what_was_removed_is_told_since_then(write):
    await write(retention.note, NOW, "supportbot", "retention", {"letters": 2})
    await write(retention.note, NOW + timedelta(days=1), "supportbot", "retention", {"letters": 1, "tickets": 3})
    await write(retention.note, NOW + timedelta(days=1), "Eva", "erased", {"tickets": 9}, "hash")
    assert await write(retention.removed, NOW) == {"letters": 3, "tickets": 3}
    assert await write(retention.removed, NOW + timedelta(hours=1)) == {"letters": 1, "tickets": 3}
    assert (await write(retention.last)).counts == {"letters": 1, "tickets": 3}


async def test_each_step_is_short(write, monkeypatch):
    monkeypatch.setattr(retention, "STEP", 2)
    for uid in range(5):
        await write(keep_mail, uid + 1, "ignore")
    assert await write(retention.step, AGES, LATER) == {"machine_mails": 2}
    left = await write(
        lambda conn: conn.scalars(select(tables.inbox.c.id).where(tables.inbox.c.erased.is_(None))).all()
    )
    assert len(left) == 3
