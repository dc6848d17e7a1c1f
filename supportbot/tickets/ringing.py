"""An urgent ticket + the registry -> the number that staff ring, and where it is known from. Pure.

The trap: the number that a fault is about is the one on which nobody answers, and when a partner reports for its
customer, it is the partner that waits for a call.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from supportbot.tickets.office import phone_shown
from supportbot.tickets.ticket import Ticket
from supportbot.triage.numbers import is_mobile
from supportbot.triage.registry import Registry

RingFrom = Literal["mail", "mobile", "line", "affected", "partner"]
"""The mail; the registry's mobile or fixed line of the customer; only the affected number; the partner's row."""
RING_FROM: tuple[str, ...] = get_args(RingFrom)


@dataclass(frozen=True, slots=True)
class Ring:
    """Whom staff ring."""

    number: str
    """As shown."""
    known_from: RingFrom


def to_ring(ticket: Ticket, registry: Registry) -> Ring | None:
    """The partner that reports, else the customer: on a number that works; None where none is known."""
    contact = phones_shown(ticket.decision.found.get("contact_phone", ""))
    affected = affected_shown(ticket)
    if reported_by_partner(ticket):
        return _partner(ticket, contact, affected, registry)
    if contact and contact not in affected.split(", "):
        return Ring(contact, "mail")
    listed = [phone for phone in _registered(ticket, registry) if phone_shown(phone) not in affected.split(", ")]
    if mobile := next(filter(is_mobile, listed), ""):
        return Ring(phone_shown(mobile), "mobile")
    if listed:
        return Ring(phone_shown(listed[0]), "line")
    return Ring(affected, "affected") if affected else None


def told_shown(ticket: Ticket) -> str:
    """Whom the customer was told to ring: a number, or the partner by name, whose number only the customer has."""
    told = ticket.phone_escalation
    return "" if told is None else phone_shown(told.number) if told.number else ticket.partner_name or ""


def reported_by_partner(ticket: Ticket) -> bool:
    """Whether a partner writes, proven: then the customer was told nothing."""
    return ticket.decision.sender_is_partner is not None and ticket.proven


def affected_shown(ticket: Ticket) -> str:
    """The numbers that the fault is about, as shown; "" where none is named."""
    return phones_shown(ticket.decision.found.get("affected_number", ""))


def phones_shown(found: str) -> str:
    """A fact of one number or of several parted by commas, each as a Swede writes it."""
    return ", ".join(phone_shown(one) for one in found.split(", ")) if found else ""


def _partner(ticket: Ticket, contact: str, affected: str, registry: Registry) -> Ring | None:
    """The number that the partner signs with; one of a customer's is not its own."""
    digits = "".join(filter(str.isdigit, ticket.decision.found.get("contact_phone", "")))
    theirs = bool(digits) and registry.by_phone(digits) is not None
    if contact and not theirs and contact not in affected.split(", "):
        return Ring(contact, "mail")
    partner = registry.partner(ticket.decision.sender_is_partner)
    return Ring(phone_shown(partner.urgent_phone), "partner") if partner and partner.urgent_phone else None


def _registered(ticket: Ticket, registry: Registry) -> tuple[str, ...]:
    """Numbers of the customer: both ends of each range, which are many numbers at times."""
    customer = registry.customer(ticket.decision.customer)
    ranges = customer.phone_numbers if customer else ()
    return tuple(dict.fromkeys(phone for one in ranges for phone in (one.first, one.last)))
