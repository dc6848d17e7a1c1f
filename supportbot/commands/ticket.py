"""`ticket N …`: what staff do with a ticket. The same Plans that mail commands will use.

The trap: an option belongs behind the word that it is for, so each word has `--by` and `--config` itself.
"""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection
from typer.core import TyperGroup

from supportbot.app import Desk
from supportbot.commands.common import DEFAULT_CONFIG, ByOption, ConfigOption, actor, group, say
from supportbot.commands.opening import with_desk
from supportbot.commands.tickets import find, say_alerted, standing
from supportbot.errors import Invalid, Problem
from supportbot.failpoints import hit
from supportbot.mail.clean import visible
from supportbot.store import inbox, tickets
from supportbot.tickets import actions
from supportbot.tickets.lifecycle import Plan, Policy
from supportbot.tickets.ticket import JournalEntry, Ticket
from supportbot.workers.settle import store_plan


class NumberFirst(TyperGroup):
    """Whoever writes the word before the number is shown the words in their order."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] in self.commands:
            named = args[1] if args[1:] and args[1].isdecimal() else ""
            right = shlex.join([named or "10042", args[0], *args[2 if named else 1 :]])
            how = "Write" if named else "For example"
            ctx.fail(f"The number comes first. {how}: supportbot ticket {visible(right)}")
        return super().parse_args(ctx, args)


ticket_app = group("Do something with one ticket: supportbot ticket 10042 take", NumberFirst)


@ticket_app.callback(invoke_without_command=True)
def one_ticket(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The ticket's number.", metavar="NUMBER")],
) -> None:
    """Do something with one ticket: first its number, then what, then options.

    Example: supportbot ticket 10042 take --by Lisa
    """
    if context.invoked_subcommand is None:
        actions = ", ".join(context.command.list_commands(context))  # type: ignore[attr-defined]
        context.fail(f"Say what to do: {actions}. For example: supportbot ticket {number} take")
    context.obj = number


def _act(
    context: typer.Context,
    by: str,
    config: Path,
    act: Callable[[Ticket, Desk, str, Connection], Plan | Problem],
) -> None:
    """Read the ticket, plan, store: one transaction. A Problem changes nothing."""
    who, number = actor(by), context.obj

    async def work(desk: Desk) -> tuple[Ticket, Plan]:
        def change(conn: Connection) -> tuple[Ticket, Plan]:
            ticket = find(conn, number, lock=True)
            plan = act(ticket, desk, who, conn)
            if isinstance(plan, Problem):
                raise Invalid([plan])
            first = tickets.first_mail(conn, number)
            raw = _raw(conn, first) if plan.effects and first is not None else b""
            store_plan(conn, plan, False, tickets.first_text(conn, number), raw, desk.known, desk.now())
            hit("action-stored")
            return plan.ticket, plan

        done = await desk.database.write(change)
        hit("action-committed")
        return done

    ticket, plan = with_desk(config, work)
    done = "; ".join(map(_done, plan.journal))
    told = any(entry.what == ticket.status for entry in plan.journal)
    say(f"ticket {ticket.number}: {done}.{'' if told else f' It is {standing(ticket)}.'}")
    say_alerted(plan)


def _done(entry: JournalEntry) -> str:
    by = f" by {entry.actor}" if entry.what == "taken" else ""
    return f"{entry.what}{by}{f' ({entry.text})' if entry.text else ''}"


def _raw(conn: Connection, mail: int) -> bytes:
    """The mail's bytes; none where they were removed by their age: the letter says that the original is missing."""
    row = inbox.get(conn, mail)
    return b"" if row is None or row.erased else inbox.raw(conn, mail)


@ticket_app.command()
def take(context: typer.Context, by: ByOption = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take the ticket: it is yours, and its alerts stop.

    Example: supportbot ticket 10042 take
    """
    _act(context, by, config, lambda ticket, desk, who, conn: actions.take(ticket, who, desk.now()))


@ticket_app.command()
def reached(context: typer.Context, by: ByOption = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """You have spoken with the customer of an urgent fault.

    Example: supportbot ticket 10042 reached
    """
    _act(context, by, config, lambda ticket, desk, who, conn: actions.reached(ticket, who, desk.now()))


@ticket_app.command()
def route(
    context: typer.Context,
    to: Annotated[Literal["support", "partner", "review"], typer.Argument(help="Where it goes.")],
    partner: Annotated[
        str | None, typer.Argument(help="With `partner`: the id of one that is not the customer's own.", metavar="ID")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also to a partner that is not the customer's own.")] = False,
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send the ticket where it belongs; a partner gets the mail. The customer is not told: ring or write.

    Example: supportbot ticket 10042 route partner P01
    """

    def act(ticket: Ticket, desk: Desk, who: str, conn: Connection) -> Plan | Problem:
        partner_id = partner or ticket.decision.partner
        problem = _no_partner(to, partner, partner_id, desk)
        if problem is None and not anyway:
            problem = _not_theirs(ticket, to, partner_id, desk)
        if problem:
            return problem
        first = tickets.first_mail(conn, ticket.number)
        policy: Policy = desk.known.policy(ticket.decision.customer, partner_id)
        return actions.route(ticket, to, partner_id, first or 0, policy, who, desk.now())

    _act(context, by, config, act)


def _no_partner(to: str, named: str | None, partner_id: str | None, desk: Desk) -> Problem | None:
    """Why it cannot go to that partner, or None."""
    if to != "partner":
        return Problem("ID", "belongs to `route partner` only.", f"Write: route {to}") if named else None
    if desk.known.partner(partner_id):
        return None
    what = f"{partner_id!r} is no partner of the registry." if partner_id else "the customer has no partner: name one."
    known = ", ".join(sorted(desk.known.registry.partners)) or "none; see: supportbot registry import"
    return Problem("route partner", what, f"Known: {known}.")


def _not_theirs(ticket: Ticket, to: str, partner_id: str | None, desk: Desk) -> Problem | None:
    """That the registry knows the customer as somebody else's: its mail is not a stranger's to read."""
    customer = desk.known.customer(ticket.decision.customer)
    if to != "partner" or customer is None or customer.partner_id == partner_id:
        return None
    own = desk.known.partner(customer.partner_id)
    bought = f"through {own.name}" if own else "directly"
    what = f"the registry says that {customer.name} bought {bought}."
    return Problem("route partner", what, "If its mail is to go to that partner all the same: --anyway")


@ticket_app.command()
def urgent(
    context: typer.Context,
    answer: Annotated[Literal["yes", "no"], typer.Argument(help="Is it urgent?")] = "yes",
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Correct the urgency. What is urgent and nobody's is alerted until somebody takes it.

    Example: supportbot ticket 10042 urgent no
    """

    def act(ticket: Ticket, desk: Desk, who: str, conn: Connection) -> Plan | Problem:
        policy = desk.known.policy(ticket.decision.customer, ticket.decision.partner)
        return actions.set_urgent(ticket, answer == "yes", policy, who, desk.now())

    _act(context, by, config, act)


@ticket_app.command()
def bill(
    context: typer.Context,
    decision: Annotated[Literal["confirm", "waive"], typer.Argument(help="Charge it, or not.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the journal.")] = "",
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Decide a billing candidate: only a person does (T6, T7).

    Example: supportbot ticket 10042 bill waive --why "our own mistake"
    """
    _act(
        context,
        by,
        config,
        lambda ticket, desk, who, conn: actions.decide_billing(ticket, decision, why, who, desk.now()),
    )


@ticket_app.command()
def note(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The note, in quotation marks.", metavar="TEXT")],
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write a note in the ticket; what had come in counts as read.

    Example: supportbot ticket 10042 note "Rang kunden, ringer igen kl. 14."
    """
    _act(context, by, config, lambda ticket, desk, who, conn: actions.note(ticket, text, who, desk.now()))


@ticket_app.command()
def resolve(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", help="What it was, for the journal.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also an urgent one whose customer nobody reached.")] = False,
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """The matter is settled; a new mail from the customer reopens it, and so does `take`.

    Example: supportbot ticket 10042 resolve --text "numret är tillbaka"
    """
    _act(context, by, config, lambda ticket, desk, who, conn: actions.resolve(ticket, text, who, desk.now(), anyway))
