"""Ticket -> the acknowledgement that its sender gets: number, what happens next, what we must know (T1-T7). Pure.

SCENES decides what is said; the texts stand in rules/templates. The trap: a From header is no proof. To a sender that
is not proven, nothing is said that the sender did not know before: no name, no partner, no charge, no word of the mail
(triage.md, RFC 3834 §3.2). The subject is echoed only where authentication has verified it.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from supportbot.mail.compose import Letter
from supportbot.mail.message import Address
from supportbot.tickets.office import Office, phone_shown
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.questions import Asked, Questions
from supportbot.tickets.templates import LANGUAGES, Templates
from supportbot.tickets.ticket import Ticket
from supportbot.tickets.wording import cut, first_name, in_words
from supportbot.triage.registry import Partner

SCENES: tuple[tuple[str, Callable[[Ticket, Partner | None], bool]], ...] = (
    ("neutral", lambda ticket, partner: not ticket.proven or ticket.authenticity == "failed"),
    ("from_partner", lambda ticket, partner: ticket.decision.sender_is_partner is not None),
    ("urgent_support", lambda ticket, partner: ticket.decision.urgent and ticket.decision.route == "support"),
    ("urgent_partner", lambda ticket, partner: ticket.decision.urgent and _is_partners(ticket, partner)),
    ("urgent_review", lambda ticket, partner: ticket.decision.urgent),
    ("support", lambda ticket, partner: ticket.decision.route == "support"),
    ("partner", lambda ticket, partner: _is_partners(ticket, partner)),
    ("review", lambda ticket, partner: True),
)
"""The first that fits."""

_AT_PARTNER = ("urgent_partner", "partner")
_ANSWER_MARKS = re.compile(r"^(?:\s*(?:re|sv|vs|fw|fwd|ang|aw|wg)\s*:\s*)+", re.I)
_TOKENS = re.compile(r"\[ICX-[^\]]*\]", re.I)


def acknowledgement(
    ticket: Ticket,
    to: Address,
    token: str,
    office: Office,
    partner: Partner | None,
    questions: Questions,
    templates: Templates,
) -> Letter:
    """The acknowledgement in the sender's language, or in all of the desk's. `token` goes into the subject whole."""
    scene = scene_of(ticket, partner)
    values: dict[str, object] = _neutral(ticket, token, office)
    if scene != "neutral":
        values |= _known(ticket, to) | _questions(scene, ticket, partner, questions)
    if scene == "from_partner":
        values |= {"office_phone": ""}
    elif scene != "neutral":
        values |= _billing(ticket)
    if scene in _AT_PARTNER and partner is not None:
        values |= _partner(partner)
        if not partner.customer_may_call_icentrex:
            values |= {"office_phone": ""}
    values |= {"scene": scene}
    written = templates.write("acknowledgement", office.languages_for(ticket.decision.language), values)
    return Letter(
        to=replace(to, name="") if scene == "neutral" else to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        reply_to=Address(office.name, office.address),
        in_reply_to=ticket.message_id,
        references=ticket.references,
        auto_submitted="auto-replied",
        precedence_bulk=True,
    )


def scene_of(ticket: Ticket, partner: Partner | None) -> str:
    return next(scene for scene, fits in SCENES if fits(ticket, partner))


def _is_partners(ticket: Ticket, partner: Partner | None) -> bool:
    return ticket.decision.route == "partner" and partner is not None


def _neutral(ticket: Ticket, token: str, office: Office) -> dict[str, object]:
    """What anybody may be told; the rest is there for the templates, and empty."""
    return {
        "number": str(ticket.number),
        "token": token,
        "received": {language: in_words(ticket.opened, language) for language in LANGUAGES},
        "office": office.name,
        "office_address": office.address,
        "office_phone": office.phone,
        "kind": "question",
        "subject": "",
        "first_name": "",
        "partner": "",
        "partner_phone": "",
        "may_call": False,
        "questions": [],
        "billable_reason": "",
    }


def _known(ticket: Ticket, to: Address) -> dict[str, object]:
    """What a proven sender may be told of the own mail."""
    return {
        "kind": ticket.decision.kind,
        "first_name": first_name(to, ticket.customer_name),
        "subject": _own_subject(ticket.subject) if ticket.authenticity == "verified" else "",
    }


def _own_subject(subject: str) -> str:
    bare = _ANSWER_MARKS.sub("", _TOKENS.sub("", subject))
    return cut(mask_personal_numbers(bare), 80)


def _questions(scene: str, ticket: Ticket, partner: Partner | None, questions: Questions) -> dict[str, object]:
    """Where a partner has the ticket, what it requires; else what the fault needs."""
    asked: tuple[Asked, ...]
    if scene in _AT_PARTNER and partner is not None:
        asked = questions.for_partner(ticket.decision, partner.required)
    else:
        asked = questions.for_us(ticket.decision)
    return {"questions": {language: [one.texts[language] for one in asked] for language in LANGUAGES}}


def _billing(ticket: Ticket) -> dict[str, object]:
    """That work may be charged, and why (T5-T7): a notice before the work, never a sum, never a decision."""
    decision = ticket.decision
    return {"billable_reason": (decision.billable_reason or "") if decision.billable else ""}


def _partner(partner: Partner) -> dict[str, object]:
    return {
        "partner": partner.name,
        "partner_phone": phone_shown(partner.urgent_phone) if partner.urgent_phone else "",
        "may_call": partner.customer_may_call_icentrex,
    }
