"""A ticket -> what of it bookkeeping must keep, and until when. Pure.

Vouchers and what they rest on are kept until the end of the seventh year after the calendar year in which the
financial year ended (bokföringslagen 1999:1078, 7 kap. 2 §). A confirmed charge is such a basis: number, customer,
organisation number, reason, confirmation, dates. The trap: a company whose financial year is not the calendar year may
have to keep it one year longer, which no ticket tells; so the year is counted from the confirmation, plus that one.
"""

from dataclasses import replace
from datetime import date

from supportbot.tickets.corrections import RULE as CORRECTION
from supportbot.tickets.ticket import Billing, BillingState, Ticket
from supportbot.triage.decision import Decision, Reason

YEARS = 7
BROKEN_YEAR = 1
"""A financial year ends at the latest in the calendar year after the confirmation (3 kap. 1 and 2 §§)."""


def kept_until(billing: Billing) -> date | None:
    """The last day on which a confirmed charge must be kept; None where there is none."""
    if billing.state is not BillingState.CONFIRMED or billing.decided_at is None:
        return None
    return date(billing.decided_at.year + BROKEN_YEAR + YEARS, 12, 31)


def without_persons(ticket: Ticket, today: date) -> Ticket:
    """The ticket without its texts and people: number, dates, answers; and of a confirmed charge all that must stay."""
    until = kept_until(ticket.billing)
    charged = until is not None and today <= until
    decision = ticket.decision
    bare = Decision(
        kind=decision.kind,
        route=decision.route,
        customer=decision.customer,
        purchase=decision.purchase,
        partner=decision.partner,
        urgent=decision.urgent,
        billable=decision.billable,
        billable_reason=decision.billable_reason,
        category=decision.category,
        language=decision.language,
        reasons={"billable": _clauses(decision)} if charged else {},
    )
    return Ticket(
        number=ticket.number,
        status=ticket.status,
        subject="",
        opened=ticket.opened,
        updated=ticket.updated,
        decision=bare if charged else replace(bare, customer=None),
        sender=None,
        authenticity=ticket.authenticity,
        proven=ticket.proven,
        customer_name=ticket.customer_name if charged else None,
        org_number=ticket.org_number if charged else None,
        billing=ticket.billing if charged else Billing(ticket.billing.state),
    )


def _clauses(decision: Decision) -> tuple[Reason, ...]:
    """Why it may be charged, by rule and clause, without the customer's words."""
    reasons = decision.reasons.get("billable", ())
    # A person's correction has that person's name and words where a rule has its sentence.
    return tuple(Reason(one.rule, "" if one.rule == CORRECTION else one.because, one.clause) for one in reasons)
