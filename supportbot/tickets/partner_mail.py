"""Ticket -> the mail that hands it to its partner by the partner's guidelines (T2). Pure.

A summary first, then the customer's mail byte for byte. The trap is the subject: a template of the partner's, filled
with words of strangers. Only the names of PLACEHOLDERS are put in, as text; nothing in it is ever run.
"""

import re
from collections.abc import Mapping

from supportbot.mail.compose import Letter, LetterAttachment
from supportbot.mail.message import Address
from supportbot.tickets.office import Office
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.questions import FACTS
from supportbot.tickets.ringing import phones_shown
from supportbot.tickets.templates import MOST_SUBJECT, Templates
from supportbot.tickets.ticket import Ticket
from supportbot.tickets.wording import MOST_READ, cut, in_words, said
from supportbot.triage.registry import Partner

PLACEHOLDERS = (
    "number",
    "ticket",
    "customer",
    "customer_name",
    "org_number",
    "kind",
    "category",
    "urgency",
    "subject",
    "summary",
    "partner",
    "device",
    *FACTS,
)
"""What a partner's own subject may hold, as {customer} or {{ customer }}."""

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}|\{\s*(\w+)\s*\}")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def partner_mail(
    ticket: Ticket,
    mail_text: str,
    raw: bytes,
    to: Address,
    token: str,
    office: Office,
    partner: Partner,
    templates: Templates,
    again: bool = False,
) -> Letter:
    """`mail_text` is the new text of the mail handed over, `raw` its bytes. Answers go to the desk, by the token.

    `again`: the partner has the ticket already, and this is what its customer has written since.
    """
    language = language_for(partner)
    values = _values(ticket, language, office, partner) | {
        "token": token,
        "again": again,
        "said": list(said(mask_personal_numbers(mail_text[:MOST_READ]), most_lines=60, most_signs=4000)),
        "original": _original(raw, partner),
        "size": _size(len(raw), language),
        "subject_mistake": subject_mistake(partner.subject) if partner.subject else "",
    }
    written = templates.write("partner", [language], values)
    subject = written.subject
    if partner.subject and not values["subject_mistake"]:
        subject = _own_subject(partner.subject, _filling(ticket, language, partner, templates), token) or subject
    attachments: tuple[LetterAttachment, ...] = ()
    if values["original"] == "attached":
        attachments = (LetterAttachment(f"{ticket.number}.eml", raw, "message/rfc822"),)
    return Letter(
        to=to,
        subject=subject,
        text=written.text,
        html=written.html,
        reply_to=Address(office.name, office.address),
        attachments=attachments,
    )


def language_for(partner: Partner) -> str:
    """Swedish for Swedes, Norwegians and Danes, else English."""
    return "sv" if partner.language in ("sv", "no", "nb", "nn", "da") else "en"


def subject_mistake(template: str) -> str:
    """What is wrong with a partner's own subject, as it stands there; "" when nothing is."""
    for found in _PLACEHOLDER.finditer(template):
        if (found[1] or found[2]) not in PLACEHOLDERS:
            return cut(found.group(), 40)
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        return cut(template, 40)
    return "" if template.strip() else '""'


def _own_subject(template: str, filling: Mapping[str, str], token: str) -> str:
    """The partner's subject with our token at its end; "" where nothing but the token would be left."""
    filled = _PLACEHOLDER.sub(lambda found: filling[found[1] or found[2]], _UNWANTED.sub(" ", template))
    line = cut(mask_personal_numbers(_UNWANTED.sub(" ", filled)), MOST_SUBJECT - len(token) - 1)
    return f"{line} {token}" if line else ""


def _filling(ticket: Ticket, language: str, partner: Partner, templates: Templates) -> dict[str, str]:
    decision = ticket.decision
    customer = ticket.customer_name or ""
    return {
        "number": str(ticket.number),
        "ticket": str(ticket.number),
        "customer": customer,
        "customer_name": customer,
        "org_number": ticket.org_number or "",
        "kind": templates.word(language, "kind", decision.kind),
        "category": templates.word(language, "category", decision.category),
        "urgency": templates.word(language, "urgency", "urgent" if decision.urgent else "normal"),
        "subject": cut(ticket.subject, 80),
        "summary": cut(ticket.summary, 80),
        "partner": partner.name,
        "device": decision.device or "",
        **{name: cut(decision.found.get(name, ""), 60) for name in FACTS},
    }


def _values(ticket: Ticket, language: str, office: Office, partner: Partner) -> dict[str, object]:
    decision = ticket.decision
    found, device = _once(decision.found, decision.device or "")
    return {
        "number": str(ticket.number),
        "kind": decision.kind,
        "urgent": decision.urgent,
        "partner": partner.name,
        "customer": ticket.customer_name or "",
        "org_number": mask_personal_numbers(ticket.org_number or ""),
        "category": decision.category,
        "sender": ticket.sender or "",
        "sender_name": _masked(ticket.sender_name, 100),
        "subject": _masked(ticket.subject, 250),
        "received": in_words(ticket.opened, language),
        "unproven": not ticket.proven,
        "failed": ticket.authenticity == "failed",
        "facts": [{"name": name, "value": _fact(found[name])} for name in FACTS if found.get(name)],
        "theirs": decision.purchase == "partner",
        "missing": missing_facts(ticket, partner),
        "device": device,
        "billable_reason": (decision.billable_reason or "") if decision.billable else "",
        "billable_because": _because(ticket),
        "office": office.name,
    }


def missing_facts(ticket: Ticket, partner: Partner) -> list[str]:
    """What the partner wants to know of a fault, and the mails do not say; an order has no time of fault."""
    if ticket.decision.kind != "fault":
        return []
    return [name for name in partner.required if name in FACTS and not ticket.decision.found.get(name)]


def _once(found: Mapping[str, str], device: str) -> tuple[Mapping[str, str], str]:
    """The facts and the device, without the one that the other says already."""
    model = found.get("device_model", "")
    if model.casefold() in device.casefold():
        return {name: value for name, value in found.items() if name != "device_model"}, device
    return found, "" if device.casefold() in model.casefold() else device


def _fact(value: str) -> str:
    return phones_shown(value) if value.startswith("+") else _masked(value, 200)


def _because(ticket: Ticket) -> str:
    """The words of the mail that make it look chargeable; what the registry says of it stays with us."""
    words = [reason.words for reason in ticket.decision.reasons.get("billable", ()) if reason.words]
    return _masked(" … ".join(dict.fromkeys(words)), 200)


def _masked(text: str, limit: int) -> str:
    return cut(mask_personal_numbers(text), limit)


def _original(raw: bytes, partner: Partner) -> str:
    """What becomes of the customer's mail: one of samples.ORIGINALS."""
    if not raw:
        return "missing"
    if not partner.attach_original:
        return "unwanted"
    return "too_large" if partner.max_size is not None and len(raw) > partner.max_size else "attached"


def _size(count: int, language: str) -> str:
    """Bytes in words: "1,4 MB"."""
    shown = f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1000))} kB"
    return shown.replace(".", ",") if language == "sv" else shown
