"""Ticket, Article, JournalEntry <-> rows. Pure. Exact both ways.

What lists and digests filter on stands in columns of its own beside the whole Decision: written from it, and never
read back.
"""

from typing import Any

from supportbot.store import values
from supportbot.tickets.ticket import Article, JournalEntry, Status, Ticket

SAME = (
    "number", "subject", "opened", "updated", "sender", "sender_name", "authenticity", "proven", "customer_name",
    "org_number", "partner_name", "taken_by", "message_id", "summary", "unread",
)  # fmt: skip
"""Fields of a Ticket that are columns as they are."""


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    decision = ticket.decision
    return {name: getattr(ticket, name) for name in SAME} | {
        "status": ticket.status.value,
        "is_open": ticket.open,
        "kind": decision.kind,
        "category": decision.category,
        "route": decision.route,
        "customer": decision.customer,
        "partner": decision.partner,
        "urgent": decision.urgent,
        "billing_state": ticket.billing.state.value,
        "decision": values.decision_text(decision),
        "participants": values.list_text(ticket.participants),
        "phone_escalation": values.phone_text(ticket.phone_escalation),
        "billing": values.billing_text(ticket.billing),
        "reference_ids": values.list_text(ticket.references),
        "undeliverable": values.list_text(ticket.undeliverable),
    }


def ticket_from(row: Any) -> Ticket:
    """A Ticket from a row of the table; times come back in UTC."""
    return Ticket(
        **{name: getattr(row, name) for name in SAME},
        status=Status(row.status),
        decision=values.decision_from(row.decision),
        participants=values.list_from(row.participants),
        phone_escalation=values.phone_from(row.phone_escalation),
        billing=values.billing_from(row.billing),
        references=values.list_from(row.reference_ids),
        undeliverable=values.list_from(row.undeliverable),
    )


def article_row(ticket: int, article: Article) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "at": article.at,
        "author": article.author,
        "kind": article.kind,
        "text": article.text,
        "inbox_id": article.inbox_id,
        "unverified": article.unverified,
    }


def article_from(row: Any) -> Article:
    return Article(row.at, row.author, row.kind, row.text, row.inbox_id, row.unverified)


def entry_row(ticket: int, entry: JournalEntry) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "at": entry.at,
        "actor": entry.actor,
        "what": entry.what,
        "text": entry.text,
        "data": values.data_text(entry.data),
    }


def entry_from(row: Any) -> JournalEntry:
    return JournalEntry(row.at, row.actor, row.what, row.text, values.data_from(row.data))
