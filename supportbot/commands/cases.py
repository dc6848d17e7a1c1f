"""`cases export`: tickets that people corrected -> labelled, pseudonymised lines for rules/cases/*.jsonl.

The one way by which a customer's words leave the database for the rules, and only by a person's word: the warning
names what no program can judge. The trap: lines that are there already were read, and perhaps mended, by a person, so
they stay.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from supportbot.app import Desk
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, counted, escaped, group, since_moment
from supportbot.commands.opening import with_desk
from supportbot.errors import Invalid, Problem
from supportbot.mail.clean import visible
from supportbot.mail.message import Address, ParsedMail
from supportbot.store import corrections, tickets
from supportbot.tickets.pseudonyms import About, pseudonymise
from supportbot.tickets.ticket import Article, Ticket
from supportbot.triage import decide

cases_app = group("Labelled texts that the reader learns from: export corrections.")

WRITER = "corrections"
WARNING = """\
READ EACH LINE BEFORE IT IS COMMITTED OR LEAVES THIS MACHINE. Names, addresses and numbers were replaced as far as a
program finds them; it does not find all ("the dentist opposite the church"). Leave out what tells who wrote it."""


@cases_app.callback()
def case_commands() -> None:
    """Labelled texts that the reader learns from: export corrections."""


@dataclass(frozen=True, slots=True)
class Case:
    line: dict[str, Any]
    look_at: tuple[str, ...]
    """Words that may be names, and were left."""


@cases_app.command("export")
def export_cases(
    since: Annotated[
        str, typer.Option("--since", help="Only what was corrected since: 2026-11-01, or 14d.", metavar="DATE")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Add them to this file; lines that are there stay. Default: print.", metavar="FILE"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write corrected tickets as labelled texts to learn from, with names and numbers replaced. READ THEM FIRST.

    Example: supportbot cases export --since 30d --out rules/cases/corrections.jsonl
    """
    there = _there(out) if out else frozenset()
    cases = with_desk(config, lambda desk: _cases(desk, since), rules=True)
    new = [case for case in cases if case.line["source"] not in there]
    lines = [json.dumps(case.line, ensure_ascii=False) for case in new]
    if out and lines:
        with out.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
    for line in () if out else lines:
        typer.echo(escaped(line))
    _warn(new, len(cases) - len(new), out)


def _warn(new: list[Case], old: int, out: Path | None) -> None:
    """On standard error, so that a file made by `>` holds cases only."""
    told = [f"{counted(len(new), 'case')} {f'added to {out}' if out else 'exported'}"]
    told += [f"{old} there already"] if old else []
    typer.echo(visible(", ".join(told) + "."), err=True)
    if not new:
        return
    typer.echo(WARNING, err=True)
    for case in new:
        if case.look_at:
            typer.echo(visible(f"{case.line['source']}: left as they were: {', '.join(case.look_at)}"), err=True)


def _there(out: Path) -> frozenset[str]:
    """The sources of the lines in that file. Raises Invalid where it holds something else."""
    if not out.exists():
        return frozenset()
    try:
        return frozenset(json.loads(line)["source"] for line in out.read_text("utf-8").splitlines() if line.strip())
    except (ValueError, KeyError, TypeError):
        raise Invalid([Problem(str(out), "holds something else than cases.", "Name another file.")]) from None


async def _cases(desk: Desk, since: str) -> list[Case]:
    after = since_moment(since, desk.now(), desk.config.desk.zone) if since else None

    def read(conn: Connection) -> list[tuple[Ticket, tuple[Article, ...]]]:
        found = (
            (tickets.find(conn, one), tickets.articles_of(conn, one)) for one in corrections.tickets_since(conn, after)
        )
        return [(ticket, articles) for ticket, articles in found if ticket]

    return [
        _case(ticket, next((one.text for one in articles if one.kind == "mail"), ""), articles, desk)
        for ticket, articles in await desk.database.read(read)
    ]


def _case(ticket: Ticket, text: str, articles: tuple[Article, ...], desk: Desk) -> Case:
    seed = hmac.digest(desk.known.keys[0], f"case {ticket.number}".encode(), hashlib.sha256)
    people = (f"{ticket.sender_name} <{ticket.sender or ''}>", *ticket.participants, *(one.author for one in articles))
    staff = tuple(member.name for member in desk.config.staff)
    about = About(desk.known.registry, ticket.decision.customer, (*people, *staff))
    done = pseudonymise((ticket.subject, text), about, seed)
    decision = ticket.decision
    line: dict[str, Any] = {
        "writer": WRITER,
        "source": f"K-{seed.hex()[:10]}",
        "language": decision.language,
        "subject": done.texts[0],
        "text": done.texts[1],
    }
    if devices := _devices(ticket, text, desk):
        line["given"] = {"device": list(devices)}
    line["labels"] = {
        "kind": decision.kind,
        "urgent": decision.urgent,
        "billable_reason": decision.billable_reason,
        "category": decision.category,
    }
    return Case(line, done.look_at)


def _devices(ticket: Ticket, text: str, desk: Desk) -> tuple[str, ...]:
    """What the registry says of the device at fault: a fact of the mail that its stand-ins do not tell."""
    assert desk.known.judging is not None, "this desk was opened with its rules"
    sender = Address(ticket.sender_name, ticket.sender) if ticket.sender else None
    mail = ParsedMail(subject=ticket.subject, new_text=text, sender=sender, language=ticket.decision.language)
    _, _, seen = decide.look(mail, desk.known.registry, desk.known.judging.book)
    return seen.facts
