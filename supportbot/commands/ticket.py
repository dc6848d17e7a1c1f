"""`ticket N …`: what staff do with a ticket. The same Plans that mail commands will use."""

from collections.abc import Callable
from typing import Annotated, Literal

import typer
from sqlalchemy import Connection

from supportbot.app import Desk
from supportbot.commands.common import DEFAULT_CONFIG, ByOption, ConfigOption, actor, say, with_desk
from supportbot.commands.tickets import find
from supportbot.errors import Invalid, Problem
from supportbot.store import inbox, tickets
from supportbot.tickets import actions
from supportbot.tickets.lifecycle import Plan, Policy
from supportbot.tickets.ticket import Ticket
from supportbot.workers.settle import store_plan

ticket_app = typer.Typer(no_args_is_help=True, help="Do something with one ticket: supportbot ticket 10042 take")


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
            ticket = find(conn, number, lock=True)
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
