"""`tickets list|show` and `ticket N …`: what staff see and do. The same Plans that mail commands will use."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection

from supportbot.app import Desk
from supportbot.commands.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    actor,
    either,
    local,
    say,
    say_json,
    with_desk,
)
from supportbot.errors import Invalid, Problem
from supportbot.store import inbox, outbox, tickets
from supportbot.tickets import actions
from supportbot.tickets.lifecycle import Plan, Policy
from supportbot.tickets.ticket import Ticket
from supportbot.triage import explain
from supportbot.workers.settle import store_plan

tickets_app = typer.Typer(no_args_is_help=True, help="Look at tickets.")
ticket_app = typer.Typer(no_args_is_help=True, help="Do something with one ticket: supportbot ticket 10042 take")


@tickets_app.command("list")
def list_tickets(
    state: Annotated[
        Literal["open", "new", "taken", "with_partner", "resolved", "all"], typer.Option("--state")
    ] = "open",
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

    columns = {
        "number": "number",
        "opened": "opened",
        "status": "status",
        "urgent": "urgent",
        "route": "route",
        "customer": "customer",
        "category": "category",
        "billing": "billing",
        "summary": "summary",
    }
    either(as_json, with_desk(config, work), columns)


def _row(ticket: Ticket, desk: Desk) -> dict[str, Any]:
    decision = ticket.decision
    return {
        "number": ticket.number,
        "opened": local(ticket.opened, desk.config.desk.zone),
        "status": str(ticket.status),
        "urgent": decision.urgent,
        "route": decision.route,
        "partner": decision.partner,
        "customer": ticket.customer_name or decision.customer or "unknown",
        "kind": decision.kind,
        "category": decision.category,
        "billing": str(ticket.billing.state),
        "unread": ticket.unread,
        "summary": ticket.summary[:60],
    }


@tickets_app.command("show")
def show_ticket(
    number: Annotated[int, typer.Argument(help="The ticket's number.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one ticket with its mails, its decisions and why, its journal and what was sent."""

    async def work(desk: Desk) -> None:
        ticket, articles, journal, rows = await desk.database.read(
            lambda conn: (
                _find(conn, number),
                tickets.articles_of(conn, number),
                tickets.journal_of(conn, number),
                outbox.for_ticket(conn, number),
            )
        )
        zone = desk.config.desk.zone
        if as_json:
            phone = ticket.phone_escalation
            say_json(
                _row(ticket, desk)
                | {
                    "subject": ticket.subject,
                    "sender": ticket.sender,
                    "authenticity": ticket.authenticity,
                    "phone_escalation": phone
                    and {
                        "number": phone.number,
                        "since": phone.since,
                        "taken_by": phone.taken_by,
                        "reached": phone.reached,
                    },
                    "articles": [{"at": a.at, "author": a.author, "kind": a.kind, "text": a.text} for a in articles],
                    "journal": [{"at": j.at, "actor": j.actor, "what": j.what, "text": j.text} for j in journal],
                    "sent": [{"key": r.key, "to": r.recipient, "state": r.state} for r in rows],
                    "why": explain.explain(ticket.decision, desk.known.book.terms, passed_over=True),
                }
            )
            return
        say(f"Ticket {ticket.number}: {ticket.subject}")
        for key, value in _row(ticket, desk).items():
            if key not in ("number", "summary"):
                say(f"  {key + ':':<10} {value}")
        proven = "proven" if ticket.proven else f"not proven ({ticket.authenticity})"
        say(f"  {'sender:':<10} {ticket.sender_name} <{ticket.sender}>, {proven}")
        if ticket.phone_escalation:
            phone = ticket.phone_escalation
            taken = f"taken by {phone.taken_by}" if phone.taken_by else "NOBODY HAS TAKEN IT"
            say(f"  {'phone:':<10} {phone.number} since {local(phone.since, zone)}, {taken}, reached: {phone.reached}")
        say("\nWhy")
        say(explain.explain(ticket.decision, desk.known.book.terms, passed_over=True))
        for article in articles:
            say(f"\n--- {local(article.at, zone)} {article.author} ({article.kind})")
            say(article.text)
        say("\nJournal")
        for entry in journal:
            say(f"  {local(entry.at, zone)} {entry.actor}: {entry.what}{f' ({entry.text})' if entry.text else ''}")
        say("\nSent")
        for row in rows:
            say(f"  {row.kind} to {row.recipient}: {row.state}")

    with_desk(config, work)


def _find(conn: Connection, number: int, lock: bool = False) -> Ticket:
    ticket = tickets.find(conn, number, lock=lock)
    if ticket is None:
        raise Invalid([Problem(f"ticket {number}", "is not there.", "See: supportbot tickets list --state all")])
    return ticket


@ticket_app.callback()
def one_ticket(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The ticket's number.")],
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Do something with one ticket. Example: supportbot ticket 10042 take"""
    context.obj = (number, by, config)


def _act(context: typer.Context, act: Callable[[Ticket, Desk, str, Connection], Plan | Problem]) -> None:
    """Read the ticket, plan, store: one transaction. A Problem changes nothing."""
    number, by, config = context.obj
    who = actor(by)

    async def work(desk: Desk) -> Ticket:
        def change(conn: Connection) -> Ticket:
            ticket = _find(conn, number, lock=True)
            plan = act(ticket, desk, who, conn)
            if isinstance(plan, Problem):
                raise Invalid([plan])
            first = tickets.first_mail(conn, number)
            raw = inbox.raw(conn, first) if plan.effects and first is not None else b""
            store_plan(conn, plan, False, tickets.first_text(conn, number), raw, desk.known, desk.now())
            return plan.ticket

        return await desk.database.write(change)

    ticket = with_desk(config, work)
    say(f"ticket {ticket.number}: {ticket.status}{f', taken by {ticket.taken_by}' if ticket.taken_by else ''}")


@ticket_app.command()
def take(context: typer.Context) -> None:
    """Take the ticket: it is yours, and the alerts of an urgent one stop."""
    _act(context, lambda ticket, desk, by, conn: actions.take(ticket, by, desk.now()))


@ticket_app.command()
def reached(context: typer.Context) -> None:
    """You have spoken with the customer of an urgent fault."""
    _act(context, lambda ticket, desk, by, conn: actions.reached(ticket, by, desk.now()))


@ticket_app.command()
def route(
    context: typer.Context,
    to: Annotated[Literal["support", "partner", "review"], typer.Argument(help="Where it goes.")],
    partner: Annotated[str | None, typer.Argument(help="The partner's id, with `partner`.")] = None,
) -> None:
    """Send the ticket where it belongs. Example: supportbot ticket 10042 route partner P01"""

    def act(ticket: Ticket, desk: Desk, by: str, conn: Connection) -> Plan | Problem:
        partner_id = partner or ticket.decision.partner
        if to == "partner" and desk.known.partner(partner_id) is None:
            ids = ", ".join(sorted(desk.known.registry.partners))
            return Problem("PARTNER", f"{partner_id!r} is not in the registry.", f"Known: {ids}.")
        first = tickets.first_mail(conn, ticket.number)
        policy: Policy = desk.known.policy(ticket.decision.customer, partner_id)
        return actions.route(ticket, to, partner_id, first or 0, policy, by, desk.now())

    _act(context, act)


@ticket_app.command()
def urgent(
    context: typer.Context, answer: Annotated[Literal["yes", "no"], typer.Argument(help="Is it urgent?")] = "yes"
) -> None:
    """Correct the urgency."""

    def act(ticket: Ticket, desk: Desk, by: str, conn: Connection) -> Plan | Problem:
        policy = desk.known.policy(ticket.decision.customer, ticket.decision.partner)
        return actions.set_urgent(ticket, answer == "yes", policy, by, desk.now())

    _act(context, act)


@ticket_app.command()
def bill(
    context: typer.Context,
    decision: Annotated[Literal["confirm", "waive"], typer.Argument(help="Charge it, or not.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the journal.")] = "",
) -> None:
    """Decide a billing candidate: only a person does (T6, T7). Example: supportbot ticket 10042 bill waive"""
    _act(context, lambda ticket, desk, by, conn: actions.decide_billing(ticket, decision, why, by, desk.now()))


@ticket_app.command()
def note(context: typer.Context, text: Annotated[str, typer.Argument(help="The note.")]) -> None:
    """Write a note in the ticket; what had come in counts as read."""
    _act(context, lambda ticket, desk, by, conn: actions.note(ticket, text, by, desk.now()))


@ticket_app.command()
def resolve(
    context: typer.Context, text: Annotated[str, typer.Option("--text", help="What it was, for the journal.")] = ""
) -> None:
    """The matter is settled; a new mail from the customer reopens it."""
    _act(context, lambda ticket, desk, by, conn: actions.resolve(ticket, text, by, desk.now()))
