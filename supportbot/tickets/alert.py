"""RaiseAlert -> the mail to staff: whom to ring, who it is, what was said, why it is urgent, how to take it (T4). Pure.

Written in the desk's first language. The trap: staff read it on a telephone at night, so the number stands on top, and
a sender that is not proven is said to be so before anybody rings. Which number that is says ringing.py.
"""

from supportbot.mail.compose import Letter
from supportbot.tickets.effects import RaiseAlert
from supportbot.tickets.office import Office, phone_shown
from supportbot.tickets.points import points_of
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.ringing import affected_shown, reported_by_partner, to_ring, told_shown
from supportbot.tickets.templates import Templates
from supportbot.tickets.ticket import Ticket
from supportbot.tickets.wording import MOST_READ, cut, in_words, said
from supportbot.triage.decision import Reason
from supportbot.triage.registry import Partner, Registry


def alert(
    effect: RaiseAlert,
    ticket: Ticket | None,
    mail_text: str,
    office: Office,
    registry: Registry,
    templates: Templates,
) -> Letter:
    """`mail_text` is the new text of the mail that is urgent; of other alerts, `effect.text` says what happened."""
    languages = office.languages[:1]
    partner = registry.partner(ticket.decision.partner) if ticket else None
    if effect.about == "urgent" and ticket is not None:
        values = _urgent(effect, ticket, mail_text, registry, languages[0])
        written = templates.write("alert", languages, values)
    else:
        written = templates.write("trouble", languages, _trouble(effect, ticket, partner))
    return Letter(to=effect.to, subject=written.subject, text=written.text, html=written.html)


def _urgent(effect: RaiseAlert, ticket: Ticket, mail_text: str, registry: Registry, language: str) -> dict[str, object]:
    decision = ticket.decision
    partner = registry.partner(decision.partner)
    return {
        "number": str(ticket.number),
        "step": effect.step,
        "route": decision.route,
        "from_partner": reported_by_partner(ticket),
        "customer": ticket.customer_name or "",
        "org_number": mask_personal_numbers(ticket.org_number or ""),
        "category": decision.category,
        "sender": ticket.sender or "",
        "sender_name": _masked(ticket.sender_name, 100),
        "unproven": not ticket.proven,
        "failed": ticket.authenticity == "failed",
        "received": in_words(ticket.opened, language),
        "subject": _masked(ticket.subject, 150),
        **_ring(ticket, registry),
        "affected": cut(affected_shown(ticket), 100),
        "told": told_shown(ticket),
        "unreached": _is_unreached(ticket, partner),
        **_partner(partner),
        "reasons": [_reason(reason) for reason in decision.reasons.get("urgent", ())],
        "find_out": list(points_of(ticket.decision)),
        "said": list(said(mask_personal_numbers(mail_text[:MOST_READ]))),
    }


def _is_unreached(ticket: Ticket, partner: Partner | None) -> bool:
    """Whether the mail that handed the ticket over came back; a dead address of ours or the customer's says nothing."""
    address = partner.channel_address if partner and ticket.decision.route == "partner" else None
    return bool(address) and address in ticket.undeliverable


def _partner(partner: Partner | None) -> dict[str, object]:
    if partner is None:
        return dict.fromkeys(("partner", "partner_phone", "partner_way", "partner_hours", "guidelines"), "")
    return {
        "partner": partner.name,
        "partner_phone": phone_shown(partner.urgent_phone) if partner.urgent_phone else "",
        "partner_way": partner.urgent or "",
        "partner_hours": partner.hours,
        "guidelines": cut(partner.guidelines_text, 400),
    }


def _reason(reason: Reason) -> dict[str, str]:
    return {
        "rule": reason.rule,
        "clause": reason.clause or "",
        "because": reason.because,
        "words": _masked(reason.words, 160),
    }


def _ring(ticket: Ticket, registry: Registry) -> dict[str, object]:
    ring, reporting = to_ring(ticket, registry), registry.partner(ticket.decision.sender_is_partner)
    return {
        "call": cut(ring.number, 100) if ring else "",
        "call_from": ring.known_from if ring else "",
        "reporting": reporting.name if reporting else "",
    }


def _masked(text: str, limit: int) -> str:
    return cut(mask_personal_numbers(text), limit)


def _trouble(effect: RaiseAlert, ticket: Ticket | None, partner: Partner | None) -> dict[str, object]:
    number = ticket.number if ticket else effect.ticket
    return {
        "about": "fault" if effect.about == "urgent" else effect.about,
        "number": str(number) if number is not None else "",
        "customer": (ticket.customer_name or "") if ticket else "",
        "partner": partner.name if partner else (ticket.partner_name or "") if ticket else "",
        "partner_phone": phone_shown(partner.urgent_phone) if partner and partner.urgent_phone else "",
        "urgent": ticket.decision.urgent if ticket else False,
        "text": _masked(effect.text, 1000),
    }
