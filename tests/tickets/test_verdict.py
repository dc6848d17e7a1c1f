"""What becomes of a mail, case by case: the table of triage.md and the joining rule of design.md §6."""

from dataclasses import replace

import pytest
from builders import a_decision, a_mail, a_ticket

from supportbot.mail.message import Address, FailedRecipient, Forwarded
from supportbot.tickets.verdict import BY_CONTENT, Claims, OwnMail, is_proven, judge

TICKET = a_ticket()
LISA = Address("Lisa", "lisa@icentrex.se")
STAFFED = Claims(tickets=(replace(a_ticket(), number=10099),), staff=frozenset({LISA.address}))
OTHER = replace(a_ticket(), number=10043, participants=("bo@annan.example",), decision=a_decision(customer="C2"))
ACK = OwnMail(5, "ack", 10042, "anna@kund.example", "ack.10042.x@icentrex.se")
STRANGER = a_decision(customer=None, sender_is_customer=False, route="review", purchase="unknown")
MALLORY = Address("", "m@evil.example")
PASSED_ON = Forwarded("Bo <bo@annan.example>", "Fel", "", "Telefonen är död.")


def failed(address: str) -> tuple[FailedRecipient, ...]:
    return (FailedRecipient(address, True, "5.1.1", "no such user"),)


CASES = [
    ("a new mail", a_mail(), a_decision(), Claims(), "ticket", None),
    ("an alarm", a_mail(nature="machine", no_answer="Auto-Submitted"), a_decision(), Claims(), "ticket", None),
    ("a From that pretends", a_mail(suspicious="two From fields"), a_decision(), Claims(), "quarantine", None),
    ("our own mail", a_mail(), a_decision(), Claims(came_back=True), "ignore", None),
    ("bulk", a_mail(), a_decision(kind="bulk"), Claims(), "ignore", None),
    ("a code sent to a ticket's address", a_mail(to=(Address("", "kundcenter+10042@icentrex.se"),)),
     a_decision(kind="bulk"), Claims(), "quarantine", None),
    ("the same bytes", a_mail(), a_decision(), Claims(earlier_copy=3), "duplicate", None),
    ("a bounce of our ack", a_mail(nature="bounce", failed=failed("anna@kund.example")), a_decision(kind="bounce"),
     Claims(own=(ACK,)), "delivery-event", None),
    ("a bounce in capitals", a_mail(nature="bounce", failed=failed("Anna@Kund.example")), a_decision(kind="bounce"),
     Claims(own=(ACK,)), "delivery-event", None),
    ("a forged bounce", a_mail(nature="bounce", failed=failed("victim@kund.example")), a_decision(kind="bounce"),
     Claims(own=(ACK,)), "quarantine", None),
    ("a bounce of nothing", a_mail(nature="bounce"), a_decision(kind="bounce"), Claims(), "delivery-event", None),
    ("a read receipt", a_mail(nature="report"), a_decision(kind="auto_reply"), Claims(own=(ACK,)), "delivery-event",
     None),
    ("a foreign report", a_mail(nature="report"), a_decision(kind="auto_reply"), Claims(), "ignore", None),
    ("out of office, ours", a_mail(nature="auto_reply"), a_decision(kind="auto_reply"), Claims((ACK,), (TICKET,)),
     "follow-up", 10042),
    ("out of office, nobody's", a_mail(nature="auto_reply"), a_decision(kind="auto_reply"), Claims(), "ignore", None),
    (
        "an absence by its words",
        a_mail(nature="auto_reply", nature_because='its subject begins "semester"'),
        a_decision(kind="auto_reply"),
        Claims(),
        "ignore",
        None,
    ),
    ("a newsletter", a_mail(nature="bulk"), a_decision(kind="bulk"), Claims(), "ignore", None),
    ("a customer passes on another's mail", a_mail(forwarded=PASSED_ON), a_decision(), Claims(tickets=(OTHER,)),
     "ticket", None),
    ("and its subject says so", a_mail(subject="VB: [ICX-1-A] Fel"), a_decision(), Claims(tickets=(OTHER,)), "ticket",
     None),
    ("an answer in another's ticket", a_mail(subject="SV: [ICX-1-A] Fel"), a_decision(), Claims(tickets=(OTHER,)),
     "quarantine", None),
    ("a participant passes on an own one", a_mail(forwarded=PASSED_ON), a_decision(), Claims(tickets=(TICKET,)),
     "follow-up", 10042),
    ("a stranger passes it on", a_mail(sender=MALLORY, forwarded=PASSED_ON), STRANGER, Claims(tickets=(OTHER,)),
     "quarantine", None),
    ("it is passed on in a customer's name", a_mail(authenticity="failed", forwarded=PASSED_ON), a_decision(),
     Claims(tickets=(OTHER,)), "quarantine", None),
    ("false staff", a_mail(authenticity="failed"), a_decision(), Claims(staff=frozenset({"anna@kund.example"})),
     "quarantine", None),
    ("a participant's answer", a_mail(), STRANGER, Claims(tickets=(TICKET,)), "follow-up", 10042),
    ("a colleague's answer", a_mail(sender=Address("", "bo@kund.example")), a_decision(), Claims(tickets=(TICKET,)),
     "follow-up", 10042),
    ("a stranger with the token", a_mail(sender=MALLORY), STRANGER, Claims(tickets=(TICKET,)), "quarantine", None),
    ("a participant forged", a_mail(authenticity="failed"), a_decision(), Claims(tickets=(TICKET,)), "quarantine",
     None),
    ("staff, proven", a_mail(sender=LISA, authenticity="verified"), a_decision(), STAFFED, "follow-up", 10099),
    ("staff by name alone", a_mail(sender=LISA), STRANGER, STAFFED, "quarantine", None),
    ("two claims, the second proven", a_mail(), a_decision(), Claims(tickets=(OTHER, TICKET)), "follow-up", 10042),
    ("no sender, with a claim", a_mail(sender=None), STRANGER, Claims(tickets=(TICKET,)), "quarantine", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mail", "decision", "claims", "verdict", "ticket"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_verdict(mail, decision, claims, verdict, ticket):
    judged = judge(mail, decision, claims)
    assert (judged.verdict, judged.ticket.number if judged.ticket else None) == (verdict, ticket)
    assert judged.reason


def test_a_bounce_names_the_mail_that_bounced():
    mail = a_mail(nature="bounce", failed=failed("anna@kund.example"))
    assert judge(mail, a_decision(kind="bounce"), Claims(own=(ACK,))).own is ACK


def test_the_partner_may_write_in_its_ticket_only():
    theirs = replace(TICKET, decision=a_decision(route="partner", partner="P1"))
    mail = a_mail(sender=Address("", "tekniker@nordpartner.example"))
    assert is_proven(mail, replace(STRANGER, sender_is_partner="P1"), theirs)
    assert not is_proven(mail, replace(STRANGER, sender_is_partner="P2"), theirs)
    assert not is_proven(mail, replace(STRANGER, sender_is_partner="P1"), TICKET)


def test_what_rests_on_words_alone_is_told_as_such():
    said = a_mail(nature="auto_reply", nature_because='its subject begins "semester"')
    headed = a_mail(nature="auto_reply", nature_because="Auto-Submitted: auto-replied")
    reasons = [judge(one, a_decision(kind="auto_reply"), Claims()).reason for one in (said, a_mail(), headed)]
    assert [reason in BY_CONTENT for reason in reasons] == [True, True, False]
