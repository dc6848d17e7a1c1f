"""Values for tests, with what a case is about named in the call and the rest ordinary."""

from dataclasses import replace
from datetime import UTC, datetime

from supportbot.mail.message import Address, ParsedMail
from supportbot.tickets.lifecycle import Policy, open_ticket
from supportbot.tickets.ticket import Arrived, Ticket
from supportbot.triage.decision import Decision

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ANNA = Address("Anna Berg", "anna@kund.example")
JOUR = Address("Jour", "jour@icentrex.example")
LEAD = Address("Lead", "lead@icentrex.example")

POLICY = Policy(phone="020-20 20 22", alert_to=(JOUR, LEAD), customer_name="Kund AB", org_number="556677-8899")
PARTNER_POLICY = replace(
    POLICY, partner_name="Nordpartner AB", partner_address="fel@nordpartner.example", partner_phone="+46846500490"
)


def a_mail(**values: object) -> ParsedMail:
    ordinary = {
        "subject": "Telefonen är tyst",
        "sender": ANNA,
        "sender_shown": "Anna Berg <anna@kund.example>",
        "to": (Address("", "kundcenter@icentrex.se"),),
        "message_id": "m1@kund.example",
        "text": "Hej! En telefon är tyst.",
        "new_text": "Hej! En telefon är tyst.",
        "authenticity": "unknown",
        "language": "sv",
    }
    return ParsedMail(**(ordinary | values))  # type: ignore[arg-type]


def a_decision(**values: object) -> Decision:
    ordinary = {
        "kind": "fault",
        "route": "support",
        "customer": "C1",
        "purchase": "direct",
        "sender_is_customer": True,
        "category": "hardware",
        "language": "sv",
    }
    return Decision(**(ordinary | values))  # type: ignore[arg-type]


def arrived(mail: ParsedMail | None = None, inbox_id: int = 7) -> Arrived:
    return Arrived(inbox_id, mail or a_mail(), NOW, "0" * 64, 1000)


def a_ticket(decision: Decision | None = None, mail: ParsedMail | None = None, policy: Policy = POLICY) -> Ticket:
    return open_ticket(10042, arrived(mail), decision or a_decision(), policy, NOW).ticket
