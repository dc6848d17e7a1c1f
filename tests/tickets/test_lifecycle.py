"""What a mail does to a ticket: effects, journal and status as the terms ask."""

from dataclasses import replace

import pytest
from builders import JOUR, LEAD, NOW, PARTNER_POLICY, POLICY, a_decision, a_mail, a_ticket, arrived

from supportbot.mail.message import Address
from supportbot.tickets.effects import AcknowledgeCustomer, ForwardToPartner, RaiseAlert, kind_of
from supportbot.tickets.lifecycle import automatic_note, follow_up, open_ticket, staff_mail, undelivered
from supportbot.tickets.ticket import BillingState, Status
from supportbot.tickets.verdict import OwnMail
from supportbot.triage.decision import Reason

URGENT = a_decision(urgent=True)
PARTNER = a_decision(route="partner", purchase="partner", partner="P1")


def opened(decision=None, mail=None, policy=POLICY):
    return open_ticket(10042, arrived(mail), decision or a_decision(), policy, NOW)


@pytest.mark.parametrize(
    ("decision", "policy", "kinds", "status"),
    [
        (a_decision(), POLICY, ["ack"], Status.NEW),
        (URGENT, POLICY, ["alert", "alert", "ack"], Status.NEW),
        (PARTNER, PARTNER_POLICY, ["forward", "ack"], Status.WITH_PARTNER),
        (replace(PARTNER, urgent=True), PARTNER_POLICY, ["alert", "alert", "forward", "ack"], Status.WITH_PARTNER),
        (PARTNER, POLICY, ["ack"], Status.NEW),
        (a_decision(route="review", customer=None), POLICY, ["ack"], Status.NEW),
    ],
    ids=["support", "urgent", "partner", "urgent partner", "partner without mail", "review"],
)
def test_effects_of_a_new_ticket(decision, policy, kinds, status):
    plan = opened(decision, policy=policy)
    assert [kind_of(effect) for effect in plan.effects] == kinds
    assert plan.ticket.status is status
    assert len({effect.key for effect in plan.effects}) == len(plan.effects)


def test_an_urgent_fault_is_flagged_for_the_telephone():
    escalation = opened(URGENT).ticket.phone_escalation
    assert (escalation.number, escalation.taken_by, escalation.reached) == ("020-20 20 22", None, False)


def test_an_urgent_fault_of_a_partner_names_the_partners_number():
    plan = opened(replace(PARTNER, urgent=True), policy=PARTNER_POLICY)
    assert plan.ticket.phone_escalation.number == "+46846500490"
    forwards = [e for e in plan.effects if isinstance(e, ForwardToPartner)]
    assert forwards[0].to.address == "fel@nordpartner.example"
    assert "fel@nordpartner.example" in plan.ticket.participants


@pytest.mark.parametrize(("may_call_us", "told"), [(False, ""), (True, "020-20 20 22")])
def test_a_partner_without_a_number_is_rung_on_the_one_that_the_customer_has(may_call_us, told):
    policy = replace(PARTNER_POLICY, partner_phone=None, may_call_us=may_call_us)
    plan = opened(replace(PARTNER, urgent=True), policy=policy)
    assert plan.ticket.phone_escalation.number == told
    assert f"to be handled by telephone: {told or 'Nordpartner AB'}" in [entry.text for entry in plan.journal]


def test_billable_is_a_candidate_and_nothing_more():
    plan = opened(a_decision(billable=True, billable_reason="customer_cause"))
    assert plan.ticket.billing.state is BillingState.CANDIDATE
    assert ("billing candidate", "customer_cause") in [(entry.what, entry.text) for entry in plan.journal]


@pytest.mark.parametrize(
    ("mail", "policy", "why"),
    [
        (a_mail(sender=None), POLICY, "no usable sender"),
        (a_mail(authenticity="failed"), POLICY, "authentication failed"),
        (a_mail(sender=Address("", "jörgen@kund.example")), POLICY, "no mail can be written to jörgen@kund.example"),
        (a_mail(sender=Address("", "anna@kündin.example")), POLICY, "no mail can be written to"),
        (a_mail(sender=Address("", "anna@pc_3.kund.example")), POLICY, "no mail can be written to"),
        (a_mail(sender=Address("", "anna@kund.example, x@fiende.example")), POLICY, "no mail can be written to"),
        (a_mail(no_answer="Auto-Submitted: auto-generated"), POLICY, "Auto-Submitted"),
        (a_mail(), replace(POLICY, no_ack="the hourly limit"), "the hourly limit"),
    ],
)
def test_no_acknowledgement_and_the_journal_says_why(mail, policy, why):
    plan = opened(mail=mail, policy=policy)
    assert not any(isinstance(effect, AcknowledgeCustomer) for effect in plan.effects)
    assert why in next(entry.text for entry in plan.journal if entry.what == "not acknowledged")


def test_a_failed_sender_is_never_proven():
    assert not opened(mail=a_mail(authenticity="failed")).ticket.proven
    assert opened().ticket.proven
    assert not opened(a_decision(sender_is_customer=False)).ticket.proven


def test_a_follow_up_reopens_and_is_unread():
    resolved = replace(a_ticket(), status=Status.RESOLVED, taken_by="Lisa")
    plan = follow_up(resolved, arrived(inbox_id=8), a_decision(kind="question"), POLICY, NOW)
    assert (plan.ticket.status, plan.ticket.unread, plan.ticket.taken_by) == (Status.NEW, True, None)
    assert not plan.effects


def test_a_follow_up_to_a_taken_ticket_keeps_its_taker():
    taken = replace(a_ticket(), status=Status.TAKEN, taken_by="Lisa")
    plan = follow_up(taken, arrived(inbox_id=8), a_decision(), POLICY, NOW)
    assert (plan.ticket.status, plan.ticket.taken_by) == (Status.TAKEN, "Lisa")


def test_a_follow_up_raises_a_ticket_that_has_become_urgent():
    plan = follow_up(a_ticket(), arrived(inbox_id=8), URGENT, POLICY, NOW)
    assert plan.ticket.decision.urgent
    assert [effect.to for effect in plan.effects] == [JOUR, LEAD]
    again = follow_up(plan.ticket, arrived(inbox_id=9), URGENT, POLICY, NOW)
    assert not again.effects


def forwards_of(plan):
    return [effect for effect in plan.effects if isinstance(effect, ForwardToPartner)]


AT_PARTNER = opened(PARTNER, policy=PARTNER_POLICY).ticket


def test_what_a_partners_customer_writes_reaches_the_partner():
    plan = follow_up(AT_PARTNER, arrived(inbox_id=8), PARTNER, PARTNER_POLICY, NOW)
    (forward,) = forwards_of(plan)
    assert (forward.inbox_id, forward.to.address, forward.again) == (8, "fel@nordpartner.example", True)
    assert plan.ticket.status is Status.WITH_PARTNER
    assert "the new mail, to Nordpartner AB (fel@nordpartner.example)" in [entry.text for entry in plan.journal]


def test_a_reopened_ticket_goes_back_to_its_partner():
    resolved = replace(AT_PARTNER, status=Status.RESOLVED)
    plan = follow_up(resolved, arrived(inbox_id=8), PARTNER, PARTNER_POLICY, NOW)
    assert forwards_of(plan) and plan.ticket.status is Status.WITH_PARTNER


@pytest.mark.parametrize(
    ("ticket", "mail", "decision"),
    [
        (AT_PARTNER, a_mail(), replace(PARTNER, sender_is_partner="P1")),
        (AT_PARTNER, a_mail(sender=Address("N", "Fel@nordpartner.example")), PARTNER),
        (AT_PARTNER, a_mail(cc=(Address("N", "fel@Nordpartner.example"),)), PARTNER),
        (replace(AT_PARTNER, status=Status.TAKEN, taken_by="Lisa"), a_mail(), PARTNER),
        (a_ticket(), a_mail(), a_decision()),
    ],
    ids=["of the partner", "from its channel", "sent to it as well", "taken by staff", "never handed over"],
)
def test_a_mail_that_the_partner_has_or_that_is_not_its_own_is_not_sent_to_it(ticket, mail, decision):
    assert not forwards_of(follow_up(ticket, arrived(mail, inbox_id=8), decision, PARTNER_POLICY, NOW))


def test_a_partners_receipt_that_only_reads_urgent_raises_nothing():
    reads, says = Reason("reads-urgent"), Reason("says-urgent")
    for reason, urgent in ((reads, False), (says, True)):
        receipt = replace(URGENT, sender_is_partner="P1", reasons={"urgent": (reason,)})
        assert follow_up(AT_PARTNER, arrived(inbox_id=8), receipt, PARTNER_POLICY, NOW).ticket.decision.urgent is urgent
    customers = replace(URGENT, reasons={"urgent": (reads,)})
    raised = follow_up(
        replace(AT_PARTNER, decision=replace(PARTNER, kind="question")), arrived(), customers, PARTNER_POLICY, NOW
    )
    assert (raised.ticket.decision.kind, raised.ticket.decision.urgent) == ("fault", True)


def test_what_a_follow_up_says_is_known_and_the_newest_number_to_reach_somebody_counts():
    first = replace(a_ticket(), decision=a_decision(found={"contact_phone": "+4681", "affected_number": "+4682"}))
    told = a_decision(found={"contact_phone": "+4683", "affected_number": "+4684", "time_of_fault": "i går"})
    found = follow_up(first, arrived(inbox_id=8), told, POLICY, NOW).ticket.decision.found
    assert found == {"contact_phone": "+4683", "affected_number": "+4682", "time_of_fault": "i går"}


def test_a_staff_members_mail_stands_in_the_ticket_and_changes_nothing_else():
    plan = staff_mail(AT_PARTNER, arrived(a_mail(sender=Address("Lisa", "lisa@icentrex.se")), inbox_id=8), NOW)
    assert plan.ticket == replace(AT_PARTNER, updated=NOW) and not plan.effects
    assert [(one.author, one.inbox_id) for one in plan.articles] == [("lisa@icentrex.se", 8)]


def test_an_automatic_reply_changes_nothing():
    ticket = replace(a_ticket(), status=Status.RESOLVED)
    plan = automatic_note(ticket, arrived(a_mail(nature="auto_reply")), NOW)
    assert plan.ticket == ticket
    assert not plan.effects
    assert plan.articles[0].kind == "automatic"


def own(kind: str, recipient: str) -> OwnMail:
    return OwnMail(5, kind, 10042, recipient, "x@icentrex.se")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mail", "permanent", "alerts"),
    [
        (own("ack", "anna@kund.example"), True, []),
        (own("forward", "fel@nordpartner.example"), True, [JOUR, LEAD]),
        (own("forward", "fel@nordpartner.example"), False, []),
        (own("alert", JOUR.address), True, [LEAD]),
    ],
)
def test_what_could_not_be_delivered(mail, permanent, alerts):
    plan = undelivered(a_ticket(), mail, "550 no such user", permanent, POLICY, NOW)
    assert [effect.to for effect in plan.effects] == alerts
    assert (mail.recipient in plan.ticket.undeliverable) is permanent
    assert plan.journal


def test_two_dead_alert_addresses_do_not_tell_of_each_other_for_ever():
    keys: set[str] = set()
    waiting = [own("alert", JOUR.address)]
    for _ in range(20):
        if not waiting:
            break
        plan = undelivered(a_ticket(), waiting.pop(), "550", True, POLICY, NOW)
        fresh = [e for e in plan.effects if isinstance(e, RaiseAlert) and e.key not in keys]
        keys |= {e.key for e in fresh}
        waiting += [own("alert", e.to.address) for e in fresh]
    assert not waiting


def test_the_subject_and_the_summary_are_bounded():
    ticket = opened(mail=a_mail(subject="x" * 400, new_text="ord " * 500)).ticket
    assert len(ticket.subject) == 250
    assert len(ticket.summary) <= 200


def test_a_mail_without_a_sender_still_becomes_a_ticket():
    ticket = opened(mail=a_mail(sender=None, sender_shown="Anna <trasig")).ticket
    assert (ticket.sender, ticket.participants, ticket.sender_name) == (None, (), "Anna <trasig")


def test_a_partner_address_joins_the_participants_once():
    mail = a_mail(sender=Address("", "fel@nordpartner.example"))
    assert opened(PARTNER, mail, PARTNER_POLICY).ticket.participants == ("fel@nordpartner.example",)
