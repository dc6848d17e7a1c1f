"""`tickets list|show`: what staff see. What they do stands in ticket.py."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection

from supportbot.app import Desk
from supportbot.commands.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    either,
    local,
    say,
    say_json,
    with_desk,
)
from supportbot.errors import Invalid, Problem
from supportbot.store import outbox, tickets
from supportbot.store.outbox import OutboxRow
from supportbot.tickets.ticket import Article, JournalEntry, Ticket
from supportbot.triage import explain

StateChoice = Literal["open", "new", "taken", "with_partner", "resolved", "all"]

tickets_app = typer.Typer(no_args_is_help=True, help="Look at tickets.")

COLUMNS = ("number", "opened", "status", "urgent", "route", "customer", "category", "billing", "summary")


@tickets_app.command("list")
def list_tickets(
    state: Annotated[StateChoice, typer.Option("--state")] = "open",
    urgent: Annotated[bool, typer.Option("--urgent", help="Only urgent ones.")] = False,
    route: Annotated[Literal["support", "partner", "review"] | None, typer.Option("--route")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="A customer_id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List tickets, the newest first.

    Example: supportbot tickets list --urgent
    """

    async def work(desk: Desk) -> list[dict[str, Any]]:
        found = await desk.database.read(
            lambda conn: tickets.listing(
                conn, status=state, urgent=urgent or None, route=route, customer=customer, limit=limit
            )
        )
        return [_row(ticket, desk) for ticket in found]

    either(as_json, with_desk(config, work), {name: name for name in COLUMNS})


def _row(ticket: Ticket, desk: Desk) -> dict[str, Any]:
    decision = ticket.decision
    return {
        "number": ticket.number,
        "opened": local(ticket.opened, desk.config.desk.zone),
        "status": str(ticket.status),
        "urgent": "urgent" if decision.urgent else "",
        "route": decision.route,
        "partner": decision.partner,
        "customer": ticket.customer_name or decision.customer or "unknown",
        "kind": decision.kind,
        "category": decision.category,
        "billing": str(ticket.billing.state),
        "unread": ticket.unread,
        "summary": ticket.summary[:60],
    }


@dataclass(frozen=True, slots=True)
class Whole:
    """One ticket with all that belongs to it."""

    ticket: Ticket
    articles: tuple[Article, ...]
    journal: tuple[JournalEntry, ...]
    sent: list[OutboxRow]


@tickets_app.command("show")
def show_ticket(
    number: Annotated[int, typer.Argument(help="The ticket's number.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one ticket with its mails, its decisions and why, its journal and what was sent.

    Example: supportbot tickets show 10042
    """

    async def work(desk: Desk) -> None:
        whole = await desk.database.read(
            lambda conn: Whole(
                find(conn, number),
                tickets.articles_of(conn, number),
                tickets.journal_of(conn, number),
                outbox.for_ticket(conn, number),
            )
        )
        if as_json:
            say_json(_as_json(whole, desk))
        else:
            _tell(whole, desk)

    with_desk(config, work)


def find(conn: Connection, number: int, lock: bool = False) -> Ticket:
    """The ticket. Raises Invalid where there is none of that number."""
    ticket = tickets.find(conn, number, lock=lock)
    if ticket is None:
        raise Invalid([Problem(f"ticket {number}", "is not there.", "See: supportbot tickets list --state all")])
    return ticket


def _why(ticket: Ticket, desk: Desk) -> str:
    return explain.explain(ticket.decision, desk.known.book.terms, passed_over=True)


def _as_json(whole: Whole, desk: Desk) -> dict[str, Any]:
    ticket = whole.ticket
    return _row(ticket, desk) | {
        "urgent": ticket.decision.urgent,
        "subject": ticket.subject,
        "sender": ticket.sender,
        "authenticity": ticket.authenticity,
        "proven": ticket.proven,
        "phone_escalation": asdict(ticket.phone_escalation) if ticket.phone_escalation else None,
        "articles": [{"at": a.at, "author": a.author, "kind": a.kind, "text": a.text} for a in whole.articles],
        "journal": [{"at": j.at, "actor": j.actor, "what": j.what, "text": j.text} for j in whole.journal],
        "sent": [{"key": row.key, "to": row.recipient, "state": row.state} for row in whole.sent],
        "why": _why(ticket, desk),
    }


def _tell(whole: Whole, desk: Desk) -> None:
    ticket, zone = whole.ticket, desk.config.desk.zone
    say(f"Ticket {ticket.number}: {ticket.subject}")
    for key, value in _row(ticket, desk).items():
        if key not in ("number", "summary"):
            say(f"  {key + ':':<10} {value}")
    proven = "proven" if ticket.proven else f"not proven ({ticket.authenticity})"
    say(f"  {'sender:':<10} {ticket.sender_name} <{ticket.sender or 'no usable address'}>, {proven}")
    if phone := ticket.phone_escalation:
        taken = f"taken by {phone.taken_by}" if phone.taken_by else "NOBODY HAS TAKEN IT"
        reached = "customer reached" if phone.reached else "customer not reached yet"
        say(f"  {'phone:':<10} {phone.number} since {local(phone.since, zone)}, {taken}, {reached}")
    say("\nWhy")
    say(_why(ticket, desk))
    for article in whole.articles:
        say(f"\n--- {local(article.at, zone)} {article.author} ({article.kind})")
        say(article.text)
    say("\nJournal")
    for entry in whole.journal:
        say(f"  {local(entry.at, zone)} {entry.actor}: {entry.what}{f' ({entry.text})' if entry.text else ''}")
    say("\nSent")
    for row in whole.sent:
        say(f"  {row.kind} to {row.recipient}: {row.state}")
