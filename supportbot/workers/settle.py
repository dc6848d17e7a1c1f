"""One mail that has been read and decided -> its verdict, ticket, journal and outbox rows, in the open transaction.

The one place where the core's answers meet the store. The trap: it runs inside a transaction, on the writer's thread:
no network, no waiting, and whatever raises here undoes this mail alone.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from supportbot.failpoints import hit
from supportbot.mail import compose, thread
from supportbot.mail.message import ParsedMail
from supportbot.store import acks, inbox, outbox, tickets, timers
from supportbot.store.claims import Waiting
from supportbot.tickets import escalation, lifecycle, verdict
from supportbot.tickets.effects import AcknowledgeCustomer
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.ticket import Arrived, Ticket
from supportbot.tickets.verdict import Claims, Judged, OwnMail
from supportbot.triage.decision import Decision
from supportbot.workers import dispatch
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.pacing import paced

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAME_WORDS = 50
"""Tickets of a sender that are looked through for the same words."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a mail, for the log and the demo."""

    inbox_id: int
    verdict: str
    reason: str
    ticket: int | None
    decision: Decision | None = None
    sends: tuple[str, ...] = ()
    """Keys of the outbox rows that came of it."""
    received: datetime | None = None
    """When the mail server got the mail."""


def settle(
    conn: Connection, waiting: Waiting, mail: ParsedMail, decision: Decision, known: Knowledge, now: datetime
) -> Settled:
    """Judge the mail by what the store knows, and store all that follows."""
    claims = _claims(conn, waiting, mail, known)
    judged = verdict.judge(mail, decision, claims)
    arrived = Arrived(waiting.id, mail, waiting.received, waiting.sha256, waiting.size)
    plan, is_new = _plan(conn, judged, arrived, decision, known, now)
    if plan and waiting.partial:
        plan = replace(plan, journal=(*plan.journal, lifecycle.cut_off(waiting.size, now)))
    sends = store_plan(conn, plan, is_new, mail.new_text, waiting.content, known, now) if plan else ()
    if judged.own and mail.nature == "bounce":
        _note_bounce(conn, judged.own, mail, now)
    number = plan.ticket.number if plan else None
    sender = mail.sender.address if mail.sender else mail.sender_shown
    if judged.reason in verdict.BY_CONTENT:
        inbox.leave_alone(conn, waiting.id, judged.reason, now, sender, mail.subject)
    elif judged.verdict == "quarantine":
        inbox.set_aside(conn, waiting.id, judged.reason, now, sender, mail.subject)
    else:
        inbox.finish(conn, waiting.id, judged.verdict, judged.reason, number, now)
    hit("settled")
    return Settled(waiting.id, judged.verdict, judged.reason, number, decision, sends, waiting.received)


def _claims(conn: Connection, waiting: Waiting, mail: ParsedMail, known: Knowledge) -> Claims:
    ids = tuple(dict.fromkeys((*mail.returned_ids, *mail.in_reply_to, *reversed(mail.references))))
    rows = outbox.by_message_ids(conn, (*ids, mail.message_id) if mail.message_id else ids)
    named = [*outbox.by_ids(conn, _returned(mail, known)), *(rows[key] for key in ids if key in rows)]
    own = [OwnMail(row.id, row.kind, row.ticket, row.recipient, row.message_id) for row in dict.fromkeys(named)]
    numbers = dict.fromkeys(row.ticket for row in own if row.ticket is not None)
    numbers |= dict.fromkeys(thread.prove(mail.tokens, known.keys))
    found = (tickets.find(conn, number, lock=True) for number in numbers)
    return Claims(
        own=tuple(own),
        tickets=tuple(ticket for ticket in found if ticket is not None),
        came_back=mail.message_id in rows if mail.message_id else False,
        earlier_copy=inbox.earlier_copy(conn, waiting.content_hash, waiting.id),
        staff=known.staff,
    )


def _returned(mail: ParsedMail, known: Knowledge) -> list[int]:
    """Outbox rows whose return address the mail is addressed to: it came back through the envelope (VERP)."""
    found = (compose.read_return_path(address.address, known.keys) for address in mail.to)
    return [row for row in found if row is not None]


def _plan(
    conn: Connection, judged: Judged, arrived: Arrived, decision: Decision, known: Knowledge, now: datetime
) -> tuple[Plan | None, bool]:
    """The Plan of a verdict, and whether its ticket is new."""
    match judged.verdict:
        case "ticket":
            policy = known.policy(
                decision.customer, decision.partner, _limit_reached(conn, arrived, decision, known, now)
            )
            number = tickets.reserve_number(conn)
            return lifecycle.open_ticket(number, arrived, decision, policy, now), True
        case "follow-up" if judged.ticket:
            if decision.kind == "auto_reply":
                return lifecycle.automatic_note(judged.ticket, arrived, now), False
            if judged.by_staff:
                return lifecycle.staff_mail(judged.ticket, arrived, now), False
            theirs = judged.ticket.decision
            policy = known.policy(theirs.customer, theirs.partner)
            return lifecycle.follow_up(judged.ticket, arrived, decision, policy, now), False
        case "delivery-event" if judged.own and judged.own.ticket is not None:
            ticket = tickets.find(conn, judged.own.ticket, lock=True)
            return (_delivery_event(ticket, judged.own, arrived.mail, known, now), False) if ticket else (None, False)
        case _:
            return None, False


def _delivery_event(ticket: Ticket, own: OwnMail, mail: ParsedMail, known: Knowledge, now: datetime) -> Plan:
    policy = known.policy(ticket.decision.customer, ticket.decision.partner)
    failed = next((f for f in mail.failed if f.address.lower() == own.recipient.lower()), None)
    if mail.nature == "report" or (failed and failed.permanent is None):
        return Plan(ticket, journal=(lifecycle.reported(own, mail.nature_because or "a report", now),))
    why = f"{failed.status} {failed.diagnostic}".strip() if failed else mail.nature_because
    return lifecycle.undelivered(
        ticket, own, why[:300], bool(failed and (failed.permanent or failed.given_up)), policy, now
    )


def _limit_reached(conn: Connection, arrived: Arrived, decision: Decision, known: Knowledge, now: datetime) -> str:
    """Why the limits forbid an acknowledgement (R8, design.md §6), or "". A proven urgent fault's always leaves."""
    sender = arrived.mail.sender
    if sender is None:
        return ""
    proven = decision.sender_is_customer and arrived.mail.authenticity != "failed"
    acks.take_turns_for(conn, sender.address, proven)
    if proven:
        # A From may be forged; whoever makes up addresses of a customer must not use us to flood that customer.
        domain = acks.to_domain(conn, sender.address, now - HOUR)
        if arrived.mail.authenticity != "verified" and domain >= known.limits.unproven_per_hour:
            return "the hourly limit for the sender's domain is reached"
        many = acks.to(conn, sender.address, now - DAY)
        if many and _times_said(conn, arrived, now) >= known.limits.same_words_per_day:
            return "the sender wrote the same within the last 24 hours, as a machine does"
        if decision.urgent:
            return ""
        return "the sender's daily limit is reached" if many >= known.limits.proven_per_day else ""
    if acks.to(conn, sender.address, now - DAY):
        return "the sender was acknowledged within the last 24 hours"
    if acks.to_unproven(conn, now - HOUR) >= known.limits.unproven_per_hour:
        return "the hourly limit for unproven senders is reached"
    return ""


def _times_said(conn: Connection, arrived: Arrived, now: datetime) -> int:
    """How many tickets its sender opened with these words, but for numbers: what answers us so would for ever."""
    sender = arrived.mail.sender
    assert sender is not None
    before = tickets.texts_from(conn, sender.address.lower(), now - DAY, SAME_WORDS)
    words = _words(mask_personal_numbers(arrived.mail.new_text))
    return sum(_words(text) == words for text in before) if words else 0


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def store_plan(
    conn: Connection, plan: Plan, is_new: bool, mail_text: str, raw: bytes, known: Knowledge, now: datetime
) -> tuple[str, ...]:
    """Store a Plan with the mails that it causes. Returns the keys of the outbox rows that were added."""
    tickets.apply(conn, plan, is_new)
    hit("ticket-stored")
    added = []
    for effect in paced(conn, plan.effects, plan.ticket, known, now):
        outgoing = dispatch.write(effect, plan.ticket, mail_text, raw, known, now)
        proven = plan.ticket.proven if isinstance(effect, AcknowledgeCustomer) else None
        if outbox.add(conn, outgoing, now, proven=proven):
            added.append(effect.key)
            if outgoing.kind == "alert":
                hit("alert-stored")
    if escalation.is_called_for(plan.ticket):
        key = f"alert:{plan.ticket.number}"
        timers.set(conn, key, escalation.first_due(now, known.alert_repeat), "alert", plan.ticket.number, {"step": 1})
    return tuple(added)


def _note_bounce(conn: Connection, own: OwnMail, mail: ParsedMail, now: datetime) -> None:
    failed = next((f for f in mail.failed if f.address.lower() == own.recipient.lower()), None)
    if failed and failed.permanent is not None:
        outbox.bounced(
            conn, own.outbox_id, failed.permanent or failed.given_up, failed.status, failed.diagnostic[:300], now
        )
