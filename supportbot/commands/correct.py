"""`correct`: a person says what was right -> the ticket, its journal and what is learned from; and what had misled.

The trap: broken rules must not keep staff from correcting, so the correction is stored first, without them, and the
look at today's rules comes after it and can only tell.
"""

from typing import Annotated

import typer
from sqlalchemy import Connection

from supportbot import folders
from supportbot.app import Desk
from supportbot.commands.common import DEFAULT_CONFIG, ByOption, ConfigOption, actor, counted, say
from supportbot.commands.judged import Rejudged, judges
from supportbot.commands.opening import with_desk
from supportbot.commands.tickets import find, say_alerted
from supportbot.errors import Invalid
from supportbot.store import corrections as stored_corrections
from supportbot.store import inbox, tickets
from supportbot.store.inbox import InboxRow
from supportbot.tickets import corrections
from supportbot.tickets.corrections import Asked, Corrected, Correction
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.ticket import BillingState, Ticket
from supportbot.triage import rulebook
from supportbot.triage.rulebook import RuleBook
from supportbot.workers.sandbox import Judging
from supportbot.workers.settle import store_plan

MOST_JUDGED = 200
"""So many corrected mails, the newest, are judged again: about a second."""
SHOWN = 10
Answers = tuple[Correction, ...]


def correct(
    number: Annotated[int, typer.Argument(help="The ticket's number.", metavar="NUMBER")],
    words: Annotated[
        list[str],
        typer.Argument(
            help="What is right: kind, urgent, billable, billable_reason, category; and reason=WHY.",
            metavar="FIELD=VALUE...",
        ),
    ],
    by: ByOption = "",
    check: Annotated[bool, typer.Option("--check/--no-check", help="Also look at what today's rules say.")] = True,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Correct what was decided about a ticket, and say why: rules and reader can then be mended by it.

    Shows which rules and words misled, runs all examples of today's rules, and judges the corrected mails again.
    Where the ticket goes is another matter (ticket NUMBER route), and so is what is charged (ticket NUMBER bill).

    Example: supportbot correct 10042 urgent=no category=mobile reason="only one phone is hit"
    """
    who, asked = actor(by), corrections.read(words)
    if not isinstance(asked, Asked):
        raise Invalid(asked)
    with_desk(config, lambda desk: _correct(desk, number, asked, who, check))


async def _correct(desk: Desk, number: int, asked: Asked, who: str, check: bool) -> None:
    def change(conn: Connection) -> tuple[Plan, Answers]:
        ticket = find(conn, number, lock=True)
        policy = desk.known.policy(ticket.decision.customer, ticket.decision.partner)
        answer = corrections.correct(ticket, asked, policy, who, desk.now())
        if not isinstance(answer, Corrected):
            raise Invalid(answer)
        store_plan(conn, answer.plan, False, tickets.first_text(conn, number), b"", desk.known, desk.now())
        stored_corrections.put(conn, answer.kept)
        return answer.plan, stored_corrections.of_ticket(conn, number)

    plan, kept = await desk.database.write(change)
    _tell(plan.ticket, tuple(one for one in kept if one.at == plan.ticket.updated))
    say_alerted(plan)
    if check:
        await _check(desk)


def _tell(ticket: Ticket, kept: Answers) -> None:
    for one in kept:
        if one.was == one.answer:
            say(f"ticket {ticket.number}: {one.field} {one.answer} is right.")
            continue
        say(f"ticket {ticket.number}: {one.field} {one.was} -> {one.answer}.")
        for rule, seen in _misled(one).items():
            say(f"    misled by {rule}{': ' if seen else ''}{', '.join(seen)}")
        if not one.misled:
            say("    no rule had answered: a default held, so the rules miss something.")
    state = ticket.billing.state
    if state in (BillingState.CONFIRMED, BillingState.WAIVED) and any(one.field[:8] == "billable" for one in kept):
        way = "waive" if state is BillingState.CONFIRMED else "confirm"
        told = f"It is {state} by {ticket.billing.decided_by} already; to change that: supportbot ticket"
        say(f"    {told} {ticket.number} bill {way}")
    if state is BillingState.CANDIDATE and any(one.field[:8] == "billable" for one in kept):
        say(f"    To be confirmed: supportbot ticket {ticket.number} bill confirm|waive")


def _misled(one: Correction) -> dict[str, list[str]]:
    """Rule -> the words (the reader's, too) and rows that it was seen in."""
    found: dict[str, list[str]] = {}
    for reason in one.misled:
        seen = found.setdefault(reason.rule, [])
        seen += [f'"{" ".join(reason.words.split())}"'] if reason.words else []
        seen += [reason.row] if reason.row else []
    return found


async def _check(desk: Desk) -> None:
    """Today's rules: their examples, and the mails that were corrected."""
    try:
        book = rulebook.build(folders.read_rules(desk.config.rules.folder), test=False)
    except Invalid as error:
        say(f"Today's rules cannot be tried: {counted(len(error.problems), 'mistake')} (supportbot rules test).")
        return
    _try_examples(book)
    cases = await desk.database.read(_corrected_mails)
    if not cases:
        return
    async with judges(desk, Judging(desk.known.registry, book)) as judging:
        judged = await judging.judge([row for row, _ in cases])
    wrong = [found for (_, kept), one in zip(cases, judged, strict=True) if (found := _still_wrong(kept, one))]
    say(f"Today's rules on the {counted(len(cases), 'corrected mail')} (the newest {MOST_JUDGED} at most): ", end="")
    say("all as corrected." if not wrong else f"{len(cases) - len(wrong)} as corrected, {len(wrong)} not:")
    for line in wrong[-SHOWN:]:
        say(f"    {line}")


def _try_examples(book: RuleBook) -> None:
    number = sum(len(rule.matches) + len(rule.near_misses) for rule in book.rules)
    problems = book.test()
    say(f"Today's rules: {counted(number, 'example')} and near misses run, ", end="")
    say("all hold." if not problems else f"{len(problems)} do not hold (supportbot rules test).")


def _corrected_mails(conn: Connection) -> list[tuple[InboxRow, Answers]]:
    """The mails that opened corrected tickets, with their right answers; the newest tickets."""
    found = []
    for number in stored_corrections.tickets_since(conn)[-MOST_JUDGED:]:
        first = tickets.first_mail(conn, number)
        row = inbox.get(conn, first) if first is not None else None
        if row:
            found.append((row, stored_corrections.of_ticket(conn, number)))
    return found


def _still_wrong(kept: Answers, judged: Rejudged) -> str:
    """What is not as corrected, in one line, or ""."""
    if not judged.decisions:
        return f"ticket {kept[0].ticket}: {judged.problem}"
    now = corrections.answers_of(judged.decisions[0])
    wrong = [f"{one.field} {now[one.field]}, not {one.answer}" for one in kept if now[one.field] != one.answer]
    return f"ticket {kept[0].ticket}: {', '.join(wrong)}" if wrong else ""
