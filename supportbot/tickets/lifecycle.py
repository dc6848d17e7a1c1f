"""(ticket, what happened, now) -> Plan. Pure.

What mails do to a ticket stands here, what staff do in actions.py. The trap: a Plan is stored whole or not at all, so
everything that follows from an event (journal, effects, the alert's first step) is in it and nowhere else.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from supportbot.mail.clean import clean_line
from supportbot.mail.fields import is_writable
from supportbot.mail.message import Address
from supportbot.tickets.effects import AcknowledgeCustomer, AlertAbout, Effect, ForwardToPartner, RaiseAlert
from supportbot.tickets.privacy import mask_personal_numbers, masked_arrival
from supportbot.tickets.ticket import (
    Arrived,
    Article,
    Billing,
    BillingState,
    JournalEntry,
    PhoneEscalation,
    Status,
    Ticket,
)
from supportbot.tickets.verdict import OwnMail, is_from_partner
from supportbot.triage.decision import Decision

US = "supportbot"

TRANSITIONS: dict[tuple[Status, str], Status] = {
    (Status.NEW, "taken"): Status.TAKEN,
    (Status.NEW, "forwarded"): Status.WITH_PARTNER,
    (Status.NEW, "resolved"): Status.RESOLVED,
    (Status.TAKEN, "taken"): Status.TAKEN,
    (Status.TAKEN, "forwarded"): Status.WITH_PARTNER,
    (Status.TAKEN, "resolved"): Status.RESOLVED,
    (Status.WITH_PARTNER, "taken"): Status.TAKEN,
    (Status.WITH_PARTNER, "forwarded"): Status.WITH_PARTNER,
    (Status.WITH_PARTNER, "routed to us"): Status.NEW,
    (Status.WITH_PARTNER, "resolved"): Status.RESOLVED,
    (Status.RESOLVED, "follow-up"): Status.NEW,
    (Status.RESOLVED, "taken"): Status.TAKEN,
}
"""(status, what happened) -> status; what is not in the table changes no status."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What of config and registry a Plan needs."""

    phone: str
    """The desk's number for urgent faults, as shown."""
    alert_to: tuple[Address, ...] = ()
    customer_name: str | None = None
    org_number: str | None = None
    partner_name: str | None = None
    partner_address: str | None = None
    """Where the partner's tickets go; None: it has no mail channel."""
    partner_phone: str | None = None
    """The partner's number for urgent faults, as shown."""
    may_call_us: bool = False
    """Whether the partner's guidelines let its customers ring the desk, too."""
    no_ack: str = ""
    """Why the sender gets no acknowledgement (a limit); "" when it may."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be stored in one transaction: the ticket as it is now, what was written in it, what it causes."""

    ticket: Ticket
    articles: tuple[Article, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    effects: tuple[Effect, ...] = ()


def moved(ticket: Ticket, event: str) -> Status:
    return TRANSITIONS.get((ticket.status, event), ticket.status)


def open_ticket(number: int, arrived: Arrived, decision: Decision, policy: Policy, now: datetime) -> Plan:
    """A new ticket from a mail: acknowledged, forwarded, alerted and marked as the terms ask (T2-T7)."""
    arrived, decision = masked_arrival(arrived, decision)
    mail, sender = arrived.mail, arrived.mail.sender
    ticket = Ticket(
        number=number,
        status=Status.NEW,
        subject=mail.subject[:250],
        opened=arrived.received,
        updated=now,
        decision=decision,
        sender=sender.address if sender else None,
        sender_name=sender.name if sender else mail.sender_shown[:100],
        authenticity=mail.authenticity,
        proven=_is_known(decision) and mail.authenticity != "failed",
        participants=(sender.address.lower(),) if sender else (),
        customer_name=policy.customer_name,
        org_number=policy.org_number,
        partner_name=policy.partner_name,
        billing=Billing(BillingState.CANDIDATE) if decision.billable else Billing(),
        message_id=mail.message_id,
        references=mail.references,
        summary=" ".join(mail.new_text.split())[:200],
    )
    journal = [JournalEntry(now, US, "opened", _opened(decision), {"inbox_id": arrived.inbox_id})]
    effects: list[Effect] = []
    if decision.urgent:
        ticket, entries, alerts = escalate(ticket, policy, now)
        journal += entries
        effects += alerts
    if decision.route == "partner":
        ticket, entries, forwards = forward(ticket, arrived.inbox_id, policy, now)
        journal += entries
        effects += forwards
    if decision.billable:
        journal.append(JournalEntry(now, US, "billing candidate", decision.billable_reason or ""))
    withheld = _why_no_acknowledgement(arrived, policy)
    if withheld:
        journal.append(JournalEntry(now, US, "not acknowledged", withheld))
    elif sender:
        effects.append(AcknowledgeCustomer(number, arrived.inbox_id, sender))
    return Plan(ticket, (_article(arrived, ticket),), tuple(journal), tuple(effects))


def follow_up(ticket: Ticket, arrived: Arrived, decision: Decision, policy: Policy, now: datetime) -> Plan:
    """A person's mail joins its ticket: reopened when resolved, raised when it has become urgent.

    It is never acknowledged: staff are alerted, and ring. A partner that has the ticket gets what its customer writes.
    """
    arrived, decision = masked_arrival(arrived, decision)
    mail, before = arrived.mail, ticket.decision
    status = moved(ticket, "follow-up")
    reopened = status is not ticket.status
    author = mail.sender.address if mail.sender else mail.sender_shown
    changed = replace(
        ticket,
        status=status,
        updated=now,
        unread=True,
        taken_by=None if reopened else ticket.taken_by,
        decision=replace(before, found=_found(before, decision)),
    )
    journal = [JournalEntry(now, author, "follow-up", "reopened" if reopened else "", {"inbox_id": arrived.inbox_id})]
    effects: list[Effect] = []
    if _raises(decision, ticket) and (reopened or not before.urgent):
        reasons = before.reasons | {"urgent": decision.reasons.get("urgent", ())}
        changed = replace(changed, decision=replace(changed.decision, kind="fault", urgent=True, reasons=reasons))
        changed, entries, alerts = escalate(changed, policy, now, again=str(arrived.inbox_id))
        journal += entries
        effects += alerts
    if _is_for_partner(changed, arrived, decision, policy):
        changed, entries, forwards = forward(changed, arrived.inbox_id, policy, now, again=True)
        journal += entries
        effects += forwards
    return Plan(changed, (_article(arrived, changed),), tuple(journal), tuple(effects))


def _found(before: Decision, decision: Decision) -> dict[str, str]:
    """What the mails of a ticket say: each thing as it was said first, but the newest number to reach somebody."""
    newest = {"contact_phone": decision.found["contact_phone"]} if "contact_phone" in decision.found else {}
    return {**decision.found, **before.found, **newest}


def _raises(decision: Decision, ticket: Ticket) -> bool:
    """Whether a follow-up makes its ticket urgent; a partner's must say so: its receipts read like urgency, too."""
    plainly = any(not reason.rule.startswith("reads-") for reason in decision.reasons.get("urgent", ()))
    return decision.kind == "fault" and decision.urgent and (plainly or not is_from_partner(decision, ticket))


def _is_for_partner(ticket: Ticket, arrived: Arrived, decision: Decision, policy: Policy) -> bool:
    """Whether the partner, to whom the ticket was handed over, has not got this mail of its customer."""
    mail, address = arrived.mail, (policy.partner_address or "").lower()
    if ticket.decision.route != "partner" or address not in ticket.participants or ticket.status is Status.TAKEN:
        return False
    named = {one.address.lower() for one in (mail.sender, *mail.to, *mail.cc) if one}
    return address not in named and not is_from_partner(decision, ticket)


def staff_mail(ticket: Ticket, arrived: Arrived, now: datetime) -> Plan:
    """A staff member's own mail (an answer to the customer with a copy to the desk) stands in its ticket, no more."""
    arrived, _ = masked_arrival(arrived, ticket.decision)
    article = _article(arrived, ticket)
    entry = JournalEntry(now, article.author, "staff mail", "", {"inbox_id": arrived.inbox_id})
    return Plan(replace(ticket, updated=now), (article,), (entry,))


def automatic_note(ticket: Ticket, arrived: Arrived, now: datetime) -> Plan:
    """An automatic reply is noted and changes nothing (decision 4 of reliability.md §6)."""
    entry = JournalEntry(now, arrived.mail.sender_shown, "automatic reply", arrived.mail.nature_because)
    return Plan(ticket, (_article(arrived, ticket, automatic=True),), (entry,))


def undelivered(ticket: Ticket, own: OwnMail, why: str, permanent: bool, policy: Policy, now: datetime) -> Plan:
    """A mail of this ticket could not be delivered: shown to staff; at once when nobody is working on it else (R16)."""
    entry = JournalEntry(now, US, "undelivered" if permanent else "delayed", f"{own.kind} to {own.recipient}: {why}")
    if not permanent:
        return Plan(ticket, journal=(entry,))
    addresses = dict.fromkeys((*ticket.undeliverable, own.recipient))
    changed = replace(ticket, undeliverable=tuple(addresses), updated=now)
    if own.kind not in ("forward", "alert"):
        return Plan(changed, journal=(entry,))
    about: AlertAbout = "undelivered_forward" if own.kind == "forward" else "undelivered_alert"
    text = f"{own.recipient}: {why}"
    alerts = tuple(
        # Keyed by the dead address, not the row: two dead addresses must not tell of each other for ever.
        RaiseAlert(ticket.number, about, 0, to, text, own.recipient)
        for to in policy.alert_to
        if to.address.lower() != own.recipient.lower()
    )
    return Plan(changed, journal=(entry,), effects=alerts)


def reported(own: OwnMail, what: str, now: datetime) -> JournalEntry:
    """A receipt or a success report about a mail of ours: noted, changes nothing."""
    return JournalEntry(now, US, "delivery report", f"{own.kind} to {own.recipient}: {what}")


def cut_off(size: int, now: datetime) -> JournalEntry:
    """Only the first `size` bytes of a mail above the limit were fetched (TH32)."""
    text = f"only the first {size / 1_000_000:.1f} MB of the mail were read; the whole is on the mail server"
    return JournalEntry(now, US, "cut off", text)


def forward(
    ticket: Ticket, inbox_id: int, policy: Policy, now: datetime, again: bool = False
) -> tuple[Ticket, list[JournalEntry], list[Effect]]:
    """Hand the ticket to its partner (T2); without a mail channel it stays with us, and staff are told why.

    `again`: the partner has it, and gets what its customer has written since.
    """
    partner = ticket.decision.partner
    if partner is None or policy.partner_address is None:
        name = policy.partner_name or partner or "the partner"
        return ticket, [JournalEntry(now, US, "not forwarded", f"{name} has no mail channel: hand it over by hand")], []
    participants = dict.fromkeys((*ticket.participants, policy.partner_address.lower()))
    changed = replace(ticket, status=moved(ticket, "forwarded"), participants=tuple(participants), updated=now)
    to = Address(policy.partner_name or "", policy.partner_address)
    what = "the new mail, " if again else ""
    entry = JournalEntry(now, US, "forwarded", f"{what}to {policy.partner_name or partner} ({policy.partner_address})")
    return changed, [entry], [ForwardToPartner(ticket.number, inbox_id, partner, to, again)]


def escalate(
    ticket: Ticket, policy: Policy, now: datetime, again: str = ""
) -> tuple[Ticket, list[JournalEntry], list[Effect]]:
    """T4: flag for the telephone and tell staff at once. `again` names what makes it another time than the first."""
    # The number that the customer was told: a sender that is not proven is told ours, whoever has the ticket.
    number = policy.phone
    if ticket.decision.route == "partner" and ticket.proven:
        number = policy.partner_phone or (policy.phone if policy.may_call_us else "")
    changed = replace(ticket, phone_escalation=PhoneEscalation(number, now))
    entry = JournalEntry(now, US, "urgent", f"to be handled by telephone: {number or policy.partner_name}")
    key = f"again-{again}" if again else ""
    alerts: list[Effect] = [RaiseAlert(ticket.number, "urgent", 0, to, subject_key=key) for to in policy.alert_to]
    return changed, [entry], alerts


def raised_by_hand(ticket: Ticket, policy: Policy, by: str, now: datetime) -> tuple[Ticket, list[Effect]]:
    """A person has made it urgent: alerted until somebody takes it, but for one that somebody has, or is resolved."""
    changed, _, alerts = escalate(ticket, policy, now, again=f"{now:%Y%m%dT%H%M%S}")
    holder = None
    if ticket.status is Status.TAKEN:
        holder = ticket.taken_by
    elif not ticket.open:
        holder = by
    if holder is None or changed.phone_escalation is None:
        return changed, alerts
    return replace(changed, phone_escalation=replace(changed.phone_escalation, taken_by=holder)), []


def _is_known(decision: Decision) -> bool:
    return decision.sender_is_customer or decision.sender_is_partner is not None


def _why_no_acknowledgement(arrived: Arrived, policy: Policy) -> str:
    mail = arrived.mail
    if mail.sender is None:
        return "the mail has no usable sender"
    if not is_writable(mail.sender.address):
        return f"no mail can be written to {clean_line(mail.sender.address, 100)}"
    if mail.authenticity == "failed":
        return "the sender's authentication failed"
    return mail.no_answer or policy.no_ack


def _article(arrived: Arrived, ticket: Ticket, automatic: bool = False) -> Article:
    mail = arrived.mail
    return Article(
        at=arrived.received,
        author=mail.sender.address if mail.sender else mail.sender_shown,
        kind="automatic" if automatic else "mail",
        text=mask_personal_numbers(mail.new_text),
        inbox_id=arrived.inbox_id,
        unverified=mail.authenticity != "verified",
    )


def _opened(decision: Decision) -> str:
    words = [decision.kind, decision.category, f"route {decision.route}"]
    if decision.urgent:
        words.append("urgent")
    if decision.billable:
        words.append(f"billable: {decision.billable_reason}")
    return ", ".join(words)
