"""Tickets, articles, journal: what is stored comes back exactly, and is found."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from builders import NOW, POLICY, a_decision, a_mail, a_ticket, arrived

from supportbot.mail.message import Address
from supportbot.store import tickets, values
from supportbot.tickets.lifecycle import Plan, open_ticket
from supportbot.tickets.ticket import Article, Billing, BillingState, JournalEntry, PhoneEscalation, Status, Ticket
from supportbot.triage.decision import Decision, Note, PassedOver, Reason

FULL_DECISION = Decision(
    kind="fault",
    route="partner",
    customer="C1",
    purchase="partner",
    partner="P01",
    sender_is_partner="P01",
    sender_is_customer=True,
    urgent=True,
    billable=True,
    billable_reason="customer_cause",
    category="main_number",
    language="sv",
    reasons={
        "urgent": (Reason("nobody-reaches-us", "Ingen når oss.", "T4", "kommer inte fram", 10, 26), Reason("second")),
        "customer": (Reason("address", row="customers.csv C1"),),
    },
    passed_over=(PassedOver("urgent", "many", 'denied: \\u0000 "so" \n'),),
    unsure=("category", "billable"),
    notes=(Note("played_down"), Note("contract_ended", ("Kund AB", "2026-01-01"))),
    device="Yealink T46U 80:5E:C0:21:16:70",
    found={"contact_phone": "+46700000000", "time_of_fault": "i går \U0001f600"},
)
FULL_TICKET = Ticket(
    number=10001,
    status=Status.WITH_PARTNER,
    subject="Växeln är nere",
    opened=NOW - timedelta(microseconds=1),
    updated=NOW,
    decision=FULL_DECISION,
    sender="anna@kund.example",
    sender_name="Anna Berg",
    authenticity="verified",
    proven=True,
    participants=("fel@nordpartner.example", "anna@kund.example"),
    customer_name="Kund AB",
    org_number="556677-8899",
    partner_name="Nordpartner AB",
    taken_by="Eva",
    phone_escalation=PhoneEscalation("020-20 20 22", NOW, "Eva", True),
    billing=Billing(BillingState.WAIVED, "Eva", NOW, "kulans"),
    message_id="m1@kund.example",
    references=("b@x", "a@x"),
    undeliverable=("x@dead.example",),
    summary="Ingen kan ringa oss",
    unread=True,
)


def test_the_examples_use_every_field():
    for full in (FULL_DECISION, FULL_TICKET, FULL_TICKET.billing, FULL_TICKET.phone_escalation):
        plain = [one.name for one in fields(full) if getattr(full, one.name) in (None, False, "", (), {})]
        assert not plain, f"{type(full).__name__}: a field of no value proves nothing"


@pytest.mark.parametrize("decision", [FULL_DECISION, a_decision(), Decision("bulk", "none")])
def test_decisions_come_back_exactly(decision):
    assert values.decision_from(values.decision_text(decision)) == decision


def test_what_is_stored_stays_readable_when_a_field_is_added():
    """A Decision of an older program lacks the field; it gets its default."""
    assert values.decision_from('{"kind":"bulk","route":"none"}') == Decision("bulk", "none")


@pytest.mark.parametrize("ticket", [FULL_TICKET, a_ticket(), Ticket(1, Status.NEW, "", NOW, NOW, a_decision(), None)])
async def test_tickets_come_back_exactly(write, ticket):
    await write(tickets.apply, Plan(ticket), True)
    for lock in (False, True):
        assert await write(tickets.find, ticket.number, lock=lock) == ticket
    changed = replace(FULL_TICKET, number=ticket.number, participants=("new@x.example",), updated=NOW + timedelta(1))
    await write(tickets.apply, Plan(changed), False)
    assert await write(tickets.find, ticket.number) == changed
    assert await write(tickets.numbers_by_participant, "new@x.example") == [ticket.number]
    assert await write(tickets.numbers_by_participant, "anna@kund.example") == []


async def test_times_are_the_same_moment_in_utc(write):
    summer = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    await write(tickets.apply, Plan(replace(FULL_TICKET, opened=summer)), True)
    found = await write(tickets.find, 10001)
    assert found.opened == summer
    assert found.opened.tzinfo is UTC


async def test_a_plan_is_stored_whole(write):
    mail = a_mail(new_text="Rad ett\n\tRad två åäö", authenticity="verified")
    plan = open_ticket(10001, arrived(mail, inbox_id=7), a_decision(urgent=True, billable=True), POLICY, NOW)
    await write(tickets.apply, plan, True)
    note = Article(NOW, "Eva", "note", "Ringde kunden")
    entry = JournalEntry(NOW, "Eva", "note", "Ringde", {"inbox_id": 7, "deep": {"a": [1, None, True]}})
    await write(tickets.apply, Plan(plan.ticket, (note,), (entry,)), False)
    await write(tickets.add_journal, 10001, [entry, entry])
    await write(tickets.add_journal, 10001, [])
    assert await write(tickets.find, 10001) == plan.ticket
    assert await write(tickets.articles_of, 10001) == (*plan.articles, note)
    assert await write(tickets.journal_of, 10001) == (*plan.journal, entry, entry, entry)
    assert await write(tickets.first_mail, 10001) == 7
    assert await write(tickets.first_text, 10001) == "Rad ett\n\tRad två åäö"


async def test_what_is_not_there(write):
    assert await write(tickets.find, 10001) is None
    assert await write(tickets.find, 10001, lock=True) is None
    assert await write(tickets.first_mail, 10001) is None
    assert await write(tickets.first_text, 10001) == ""
    with pytest.raises(LookupError, match="ticket 10001"):
        await write(tickets.apply, Plan(replace(FULL_TICKET)), False)
    assert await write(tickets.numbers_by_participant, "anna@kund.example") == []


async def test_numbers_start_at_10001_and_are_never_given_twice(write, database):
    def forget(conn):
        tickets.reserve_number(conn)
        raise ValueError("this mail could not be settled")

    assert await write(tickets.reserve_number) == 10001
    with pytest.raises(ValueError, match="settled"):
        await database.write(forget)
    rest = [await write(tickets.reserve_number) for _ in range(3)]
    assert len({10001, *rest}) == 4
    assert rest == sorted(rest)


@pytest.fixture
async def shelf(write):
    rows = [
        (Status.NEW, {"route": "review", "customer": None}),
        (Status.TAKEN, {"route": "support", "urgent": True}),
        (Status.RESOLVED, {"route": "support", "urgent": True}),
        (Status.WITH_PARTNER, {"route": "partner", "customer": "C2"}),
    ]
    for number, (status, decision) in enumerate(rows, 10001):
        ticket = replace(a_ticket(a_decision(**decision)), number=number, status=status)
        await write(tickets.apply, Plan(ticket), True)


@pytest.mark.parametrize(
    ("expected", "wanted"),
    [
        ([4, 3, 2, 1], {}),
        ([4, 3, 2, 1], {"status": "all"}),
        ([4, 2, 1], {"status": "open"}),
        ([3], {"status": "resolved"}),
        ([4], {"status": "with_partner"}),
        ([3, 2], {"urgent": True}),
        ([2], {"urgent": True, "status": "open"}),
        ([4, 1], {"urgent": False}),
        ([3, 2], {"route": "support"}),
        ([4], {"customer": "C2"}),
        ([], {"customer": "C9"}),
        ([4, 3], {"limit": 2}),
        ([2, 1], {"before": 10003}),
    ],
)
async def test_lists(write, shelf, expected, wanted):
    assert [one.number - 10000 for one in await write(tickets.listing, **wanted)] == expected


async def test_what_is_open_and_urgent(write, shelf):
    assert [one.number for one in await write(tickets.open_tickets)] == [10001, 10002, 10004]
    assert [one.number for one in await write(tickets.open_urgent)] == [10002]
    assert await write(tickets.count_open) == 3


async def test_texts_that_no_database_takes_are_mended(write):
    """mail/ cleans what it reads; what slips through must not make a mail impossible to store."""
    bad = "a\0b\ud800c\udc80 å"
    ticket = replace(
        a_ticket(a_decision(notes=(Note("shared_domain", (bad, "C1")),))),
        number=10001,
        subject=bad,
        participants=(bad,),
    )
    entry = JournalEntry(NOW, bad, "note", bad, {"text": bad})
    await write(tickets.apply, Plan(ticket, (Article(NOW, bad, "note", bad),), (entry,)), True)
    found = await write(tickets.find, 10001)
    mended = "a\ufffdb\ufffdc\ufffd å"
    assert found.subject == mended
    assert found.sender == Address("", ticket.sender).address
    assert found.decision.notes[0].values[0] == "a\0b\ufffdc\ufffd å", "in JSON a NUL is an escape, and comes back"
    (article,) = await write(tickets.articles_of, 10001)
    assert (article.author, article.text) == (mended, mended)
    assert await write(tickets.numbers_by_participant, bad) == [10001]
