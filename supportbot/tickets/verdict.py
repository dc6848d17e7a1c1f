"""What becomes of a mail: ticket, follow-up, delivery-event, ignore, duplicate or quarantine. Pure.

The order of the questions is the table at the end of this file. The trap: a claim to a ticket (a token, a reference
to a mail of ours) is no proof. It joins only for a participant or the customer's own address with authentication not
failed; else a person must look (design.md §6), and neither a new ticket nor an answer may come of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from supportbot.mail.message import ParsedMail
from supportbot.tickets.effects import EffectKind
from supportbot.tickets.ticket import Ticket, Verdict
from supportbot.triage.decision import Decision

_FORWARD = re.compile(r"(?:vb|fwd?|wg|vl|vidarebefordrat)\s?:", re.IGNORECASE)
"""How subjects of forwarded mails begin; not `VS:`, which is a Finn's answer."""


@dataclass(frozen=True, slots=True)
class OwnMail:
    """A mail of ours that another mail points at: one outbox row."""

    outbox_id: int
    kind: EffectKind
    ticket: int | None
    recipient: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the store knows of the mails and tickets that a mail points at, looked up before it is judged."""

    own: tuple[OwnMail, ...] = ()
    """Rows named by a bounce's return address or ids, by In-Reply-To or References, in that order."""
    tickets: tuple[Ticket, ...] = ()
    """By reference to a mail of ours first, then by proven token."""
    came_back: bool = False
    """Its own Message-ID is that of a mail of ours."""
    earlier_copy: int | None = None
    """Inbox id of an earlier mail with the same bytes."""
    staff: frozenset[str] = frozenset()
    """Addresses of the staff, lower case."""


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict
    reason: str
    ticket: Ticket | None = None
    own: OwnMail | None = None
    by_staff: bool = False
    """A follow-up that a staff member wrote."""


WORDED = ("its subject begins", "it says", "a confirmation:")
"""How the mail reader's reason begins where no header tells."""
BY_CONTENT = ("bulk (by its content)", "an automatic reply (by its wording)")
"""Reasons that rest on words alone: a customer may be among these mails, so they are listed for staff (triage.md)."""


def judge(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged:
    """The first question of the table that answers; a mail that none of them stops opens a ticket."""
    for question in QUESTIONS:
        answer = question(mail, decision, claims)
        if answer is not None:
            return answer
    return Judged("ticket", f"a person's {decision.kind}" if mail.nature == "human" else f"a {mail.nature}'s mail")


def _pretends(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    return Judged("quarantine", mail.suspicious) if mail.suspicious else None


def _came_back(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    return Judged("ignore", "a mail of ours that came back") if claims.came_back else None


def _copy(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    if claims.earlier_copy is None:
        return None
    return Judged("duplicate", f"the same bytes as mail {claims.earlier_copy}")


def _bounce(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    """A bounce counts for the recipient that our mail had; any other is a forgery to mute somebody (TH30)."""
    if mail.nature != "bounce":
        return None
    if not claims.own:
        return Judged("delivery-event", "a bounce of no mail that we know")
    failed = {recipient.address.lower() for recipient in mail.failed}
    for own in claims.own:
        if not failed or own.recipient.lower() in failed:
            return Judged("delivery-event", f"a bounce of our {own.kind} to {own.recipient}", own=own)
    return Judged("quarantine", "a bounce for a recipient that the mail of ours did not have")


def _report(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    if mail.nature != "report":
        return None
    if not claims.own:
        return Judged("ignore", f"a report about no mail of ours ({mail.nature_because})")
    return Judged("delivery-event", f"a report about our {claims.own[0].kind}", own=claims.own[0])


def _automatic(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    if decision.kind != "auto_reply":
        return None
    for ticket in claims.tickets:
        if is_proven(mail, decision, ticket):
            return Judged("follow-up", "an automatic reply to a mail of ours", ticket=ticket)
    if not mail.nature_because or mail.nature_because.startswith(WORDED):
        return Judged("ignore", BY_CONTENT[1])
    return Judged("ignore", f"an automatic reply ({mail.nature_because})")


def _bulk(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    if decision.kind != "bulk":
        return None
    if mail.nature != "bulk" and any("+" in to.address.partition("@")[0] for to in mail.to):
        return Judged("quarantine", "reads like bulk, and was sent to a plus-address")  # TH3: a stranger's login code
    return Judged("ignore", f"bulk ({mail.nature_because})" if mail.nature_because else BY_CONTENT[0])


def _false_staff(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    if mail.sender and mail.sender.address.lower() in claims.staff and mail.authenticity == "failed":
        return Judged("quarantine", "names a staff address as its sender, and authentication failed")
    return None


def _joins(mail: ParsedMail, decision: Decision, claims: Claims) -> Judged | None:
    by_staff = mail.sender is not None and mail.sender.address.lower() in claims.staff
    if (
        claims.tickets and by_staff and mail.authenticity == "verified"
    ):  # they may write everywhere: a name is not enough
        ticket = claims.tickets[0]
        return Judged("follow-up", f"a staff member's mail in ticket {ticket.number}", ticket=ticket, by_staff=True)
    for ticket in claims.tickets:
        if is_proven(mail, decision, ticket):
            return Judged("follow-up", f"joins ticket {ticket.number}", ticket=ticket)
    if claims.tickets:
        numbers = ", ".join(str(ticket.number) for ticket in claims.tickets)
        if _passes_on(mail, decision):
            return Judged("ticket", f"a customer passes on a mail of ticket {numbers}, whose participant it is not")
        return Judged("quarantine", f"claims ticket {numbers}, but its sender is no participant of it")
    return None


def _passes_on(mail: ParsedMail, decision: Decision) -> bool:
    """A customer forwards somebody else's mail: the token came with its subject, and claims nothing."""
    forwards = mail.forwarded is not None or _FORWARD.match(mail.subject) is not None
    return forwards and decision.sender_is_customer and mail.authenticity != "failed"


QUESTIONS: tuple[Callable[[ParsedMail, Decision, Claims], Judged | None], ...] = (
    _pretends,
    _came_back,
    _copy,
    _bounce,
    _report,
    _automatic,
    _bulk,
    _false_staff,
    _joins,
)


def is_proven(mail: ParsedMail, decision: Decision, ticket: Ticket) -> bool:
    """Whether this sender may write in that ticket: a participant, the customer's own address, or its partner."""
    if mail.sender is None or mail.authenticity == "failed":
        return False
    if mail.sender.address.lower() in ticket.participants:
        return True
    theirs = ticket.decision
    if decision.sender_is_customer and decision.customer is not None and decision.customer == theirs.customer:
        return True
    return is_from_partner(decision, ticket)


def is_from_partner(decision: Decision, ticket: Ticket) -> bool:
    """Whether the partner of that ticket writes."""
    return decision.sender_is_partner is not None and decision.sender_is_partner == ticket.decision.partner
