"""`tickets list|show`: what staff see. What they do stands in ticket.py."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection

from supportbot import folders
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, either, group, say, say_json
from supportbot.commands.opening import Stored, with_database
from supportbot.errors import Invalid, Problem
from supportbot.store import outbox, tickets
from supportbot.store.outbox import OutboxRow
from supportbot.tickets.effects import RaiseAlert
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.ticket import Article, BillingState, JournalEntry, Status, Ticket
from supportbot.triage import explain, rule_files
from supportbot.triage.rule import Terms

StateChoice = Literal["open", "new", "taken", "with_partner", "resolved", "all"]

tickets_app = group("Look at tickets: list them, show one.")

COLUMNS = ("number", "opened", "status", "route", "marks", "customer", "summary")
TOLD = ("opened", "status", "route", "partner", "customer", "kind", "category", "billing", "marks")


@tickets_app.command("list")
def list_tickets(
    state: Annotated[StateChoice, typer.Option("--state", help="open: all but resolved.")] = "open",
    urgent: Annotated[bool, typer.Option("--urgent", help="Only urgent ones.")] = False,
    route: Annotated[
        Literal["support", "partner", "review"] | None, typer.Option("--route", help="Only those that go there.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Only those of this customer.", metavar="CUSTOMER_ID")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="So many at most.")] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List tickets, the newest first. Marks: urgent; unread (a mail came in since); bill? (decide it).

    Example: supportbot tickets list --urgent
    """

    def read(conn: Connection) -> tuple[list[Ticket], dict[int, str]]:
        found = tickets.listing(conn, status=state, urgent=urgent or None, route=route, customer=customer, limit=limit)
        return found, tickets.unread_words(conn, found)

    async def work(stored: Stored) -> list[dict[str, Any]]:
        found, unread = await stored.database.read(read)
        return [_row(ticket, stored, unread.get(ticket.number, "")) for ticket in found]

    either(as_json, with_database(config, work), COLUMNS, "No such tickets.")


def _row(ticket: Ticket, stored: Stored, unread: str = "") -> dict[str, Any]:
    """`unread`: the text of the mail that nobody has looked at yet; it is shown in place of the first one's words."""
    decision, words = ticket.decision, " ".join(mask_personal_numbers(unread).split())
    candidate = ticket.billing.state is BillingState.CANDIDATE
    marks = {"urgent": decision.urgent, "unread": ticket.unread, "bill?": candidate}
    return {
        "number": ticket.number,
        "opened": ticket.opened.astimezone(stored.zone),
        "status": str(ticket.status),
        "urgent": decision.urgent,
        "route": decision.route,
        "partner": decision.partner,
        "customer": ticket.customer_name or decision.customer or "unknown",
        "kind": decision.kind,
        "category": decision.category,
        "billing": str(ticket.billing.state),
        "unread": ticket.unread,
        "marks": " ".join(mark for mark, holds in marks.items() if holds),
        "taken_by": ticket.taken_by,
        "subject": ticket.subject,
        "summary": f"(new) {words[:200]}" if words else ticket.summary,
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
    number: Annotated[int, typer.Argument(help="The ticket's number.", metavar="NUMBER")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show one ticket with its mails, its decisions and why, its journal and what was sent.

    Example: supportbot tickets show 10042
    """

    async def work(stored: Stored) -> None:
        whole = await stored.database.read(
            lambda conn: Whole(
                find(conn, number),
                tickets.articles_of(conn, number),
                tickets.journal_of(conn, number),
                outbox.for_ticket(conn, number),
            )
        )
        if as_json:
            say_json(_as_json(whole, stored))
        else:
            _tell(whole, stored)

    with_database(config, work)


def find(conn: Connection, number: int, lock: bool = False) -> Ticket:
    """The ticket. Raises Invalid where there is none of that number."""
    ticket = tickets.find(conn, number, lock=lock)
    if ticket is None:
        raise Invalid([Problem(f"ticket {number}", "is not there.", "See: supportbot tickets list --state all")])
    return ticket


def standing(ticket: Ticket) -> str:
    """Its status, and who has taken it: not always who resolved it."""
    by = f"{'' if ticket.status is Status.TAKEN else ', taken'} by {ticket.taken_by}" if ticket.taken_by else ""
    return f"{ticket.status}{by}"


def say_alerted(plan: Plan) -> None:
    """What stops the alerts that were raised, if any were."""
    if any(isinstance(effect, RaiseAlert) for effect in plan.effects):
        say(f"Alerts go out until somebody takes it: supportbot ticket {plan.ticket.number} take")


def _erased(whole: Whole, stored: Stored) -> date | None:
    """The day on which the ticket's texts and people were removed; None where they were not."""
    days = [entry.at.astimezone(stored.zone).date() for entry in whole.journal if entry.what == "erased"]
    return days[0] if days else None


def _why(whole: Whole, stored: Stored) -> str:
    """What was stored with the ticket; of today's rules only the clauses' words, so that broken rules hide nothing."""
    try:
        terms = rule_files.read(folders.read_rules(stored.config.rules.folder)).terms
    except Invalid:
        terms = Terms()
    return explain.explain(whole.ticket.decision, terms, passed_over=True, removed=_erased(whole, stored))


def _as_json(whole: Whole, stored: Stored) -> dict[str, Any]:
    ticket = whole.ticket
    return _row(ticket, stored) | {
        "sender": ticket.sender,
        "authenticity": ticket.authenticity,
        "proven": ticket.proven,
        "phone_escalation": asdict(ticket.phone_escalation) if ticket.phone_escalation else None,
        "articles": [{"at": a.at, "author": a.author, "kind": a.kind, "text": a.text} for a in whole.articles],
        "journal": [{"at": j.at, "actor": j.actor, "what": j.what, "text": j.text} for j in whole.journal],
        "sent": [{"id": row.id, "kind": row.kind, "to": row.recipient, "state": row.state} for row in whole.sent],
        "erased": _erased(whole, stored),
        "why": _why(whole, stored),
    }


def _tell(whole: Whole, stored: Stored) -> None:
    ticket, row = whole.ticket, _row(whole.ticket, stored)
    row["opened"] = _local(ticket.opened, stored)
    row["status"] = standing(ticket)
    removed = _erased(whole, stored) is not None and ticket.sender is None
    say(f"Ticket {ticket.number}: {'(removed)' if removed else ticket.subject}")
    for key in TOLD:
        if row[key]:
            say(f"  {key + ':':<10} {row[key]}")
    say(f"  {'sender:':<10} {'removed' if removed else _sender(ticket)}")
    if phone := ticket.phone_escalation:
        taken = f"taken by {phone.taken_by}" if phone.taken_by else "NOBODY HAS TAKEN IT"
        reached = "customer reached" if phone.reached else "customer not reached yet"
        say(f"  {'phone:':<10} {_phone(ticket)} since {_local(phone.since, stored)}, {taken}, {reached}")
    say("\nWhy")
    say(_why(whole, stored))
    for article in whole.articles:
        say(f"\n--- {_local(article.at, stored)} {article.author} ({article.kind})")
        say(article.text)
    say("\nJournal")
    for entry in whole.journal:
        say(f"  {_local(entry.at, stored)} {entry.actor}: {entry.what}{f' ({entry.text})' if entry.text else ''}")
    say("\nSent")
    for mail in whole.sent:
        say(f"  {mail.kind} to {mail.recipient or '(removed)'}: {mail.state} (supportbot outbox show {mail.id})")


def _phone(ticket: Ticket) -> str:
    """The number that the customer was told to ring."""
    told = ticket.phone_escalation
    return told.number if told and told.number else f"the number that the customer has of {ticket.partner_name}"


def _sender(ticket: Ticket) -> str:
    return f"{ticket.sender_name} <{ticket.sender or 'no usable address'}>, {_proof(ticket)}"


def _proof(ticket: Ticket) -> str:
    """What "proven" rests on: the registry, and the mail server's check where that is believed."""
    if ticket.authenticity == "failed":
        return "not proven (the mail server's check of the sender failed)"
    known = (
        "the registry knows the address or its domain" if ticket.proven else "the registry does not know the address"
    )
    checked = "the mail server verified it" if ticket.authenticity == "verified" else "not checked by the mail server"
    return f"{'proven' if ticket.proven else 'not proven'} ({known}; {checked})"


def _local(moment: Any, stored: Stored) -> str:
    return str(moment.astimezone(stored.zone).strftime("%Y-%m-%d %H:%M"))
