"""What staff do with a ticket -> Plan, or a Problem that says why not. Pure.

The command line uses these now, mail commands and the console will: one door, one journal.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from supportbot.errors import Problem
from supportbot.tickets.effects import Effect
from supportbot.tickets.lifecycle import Plan, Policy, forward, moved, raised_by_hand
from supportbot.tickets.ticket import Article, Billing, BillingState, JournalEntry, Status, Ticket
from supportbot.tickets.wording import STOCKHOLM
from supportbot.triage.decision import Route


def take(ticket: Ticket, by: str, now: datetime) -> Plan:
    """A person takes the ticket; the alerts of an urgent one stop. The journal says whose it was, and if it reopens."""
    escalation = ticket.phone_escalation
    if escalation and escalation.taken_by is None:
        escalation = replace(escalation, taken_by=by)
    changed = replace(
        ticket,
        status=moved(ticket, "taken"),
        taken_by=by,
        phone_escalation=escalation,
        unread=False,
        updated=now,
    )
    words = [] if ticket.open else ["open again"]
    words += [f"over from {ticket.taken_by}"] if ticket.taken_by not in (None, by) else []
    return Plan(changed, journal=(JournalEntry(now, by, "taken", ", ".join(words)),))


def reached(ticket: Ticket, by: str, now: datetime) -> Plan | Problem:
    """Somebody has spoken with the customer of an urgent fault."""
    if ticket.phone_escalation is None:
        return Problem(f"ticket {ticket.number}", "is not urgent, so there is no call to confirm.")
    plan = take(ticket, by, now) if ticket.phone_escalation.taken_by is None else Plan(ticket)
    assert plan.ticket.phone_escalation is not None
    escalation = replace(plan.ticket.phone_escalation, reached=True)
    changed = replace(plan.ticket, phone_escalation=escalation, updated=now)
    return Plan(changed, journal=(*plan.journal, JournalEntry(now, by, "reached", "the customer, by telephone")))


def route(
    ticket: Ticket, to: Route, partner: str | None, first_mail: int, policy: Policy, by: str, now: datetime
) -> Plan | Problem:
    """A person decides where the ticket goes. `policy` is that of the partner; `first_mail` the inbox id to forward."""
    if to == "partner" and partner is None:
        return Problem(f"ticket {ticket.number}", "needs a partner's id.", "Write: route partner ID")
    decision = replace(
        ticket.decision,
        route=to,
        partner=partner if to == "partner" else ticket.decision.partner,
        unsure=tuple(question for question in ticket.decision.unsure if question != "route"),
    )
    status = ticket.status if to == "partner" else moved(ticket, "routed to us")
    changed = replace(ticket, decision=decision, status=status, updated=now)
    journal = [JournalEntry(now, by, "routed", f"{ticket.decision.route} -> {to}{f' {partner}' if partner else ''}")]
    effects: list[Effect] = []
    if to == "partner":
        changed = replace(changed, partner_name=policy.partner_name)
        changed, entries, effects = forward(changed, first_mail, policy, now)
        journal += entries
    return Plan(changed, journal=tuple(journal), effects=tuple(effects))


def set_urgent(ticket: Ticket, urgent: bool, policy: Policy, by: str, now: datetime) -> Plan | Problem:
    """A person corrects the urgency. What is urgent and nobody's is alerted until somebody takes it, as any other."""
    if ticket.decision.urgent == urgent:
        return Problem(f"ticket {ticket.number}", f"is already {'urgent' if urgent else 'not urgent'}.")
    if urgent and not ticket.open:
        return Problem(f"ticket {ticket.number}", "is resolved.", f"First: supportbot ticket {ticket.number} take")
    changed = replace(ticket, decision=replace(ticket.decision, urgent=urgent), phone_escalation=None, updated=now)
    entry = JournalEntry(now, by, "urgency", "urgent" if urgent else "not urgent")
    effects: list[Effect] = []
    if urgent:
        changed, effects = raised_by_hand(changed, policy, by, now)
    return Plan(changed, journal=(entry,), effects=tuple(effects))


def decide_billing(ticket: Ticket, to: Literal["confirm", "waive"], why: str, by: str, now: datetime) -> Plan | Problem:
    """Promise 4: a candidate becomes confirmed or waived by a person, with the reason in the journal (T7).

    A later decision replaces an earlier one; its journal entry names that one.
    """
    if ticket.billing.state is BillingState.NONE:
        return Problem(f"ticket {ticket.number}", "is no billing candidate.")
    state = BillingState.CONFIRMED if to == "confirm" else BillingState.WAIVED
    if ticket.billing.state is state:
        return Problem(f"ticket {ticket.number}", f"is already {state}.")
    changed = replace(ticket, billing=Billing(state, by, now, why), updated=now)
    said = "; ".join(part for part in (why, _replaced(ticket.billing)) if part)
    return Plan(changed, journal=(JournalEntry(now, by, f"billing {state}", said),))


def _replaced(before: Billing) -> str:
    """What a person had decided before, in words; "" where nobody had."""
    if before.state is BillingState.CANDIDATE:
        return ""
    by = f" by {before.decided_by}" if before.decided_by else ""
    on = f" on {before.decided_at.astimezone(STOCKHOLM):%Y-%m-%d}" if before.decided_at else ""
    return f"replaces the earlier decision: {before.state}{by}{on}"


def note(ticket: Ticket, text: str, by: str, now: datetime) -> Plan | Problem:
    if not text.strip():
        return Problem(f"ticket {ticket.number}", "a note needs words.")
    changed = replace(ticket, updated=now, unread=False)
    return Plan(changed, (Article(now, by, "note", text),), (JournalEntry(now, by, "note", text),))


def resolve(ticket: Ticket, text: str, by: str, now: datetime, anyway: bool = False) -> Plan | Problem:
    """The matter is settled. `anyway`: also that of an urgent fault of which nobody has spoken with the customer."""
    if ticket.status is Status.RESOLVED:
        return Problem(f"ticket {ticket.number}", "is already resolved.")
    escalation = ticket.phone_escalation
    if ticket.decision.urgent and escalation and not escalation.reached and not anyway:
        what = (
            f"is urgent{'' if escalation.taken_by else ', nobody has taken it'}, and nobody has reached the customer."
        )
        way = f"supportbot ticket {ticket.number} reached. If it is over all the same: resolve --anyway"
        return Problem(f"ticket {ticket.number}", what, f"First: {way}")
    if ticket.billing.state is BillingState.CANDIDATE:
        return Problem(
            f"ticket {ticket.number}",
            "is a billing candidate that nobody has decided.",
            f"First: supportbot ticket {ticket.number} bill confirm (or: bill waive)",
        )
    changed = replace(ticket, status=Status.RESOLVED, unread=False, updated=now)
    return Plan(changed, journal=(JournalEntry(now, by, "resolved", text),))
